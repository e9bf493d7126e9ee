import { PlimsollError, type LogEvent, type ProfileFile, type SyscallBatch, type Where } from '@plimsoll/contracts';
import type { Learner } from '@plimsoll/detection';

import type { GroupProgress } from './group-progress.js';

/** Makes a learner for one workload. */
export type LearnerOf<Input> = (of: Pick<Where, 'application' | 'workload'>) => Learner<Input>;

/** Which learners take which messages: one a detector. */
export interface Learners {
  readonly syscalls: readonly LearnerOf<SyscallBatch>[];
  readonly logs: readonly { readonly type: LogEvent['type']; readonly learner: LearnerOf<LogEvent> }[];
}

/** What learning came to. */
export interface Built {
  readonly profiles: readonly ProfileFile[];
  /** Why a detector has no profile of a workload, in words. */
  readonly passedOver: readonly string[];
}

/**
 * Learns the profiles of every workload that the messages name, one for each detector that has something to learn
 * from. Memory: what the learners hold; messages are not kept.
 */
export class ProfileBuilder {
  readonly #learners: Learners;
  readonly #calls = new Map<string, Opened<SyscallBatch>>();
  readonly #events = new Map<string, Opened<LogEvent>>();

  constructor(learners: Learners) {
    this.#learners = learners;
  }

  /** Learns from benign calls. All learning comes before any calibration. */
  learnCalls(batch: SyscallBatch): void {
    for (const learner of this.#ofCalls(batch)) learner.learn(batch);
  }

  calibrateCalls(batch: SyscallBatch): void {
    for (const learner of this.#ofCalls(batch)) learner.calibrate(batch);
  }

  learnEvent(event: LogEvent): void {
    for (const learner of this.#ofEvent(event)) learner.learn(event);
  }

  calibrateEvent(event: LogEvent): void {
    for (const learner of this.#ofEvent(event)) learner.calibrate(event);
  }

  /** How far each detector has come with each workload, in the order in which they were first seen. */
  progress(): GroupProgress[] {
    const stage = 'learning' as const;
    return [...allOf(this.#calls), ...allOf(this.#events)].map(({ of, learner }) => ({
      name: workloadKey(of),
      ...of,
      stage,
      ...learner.progress(),
    }));
  }

  /**
   * The profiles, in the order in which their workloads were first seen. A detector that saw too little of a workload
   * leaves it without a profile, and is told in `passedOver`; throws `empty-source` where that is so for all.
   */
  finish(): Built {
    const profiles: ProfileFile[] = [];
    const passedOver: PlimsollError[] = [];
    for (const { learner } of [...allOf(this.#calls), ...allOf(this.#events)]) {
      try {
        profiles.push(learner.finish());
      } catch (error) {
        if (!(error instanceof PlimsollError) || error.code !== 'empty-source') throw error;
        passedOver.push(error);
      }
    }
    if (profiles.length === 0) throw passedOver[0] ?? new PlimsollError('empty-source', 'nothing to learn from');
    return { profiles, passedOver: passedOver.map(({ message }) => message) };
  }

  #ofCalls(batch: SyscallBatch): readonly Learner<SyscallBatch>[] {
    return opened(this.#calls, workloadKey(batch), batch, () => this.#learners.syscalls.map((make) => make(batch)));
  }

  #ofEvent(event: LogEvent): readonly Learner<LogEvent>[] {
    const type = event.type === 'gap' ? event.of : event.type;
    return opened(this.#events, `${type} ${workloadKey(event)}`, event, () =>
      this.#learners.logs.filter((entry) => entry.type === type).map(({ learner }) => learner(event)),
    );
  }
}

function workloadKey({ application, workload }: Pick<Where, 'application' | 'workload'>): string {
  return `${application}/${workload}`;
}

/** The learners of one workload. */
interface Opened<Input> {
  readonly of: Pick<Where, 'application' | 'workload'>;
  readonly learners: readonly Learner<Input>[];
}

function allOf<Input>(
  map: ReadonlyMap<string, Opened<Input>>,
): { readonly of: Opened<Input>['of']; readonly learner: Learner<Input> }[] {
  return [...map.values()].flatMap(({ of, learners }) => learners.map((learner) => ({ of, learner })));
}

function opened<Input>(
  map: Map<string, Opened<Input>>,
  key: string,
  { application, workload }: Pick<Where, 'application' | 'workload'>,
  open: () => readonly Learner<Input>[],
): readonly Learner<Input>[] {
  const known = map.get(key);
  if (known !== undefined) return known.learners;
  const learners = open();
  map.set(key, { of: { application, workload }, learners });
  return learners;
}
