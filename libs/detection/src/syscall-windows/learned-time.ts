import type { SyscallBatch } from '@plimsoll/contracts';
import { z } from 'zod';

/** What `LearnedTime` holds, for a snapshot. */
export const LearnedTimeData = z.object({
  spans: z.array(z.tuple([z.string(), z.number(), z.number()])),
  closedUs: z.number(),
});
export type LearnedTimeData = z.infer<typeof LearnedTimeData>;

const DAY_US = 86_400_000_000;
const MINUTE_US = 60_000_000;
/** Streams whose span is kept apart; further ones are added to the sum when they begin anew. */
const MAX_OPEN = 4096;

/** How much event time was learned from, over all streams: what makes 'windows a day' out of a number of windows. */
export class LearnedTime {
  readonly #spans = new Map<string, { startUs: number; endUs: number }>();
  #closedUs = 0;

  add(batch: SyscallBatch): void {
    const endUs = batch.baseTimeUs + (batch.count > 0 ? batch.offsetsUs[batch.count - 1]! : 0);
    this.#extend(batch.stream, batch.baseTimeUs, endUs);
  }

  data(): LearnedTimeData {
    const spans = Array.from(this.#spans, ([stream, { startUs, endUs }]): [string, number, number] => [
      stream,
      startUs,
      endUs,
    ]);
    return { spans, closedUs: this.#closedUs };
  }

  /** Containers of one stream were watched at the same time: its span is theirs together. */
  merge({ spans, closedUs }: LearnedTimeData): void {
    for (const [stream, startUs, endUs] of spans) this.#extend(stream, startUs, endUs);
    this.#closedUs += closedUs;
  }

  #extend(stream: string, fromUs: number, toUs: number): void {
    const span = this.#spans.get(stream);
    if (span) {
      span.startUs = Math.min(span.startUs, fromUs);
      span.endUs = Math.max(span.endUs, toUs);
    } else this.#spans.set(stream, { startUs: fromUs, endUs: toUs });
    for (const [oldest, { startUs, endUs }] of this.#spans) {
      if (this.#spans.size <= MAX_OPEN) break;
      this.#closedUs += endUs - startUs;
      this.#spans.delete(oldest);
    }
  }

  /** `windows` of the whole time, scaled to a day; never under one. */
  perDay(windows: number): number {
    const us = this.#us();
    return us <= 0 ? Math.max(windows, 1) : Math.max((windows * DAY_US) / us, 1);
  }

  /**
   * The least that the probability of a new kind of minute can be, in [0, 1], where none of those learned brought one:
   * 1 / (1 + minutes), after Laplace's rule of succession (1774). Windows that follow each other are alike, so their
   * number says little of it. undefined where the source tells no time.
   */
  leastNovelty(): number | undefined {
    const us = this.#us();
    return us <= 0 ? undefined : 1 / (1 + us / MINUTE_US);
  }

  #us(): number {
    let us = this.#closedUs;
    for (const { startUs, endUs } of this.#spans.values()) us += endUs - startUs;
    return us;
  }
}
