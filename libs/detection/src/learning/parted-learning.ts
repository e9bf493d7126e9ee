import { PlimsollError, type ProfileFile } from '@plimsoll/contracts';

import type { Learner, LearningProgress } from '../detector.js';

/** Containers that one workload is learned from; those that come later are left out, and the profile is not complete. */
export const MAX_PARTS = 1_024;

/**
 * Learns one workload for one detector container by container, so that the work can be shared out and stopped: a part
 * is what one container taught, and parts are put together in the order of the containers' names. Whoever learned which
 * part, and in whatever order parts are brought together, the profile is the same to the byte.
 *
 * First every part is learned, then every part is calibrated against what all have taught.
 */
export class PartedLearning<Input> {
  readonly #make: () => Learner<Input>;
  readonly #learning = new Map<string, Learner<Input>>();
  readonly #calibrating = new Map<string, Learner<Input>>();
  #whole: Learner<Input> | undefined;
  /** Inputs of containers beyond the limit. */
  refused = 0;

  constructor(make: () => Learner<Input>) {
    this.#make = make;
  }

  /** Throws `bad-configuration` once calibration has begun. */
  learn(container: string, input: Input): void {
    if (this.#whole) throw new PlimsollError('bad-configuration', 'learning after calibration has begun');
    this.#part(this.#learning, container, this.#make)?.learn(input);
  }

  calibrate(container: string, input: Input): void {
    const whole = this.#together();
    this.#part(this.#calibrating, container, () => whole.calibrator())?.calibrate(input);
  }

  /** How far all parts have come together. Costs as much as putting them together. */
  progress(): LearningProgress {
    return (this.#whole ?? this.#merged()).progress();
  }

  /** A part as bytes, of what was learned or of what was calibrated; undefined where there is none. */
  snapshot(stage: 'learning' | 'calibrating', container: string): Uint8Array | undefined {
    return (stage === 'learning' ? this.#learning : this.#calibrating).get(container)?.snapshot();
  }

  /** Brings in a part. Every part of `learning` comes before any of `calibrating`. */
  restore(stage: 'learning' | 'calibrating', container: string, snapshot: Uint8Array): void {
    if (stage === 'learning') {
      if (this.#whole) throw new PlimsollError('bad-configuration', 'a part to learn after calibration has begun');
      this.#part(this.#learning, container, this.#make)?.merge(snapshot);
    } else {
      const whole = this.#together();
      this.#part(this.#calibrating, container, () => whole.calibrator())?.merge(snapshot);
    }
  }

  /** The profile. Throws `empty-source` where there was too little. Ends the learning. */
  finish(): ProfileFile {
    const whole = this.#together();
    for (const [, part] of inOrder(this.#calibrating)) whole.merge(part.snapshot());
    return whole.finish();
  }

  #together(): Learner<Input> {
    return (this.#whole ??= this.#merged());
  }

  #merged(): Learner<Input> {
    const whole = this.#make();
    for (const [, part] of inOrder(this.#learning)) whole.merge(part.snapshot());
    return whole;
  }

  #part(parts: Map<string, Learner<Input>>, container: string, make: () => Learner<Input>): Learner<Input> | undefined {
    const known = parts.get(container);
    if (known) return known;
    if (parts.size >= MAX_PARTS) {
      this.refused += 1;
      return undefined;
    }
    const made = make();
    parts.set(container, made);
    return made;
  }
}

function inOrder<T>(parts: ReadonlyMap<string, T>): [string, T][] {
  return [...parts].sort(([a], [b]) => (a < b ? -1 : 1));
}
