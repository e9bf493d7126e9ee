import {
  PlimsollError,
  sealProfile,
  type LogEvent,
  type ProfileFile,
  type SyscallBatch,
  type Where,
} from '@plimsoll/contracts';
import type { Learner } from '@plimsoll/detection';

import type { GroupProgress } from './group-progress.js';

/** Makes a learner for one workload. */
export type LearnerOf<Input> = (of: Pick<Where, 'application' | 'workload'>) => Learner<Input>;

/** A tenth of what goes with requests, or fewer. */
const FEW = 10;

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
  /** By workload: statements that went with its requests, and are scored with them. */
  readonly #carried = new Map<string, number>();

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
    this.#countCarried(event);
    for (const learner of this.#ofEvent(event)) learner.learn(event);
  }

  calibrateEvent(event: LogEvent): void {
    this.#countCarried(event);
    for (const learner of this.#ofEvent(event)) learner.calibrate(event);
  }

  /**
   * How far each detector has come with each workload, in the order in which they were first seen; without the few
   * statements of a web server outside its requests, which need no profile.
   */
  progress(): GroupProgress[] {
    const stage = 'learning' as const;
    return [...allOf(this.#calls), ...allOf(this.#events)].flatMap(({ of, type, learner }) => {
      const progress = learner.progress();
      if (!progress.converged && this.#isBesides(type, of, progress.events)) return [];
      return [{ name: workloadKey(of), ...of, stage, ...progress }];
    });
  }

  /**
   * The profiles, in the order in which their workloads were first seen. A detector that saw too little of a workload
   * leaves it without a profile, and is told in `passedOver`, unless what it saw is scored elsewhere; throws
   * `empty-source` where no detector has a profile.
   */
  finish(): Built {
    const profiles: ProfileFile[] = [];
    const passedOver: PlimsollError[] = [];
    for (const { of, type, learner } of [...allOf(this.#calls), ...allOf(this.#events)]) {
      try {
        const profile = learner.finish();
        profiles.push(type === undefined && this.#hasRequests(of.application) ? besideRequests(profile) : profile);
      } catch (error) {
        if (!(error instanceof PlimsollError) || error.code !== 'empty-source') throw error;
        if (!this.#isBesides(type, of, learner.progress().events)) passedOver.push(error);
      }
    }
    if (profiles.length === 0) throw passedOver[0] ?? new PlimsollError('empty-source', 'nothing to learn from');
    return { profiles, passedOver: passedOver.map(({ message }) => message) };
  }

  #hasRequests(application: string): boolean {
    return allOf(this.#events).some(({ of, type }) => of.application === application && isOfRequests(type));
  }

  #countCarried(event: LogEvent): void {
    if (event.type !== 'web-request' || event.statements.length === 0) return;
    const key = workloadKey(event);
    this.#carried.set(key, (this.#carried.get(key) ?? 0) + event.statements.length);
  }

  /** Whether so many statements are the few that a web server asks for beside its requests: at start, by a timer. */
  #isBesides(type: LogEvent['type'] | undefined, of: Opened<LogEvent>['of'], events: number): boolean {
    return type === 'sql-statement' && events * FEW < (this.#carried.get(workloadKey(of)) ?? 0);
  }

  #ofCalls(batch: SyscallBatch): readonly Learner<SyscallBatch>[] {
    const open = (): readonly Learner<SyscallBatch>[] => this.#learners.syscalls.map((make) => make(batch));
    return opened(this.#calls, workloadKey(batch), { of: batch }, open);
  }

  #ofEvent(event: LogEvent): readonly Learner<LogEvent>[] {
    const type = event.type === 'gap' ? event.of : event.type;
    return opened(this.#events, `${type} ${workloadKey(event)}`, { of: event, type }, () =>
      this.#learners.logs.filter((entry) => entry.type === type).map(({ learner }) => learner(event)),
    );
  }
}

/** Whether events of this type say what is asked of an application. */
export function isOfRequests(type: string | undefined): boolean {
  return type === 'web-request' || type === 'sql-statement';
}

/** The profile of calls of an application whose requests are learned too. */
function besideRequests({ version: _, schema: __, ...profile }: ProfileFile): ProfileFile {
  return sealProfile({ ...profile, learned: { ...profile.learned, beside: 'requests' } });
}

function workloadKey({ application, workload }: Pick<Where, 'application' | 'workload'>): string {
  return `${application}/${workload}`;
}

/** The learners of one workload, for calls or for one type of event. */
interface Opened<Input> {
  readonly of: Pick<Where, 'application' | 'workload'>;
  readonly type?: LogEvent['type'];
  readonly learners: readonly Learner<Input>[];
}

function allOf<Input>(map: ReadonlyMap<string, Opened<Input>>): {
  readonly of: Opened<Input>['of'];
  readonly type: LogEvent['type'] | undefined;
  readonly learner: Learner<Input>;
}[] {
  return [...map.values()].flatMap(({ of, type, learners }) => learners.map((learner) => ({ of, type, learner })));
}

function opened<Input>(
  map: Map<string, Opened<Input>>,
  key: string,
  { of: { application, workload }, type }: Pick<Opened<Input>, 'of' | 'type'>,
  open: () => readonly Learner<Input>[],
): readonly Learner<Input>[] {
  const known = map.get(key);
  if (known !== undefined) return known.learners;
  const learners = open();
  map.set(key, { of: { application, workload }, ...(type !== undefined && { type }), learners });
  return learners;
}
