import { PlimsollError, sealProfile, type LogGap, type ProfileFile, type Where } from '@plimsoll/contracts';
import { z } from 'zod';

import type { Learner, LearningProgress } from '../detector.js';
import { learningOutlook, outlookNotes, type NoveltyEstimate } from '../learning/outlook.js';
import { Count, decodeSnapshot, encodeSnapshot } from '../learning/snapshot.js';
import { isGap, type ScorableEvent } from './scorable-event.js';

const MAX_STREAMS = 10_000;
const NOTHING_LEARNED: readonly NoveltyEstimate[] = [{ novelty: 1, of: 0 }];

type Workload = Pick<Where, 'application' | 'workload'>;

/** What the frame itself counts, as snapshots hold it. */
export const LEARNED_COUNTS = { learned: Count, gaps: Count, streams: z.array(z.string()) };
export type LearnedCounts = z.infer<z.ZodObject<typeof LEARNED_COUNTS>>;

/** What one learner of events gathers: the part that differs from detector to detector. */
export interface Gathering<Event, Shared, Held> {
  /** Learns one event. False where it teaches nothing, so that it does not count. */
  learn(event: Event): boolean;
  /** Scores one event by what was learned. */
  calibrate(event: Event): void;
  /** Events scored so far. */
  calibrated(): number;
  /** How likely the next event is new, for each kind of observation that tells; the worst counts. */
  novelty(): readonly NoveltyEstimate[];
  /** What was learned, for another that calibrates by it. */
  lend(): Shared;
  /** Everything gathered, with the frame's counts where the snapshot has them; what was lent by another is left out. */
  held(counts: LearnedCounts): Held;
  /** Adds what another gathered, and tells its counts. */
  merge(held: Held): LearnedCounts;
  /** The profile's model. */
  model(): object;
  /** What the profile says of what was learned. */
  notes?(): string[];
  /** What to do where there was too little; by default to give a longer log. */
  advice?(): string;
}

/** A learner of events, as its detector declares it. */
export interface EventLearning<Event, Shared, Held extends object> {
  readonly detector: string;
  /** The form of its snapshots: counted up whenever `held` changes. */
  readonly snapshot: number;
  readonly held: z.ZodType<Held>;
  /** The events in words, plural. */
  readonly events: string;
  /** The fewest that make a profile. */
  readonly least: { readonly learned: number; readonly calibrated: number };
  /** What novelty may be at most, by its upper limit, in a profile that is complete. */
  readonly completeNovelty: number;
  /** Starts to gather, or to calibrate by what another has learned. */
  readonly gather: (lent?: Shared) => Gathering<Event, Shared, Held>;
}

/** Makes learners of one kind of event. The frame counts, sums up and seals; what an event teaches, `gather` knows. */
export function eventLearner<Event extends ScorableEvent, Shared, Held extends object>(
  learning: EventLearning<Event, Shared, Held>,
): (of: Workload) => Learner<Event | LogGap> {
  return ({ application, workload }) => new EventLearner(learning, { application, workload }, learning.gather());
}

class EventLearner<Event extends ScorableEvent, Shared, Held extends object> implements Learner<Event | LogGap> {
  readonly #learning: EventLearning<Event, Shared, Held>;
  readonly #of: Workload;
  readonly #gathering: Gathering<Event, Shared, Held>;
  readonly #streams = new Set<string>();
  #learned = 0;
  #gaps = 0;

  constructor(learning: EventLearning<Event, Shared, Held>, of: Workload, gathering: Gathering<Event, Shared, Held>) {
    this.#learning = learning;
    this.#of = of;
    this.#gathering = gathering;
  }

  learn(input: Event | LogGap): void {
    this.#addStream(input.stream);
    if (isGap(input)) this.#gaps += 1;
    else if (this.#gathering.learn(input)) this.#learned += 1;
  }

  calibrate(input: Event | LogGap): void {
    if (!isGap(input)) this.#gathering.calibrate(input);
  }

  progress(): LearningProgress {
    const { detector, least, events: units, completeNovelty } = this.#learning;
    return learningOutlook({
      detector,
      events: this.#learned,
      gaps: this.#gaps,
      units,
      seen: this.#learned,
      enough: least.learned,
      estimates: this.#learned === 0 ? NOTHING_LEARNED : this.#gathering.novelty(),
      mostNovelty: completeNovelty,
    });
  }

  calibrator(): Learner<Event | LogGap> {
    return new EventLearner(this.#learning, this.#of, this.#learning.gather(this.#gathering.lend()));
  }

  snapshot(): Uint8Array {
    const { detector, snapshot } = this.#learning;
    const counts = { learned: this.#learned, gaps: this.#gaps, streams: [...this.#streams] };
    return encodeSnapshot(detector, snapshot, this.#gathering.held(counts));
  }

  merge(snapshot: Uint8Array): void {
    const { detector, snapshot: version, held } = this.#learning;
    const { learned, gaps, streams } = this.#gathering.merge(decodeSnapshot(snapshot, detector, version, held));
    this.#learned += learned;
    this.#gaps += gaps;
    for (const stream of streams) this.#addStream(stream);
  }

  finish(): ProfileFile {
    const { least, detector } = this.#learning;
    const gathering = this.#gathering;
    if (this.#learned < least.learned || gathering.calibrated() < least.calibrated) throw this.#tooFew();
    const progress = this.progress();
    return sealProfile({
      ...this.#of,
      detector,
      learned: {
        streams: [...this.#streams].sort(),
        events: this.#learned,
        novelty: progress.novelty,
        complete: progress.converged,
        notes: [...(gathering.notes?.() ?? []), ...outlookNotes(progress)],
      },
      model: gathering.model(),
    });
  }

  #addStream(stream: string): void {
    if (this.#streams.size < MAX_STREAMS) this.#streams.add(stream);
  }

  #tooFew(): PlimsollError {
    const { least, events } = this.#learning;
    const [learned, calibrated] = [this.#learned, this.#gathering.calibrated()];
    const read = `${learned + calibrated} read, ${learned} to learn from (at least ${least.learned}) and ${calibrated} to calibrate with (at least ${least.calibrated})`;
    const advice = this.#gathering.advice?.() ?? 'give a longer log';
    return new PlimsollError('empty-source', `${this.#of.workload}: not enough ${events}: ${read}; ${advice}`);
  }
}
