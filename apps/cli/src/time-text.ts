import { PlimsollError, US_PER_MS, type TimeUs } from '@plimsoll/contracts';

const UNITS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** The time of `2026-11-25T18:00:00Z`, `now`, or how long ago: `30m`, `6h`. Throws `bad-configuration` on another text. */
export function timeUs(text: string, nowMs: number): TimeUs {
  if (text === 'now') return nowMs * US_PER_MS;
  const ago = spanOf(text);
  if (ago !== undefined) return (nowMs - ago) * US_PER_MS;
  const timeMs = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(timeMs)) {
    throw new PlimsollError('bad-configuration', `${text} is not a time: write 2026-11-25T18:00:00Z, now, 30m or 6h`);
  }
  return timeMs * US_PER_MS;
}

/** `30m`, `6h` in milliseconds; undefined for another text. */
function spanOf(text: string): number | undefined {
  const [, amount, unit] = /^(\d+)([smhd])$/.exec(text) ?? [];
  return amount === undefined ? undefined : Number(amount) * UNITS[unit as keyof typeof UNITS];
}

/** The milliseconds of `90m`, `12h`, `2d`. Throws `bad-configuration` on another text. */
export function spanMs(text: string): number {
  const span = spanOf(text);
  if (span !== undefined) return span;
  throw new PlimsollError('bad-configuration', `${text} is no span of time: write 90m, 12h or 2d`);
}
