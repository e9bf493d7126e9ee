import type { SourceItem } from '@plimsoll/contracts';
import { ArrivalBound } from '@plimsoll/pipelines';
import type { Health } from '@plimsoll/streaming';

/** How long readiness tells of a source whose clock was ahead. */
const TOLD_MS = 300_000;
/** Sources whose last skew is remembered; the one that was skewed longest ago goes first. */
const MAX_SOURCES = 256;

/** Bounds what arrives from live sources by this machine's clock, and tells whose times were ahead of it. */
export class Arrivals {
  /** Events and calls whose time was corrected, of all sources. */
  skewed = 0;
  readonly #skews = new Map<string, { readonly atMs: number; readonly count: number }>();
  readonly #nowMs: () => number;

  constructor(nowMs: () => number = Date.now) {
    this.#nowMs = nowMs;
  }

  /** The items that have arrived just now from `source`, with no time far ahead of now. */
  take(source: string, items: readonly SourceItem[]): SourceItem[] {
    const nowMs = this.#nowMs();
    const bound = new ArrivalBound();
    const bounded = items.map((item) => bound.item(item, nowMs * 1_000));
    if (bound.skewed > 0) this.#remember(source, nowMs, bound.skewed);
    return bounded;
  }

  /** Ready in any case: what is corrected is judged. The reason names a source whose clock was ahead of late. */
  health(): Health {
    const sinceMs = this.#nowMs() - TOLD_MS;
    const [first, ...more] = [...this.#skews].filter(([, { atMs }]) => atMs >= sinceMs);
    if (first === undefined) return { ready: true };
    const [source, { count }] = first;
    const others = more.length === 0 ? '' : `, and ${more.length} further sources`;
    const reason = `${source}: ${count} times were ahead of this machine's clock and were set to their arrival${others}`;
    return { ready: true, reason };
  }

  #remember(source: string, atMs: number, count: number): void {
    this.skewed += count;
    const before = this.#skews.get(source)?.count ?? 0;
    this.#skews.delete(source);
    this.#skews.set(source, { atMs, count: before + count });
    if (this.#skews.size > MAX_SOURCES) this.#skews.delete(this.#skews.keys().next().value!);
  }
}
