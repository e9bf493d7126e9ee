import type { LogEvent, LogGap, SyscallBatch, Where } from '@plimsoll/contracts';

import { WEB_AND_SQL_SHARE } from './events/threshold.js';
import type { Detector, Learner } from './detector.js';
import { FREQUENCY_SHARE } from './frequency/frequency-model.js';
import { frequencyDetector, frequencyLearner } from './frequency/index.js';
import { K8S_SHARE, k8sAuditDetector } from './k8s/k8s-audit-detector.js';
import { k8sAuditLearner } from './k8s/k8s-audit-learner.js';
import { PROCESS_SHARE, processDetector, processLearner } from './process/index.js';
import { sequenceDetector, sequenceLearner } from './sequence/index.js';
import { SEQUENCE_SHARE } from './sequence/sequence-model.js';
import { sqlDetector, sqlLearner } from './sql/index.js';
import { webDetector, webLearner } from './web/index.js';

/** A kind of event on `logs`. */
export type EventKind = Exclude<LogEvent['type'], 'gap'>;

/** Whose profile a learner makes, and the calls it keeps: all where there is no key group. */
export interface LearnerScope extends Pick<Where, 'application' | 'workload'> {
  readonly keyGroup?: readonly number[];
}

/** One detector as everything else knows it; its state and model stay between it and whoever calls `use`. */
interface DetectorRow<Input> {
  readonly name: string;
  /** Part of an application's false alerts that it may spend, in (0, 1). */
  readonly share: number;
  readonly learner: (scope: LearnerScope) => Learner<Input>;
  /** Hands the detector on, whatever its state and model are. */
  readonly use: <Result>(take: <State, Model>(detector: Detector<Input, State, Model>) => Result) => Result;
}

export interface CallDetectorRow extends DetectorRow<SyscallBatch> {
  readonly level: 'sequence' | 'frequency';
}

export interface EventDetectorRow extends DetectorRow<LogEvent> {
  readonly level: 'log' | 'process';
  /** The events it reads, with the gaps among them; several detectors may read one kind. */
  readonly kind: EventKind;
  /** First byte of its states: never changes, and is never given to another detector. */
  readonly stateTag: number;
  /** Life of a key's state after its last event. */
  readonly stateTtlMs: number;
  /** Life after the first, where clients name the keys: who sends one request under each name fills no store. */
  readonly onceTtlMs?: number;
}

const HOUR_MS = 3_600_000;

/** Detectors of windows of calls. */
export const CALL_DETECTORS: readonly CallDetectorRow[] = [
  {
    name: 'sequence',
    level: 'sequence',
    share: SEQUENCE_SHARE,
    learner: ({ keyGroup, ...of }) => sequenceLearner(grouped(keyGroup))(of),
    use: (take) => take(sequenceDetector()),
  },
  {
    name: 'frequency',
    level: 'frequency',
    share: FREQUENCY_SHARE,
    learner: ({ keyGroup, ...of }) => frequencyLearner(grouped(keyGroup))(of),
    use: (take) => take(frequencyDetector()),
  },
];

/** Detectors of events, in the order in which settings name them. */
export const EVENT_DETECTORS: readonly EventDetectorRow[] = [
  // A user's tokens and roles matter for a day.
  {
    ...eventRow('k8s-audit', k8sAuditDetector, k8sAuditLearner),
    share: K8S_SHARE,
    stateTag: 1,
    stateTtlMs: 24 * HOUR_MS,
  },
  // A session is over after an hour.
  {
    ...eventRow('web-request', webDetector, webLearner),
    share: WEB_AND_SQL_SHARE,
    stateTag: 2,
    stateTtlMs: HOUR_MS,
    onceTtlMs: HOUR_MS / 12,
  },
  // Many a web application opens a connection for every request: those silent for a quarter of an hour would soon be
  // most of the store.
  {
    ...eventRow('sql-statement', sqlDetector, sqlLearner),
    share: WEB_AND_SQL_SHARE,
    stateTag: 3,
    stateTtlMs: HOUR_MS / 4,
    onceTtlMs: HOUR_MS / 12,
  },
  // Of a container nothing but the open minute is remembered.
  {
    ...eventRow('process-activity', processDetector, processLearner),
    share: PROCESS_SHARE,
    stateTag: 4,
    stateTtlMs: HOUR_MS,
  },
];

/** A detector and learner of one kind of event behind the interface of all: other events change nothing in them. */
function eventRow<Kind extends EventKind, State, Model>(
  kind: Kind,
  detector: Detector<Extract<LogEvent, { type: Kind }> | LogGap, State, Model>,
  learner: (of: Pick<Where, 'application' | 'workload'>) => Learner<Extract<LogEvent, { type: Kind }> | LogGap>,
): Pick<EventDetectorRow, 'name' | 'level' | 'kind' | 'learner' | 'use'> {
  type Own = Extract<LogEvent, { type: Kind }> | LogGap;
  const isOwn = (event: LogEvent): event is Own => event.type === kind || (event.type === 'gap' && event.of === kind);
  return {
    name: detector.name,
    level: detector.level === 'process' ? 'process' : 'log',
    kind,
    learner: ({ application, workload }) => ownEvents(isOwn, learner({ application, workload })),
    use: (take) =>
      take<State, Model>({
        ...detector,
        step: (state, event, model) => (isOwn(event) ? detector.step(state, event, model) : []),
      }),
  };
}

function ownEvents<Own extends LogEvent>(
  isOwn: (event: LogEvent) => event is Own,
  learner: Learner<Own>,
): Learner<LogEvent> {
  return {
    learn: (event) => {
      if (isOwn(event)) learner.learn(event);
    },
    calibrate: (event) => {
      if (isOwn(event)) learner.calibrate(event);
    },
    finish: () => learner.finish(),
    progress: () => learner.progress(),
    calibrator: () => ownEvents(isOwn, learner.calibrator()),
    snapshot: () => learner.snapshot(),
    merge: (snapshot) => {
      learner.merge(snapshot);
    },
  };
}

function grouped(keyGroup: readonly number[] | undefined): { keyGroup?: number[] } {
  return keyGroup === undefined ? {} : { keyGroup: [...keyGroup] };
}
