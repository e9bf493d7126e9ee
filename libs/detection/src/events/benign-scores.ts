import { z } from 'zod';

import { fitCalibration, type Calibration } from '../calibration/index.js';
import { addRun, addSpan, Count, Spans } from '../learning/snapshot.js';

const DAY_US = 86_400_000_000;
const MINUTE_US = 60_000_000;

/** Benign scores as snapshots hold them. */
export const HELD_SCORES = {
  runs: z.array(z.tuple([z.string(), z.array(z.number())])),
  calibrated: Count,
  spans: Spans,
};
type HeldScores = z.infer<z.ZodObject<typeof HELD_SCORES>>;

/** Scores of benign events by stream, and over how long they were seen. Memory: one number an event. */
export class BenignScores {
  readonly #runs = new Map<string, number[]>();
  readonly #spans = new Map<string, { first: number; last: number }>();
  #count = 0;

  get count(): number {
    return this.#count;
  }

  add({ stream, timeUs }: { readonly stream: string; readonly timeUs: number }, score: number): void {
    addRun(this.#runs, stream, [score]);
    addSpan(this.#spans, stream, timeUs);
    this.#count += 1;
  }

  held(): HeldScores {
    return { runs: [...this.#runs], calibrated: this.#count, spans: [...this.#spans] };
  }

  merge({ runs, calibrated, spans }: HeldScores): void {
    for (const [stream, scores] of runs) addRun(this.#runs, stream, scores);
    for (const [stream, { first, last }] of spans) addSpan(this.#spans, stream, first, last);
    this.#count += calibrated;
  }

  calibration(): Calibration {
    // A nat is the least difference that means anything in a logarithm of probabilities.
    return fitCalibration([...this.#runs.values()], { minScale: 1 });
  }

  /** Events a day, as they came; at least a minute is assumed. */
  perDay(): number {
    const spanUs = [...this.#spans.values()].reduce((total, { first, last }) => total + last - first, 0);
    return (this.#count * DAY_US) / Math.max(spanUs, MINUTE_US);
  }
}
