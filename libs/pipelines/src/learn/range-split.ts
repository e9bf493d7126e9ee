import type { LearningStage } from './group-progress.js';

/** Event times of a group, every `stride`th: enough to part them. */
interface Sample {
  stride: number;
  seen: number;
  times: number[];
}

const MAX_SAMPLED = 16_384;
/** Part of a group's messages that is learned from; the later rest is kept for calibration. */
export const LEARN_SHARE = 0.7;

/**
 * Parts a range of messages by event time, group by group: the first 70 % teach, the later ones calibrate. Every message
 * is surveyed first, then `split` draws the lines. Until then, `stageOf` leaves a message where it is.
 * Memory: 16,384 times a group; of more messages every second, fourth, … is a sample.
 */
export class RangeSplit {
  readonly #samples = new Map<string, Sample>();
  #splits: Map<string, number> | undefined;

  survey(group: string, timeUs: number): void {
    const sample = this.#samples.get(group) ?? { stride: 1, seen: 0, times: [] };
    this.#samples.set(group, sample);
    if (sample.seen++ % sample.stride === 0) sample.times.push(timeUs);
    if (sample.times.length < MAX_SAMPLED) return;
    sample.times = sample.times.filter((_, i) => i % 2 === 0);
    sample.stride *= 2;
  }

  split(): void {
    this.#splits = new Map();
    for (const [group, { times }] of this.#samples) {
      times.sort((a, b) => a - b);
      this.#splits.set(group, times[Math.floor(times.length * LEARN_SHARE)]!);
    }
    this.#samples.clear();
  }

  /** What a message of the group at this time is for; `stage` where nothing is split. */
  stageOf(group: string, timeUs: number, stage: LearningStage): LearningStage {
    if (this.#splits === undefined) return stage;
    return timeUs < (this.#splits.get(group) ?? Infinity) ? 'learning' : 'calibrating';
  }

  /** Event time from which each group calibrates; undefined where nothing is split. */
  data(): [string, number][] | undefined {
    return this.#splits === undefined ? undefined : [...this.#splits];
  }

  restore(splits: readonly (readonly [string, number])[]): void {
    this.#splits = new Map(splits);
  }
}
