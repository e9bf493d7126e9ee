import { useSyncExternalStore } from 'react';

const absolute = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto', style: 'short' });

const STEPS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
];

/** A time of the service (RFC 3339), in the reader's zone; the exact one, in UTC, is its title. */
export function Time({ at }: { readonly at: string }) {
  return (
    <time className="numeric" dateTime={at} title={`${at} (shown in ${zone})`}>
      {absolute.format(new Date(at))}
    </time>
  );
}

export function timeText(at: string): string {
  return absolute.format(new Date(at));
}

/** How long ago, beside the exact time in its title. It goes on by itself, whether or not what it stands in changes. */
export function Ago({ at }: { readonly at: string }) {
  const text = useSyncExternalStore(eachSecond, () => agoOf(Date.parse(at) - Date.now()));
  return (
    <time className="numeric" dateTime={at} title={`${absolute.format(new Date(at))} (${zone})`}>
      {text}
    </time>
  );
}

const ticking = new Set<() => void>();
let timer: number | undefined;

/** One timer for all times on a page. */
function eachSecond(changed: () => void): () => void {
  ticking.add(changed);
  timer ??= window.setInterval(() => {
    for (const tell of ticking) tell();
  }, 1_000);
  return () => {
    ticking.delete(changed);
    if (ticking.size > 0) return;
    window.clearInterval(timer);
    timer = undefined;
  };
}

function agoOf(differenceMs: number): string {
  const [unit, sizeMs] = STEPS.find(([, size]) => Math.abs(differenceMs) >= size) ?? (['second', 1_000] as const);
  return relative.format(Math.round(differenceMs / sizeMs), unit);
}
