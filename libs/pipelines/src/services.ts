import {
  decodeSyscallBatch,
  TOPICS,
  type K8sAuditEvent,
  type LogEvent,
  type LogGap,
  type SqlStatement,
  type SyscallBatch,
  type WebRequest,
} from '@plimsoll/contracts';
import {
  frequencyDetector,
  frequencyLearner,
  k8sAuditDetector,
  K8sAuditLearner,
  sequenceDetector,
  sequenceLearner,
  sqlDetector,
  SqlLearner,
  webDetector,
  WebLearner,
  type Budget,
  type Detector,
  type FrequencyState,
  type Learner,
  type SequenceState,
} from '@plimsoll/detection';
import type { Operator } from '@plimsoll/streaming';

import { fusionOperator } from './alert/fusion-pipeline.js';
import { DetectorModels } from './detect/detector-models.js';
import { detectorOperator } from './detect/detector-operator.js';
import type { PairState } from './detect/judging-pair.js';
import { logOperator, logPart, type LogKeyState, type LogPart } from './detect/log-operator.js';
import type { ProfileSource } from './detect/profile-source.js';
import type { LearnerOf, Learners } from './learn/profile-builder.js';

/** Starts an operator of any message and state. */
export type Start = <Message, State>(operator: Operator<Message, State>) => Promise<void>;

const HOUR_MS = 3_600_000;

/** `syscalls` → bags and n-grams of calls → `verdicts`. */
export function sequenceOperator(
  profiles: ProfileSource,
  budget: Budget,
): Operator<SyscallBatch, PairState<SequenceState>> {
  return syscallOperator(sequenceDetector(), profiles, budget);
}

/** `syscalls` → composition and counts of calls → `verdicts`. */
export function frequencyOperator(
  profiles: ProfileSource,
  budget: Budget,
): Operator<SyscallBatch, PairState<FrequencyState>> {
  return syscallOperator(frequencyDetector(), profiles, budget);
}

/** `logs` → Kubernetes audit, web requests and statements, each by its own detector → `verdicts`. */
export function logLevelOperator(profiles: ProfileSource, budget: Budget): Operator<LogEvent, LogKeyState> {
  const part = <Type extends Exclude<LogEvent['type'], 'gap'>, State, Model>(
    type: Type,
    tag: number,
    stateTtlMs: number,
    detector: Detector<Extract<LogEvent, { type: Type }> | LogGap, State, Model>,
  ): LogPart => logPart(type, tag, stateTtlMs, detector, new DetectorModels(detector, profiles, budget));
  // A user's tokens and roles matter for a day; a session is over after an hour; many a web application opens a
  // connection for every request, so that those silent for a quarter of an hour would soon be most of the store.
  return logOperator([
    part('k8s-audit', 1, 24 * HOUR_MS, k8sAuditDetector),
    part('web-request', 2, HOUR_MS, webDetector),
    part('sql-statement', 3, HOUR_MS / 4, sqlDetector),
  ]);
}

/** Starts every service's operator but the collector's: what `up`, `detect` and `evaluate` run in one process. */
export function applicationOperators(profiles: ProfileSource, budget: Budget): (start: Start) => Promise<void> {
  return async (start) => {
    await start(sequenceOperator(profiles, budget));
    await start(frequencyOperator(profiles, budget));
    await start(logLevelOperator(profiles, budget));
    await start(fusionOperator(budget));
  };
}

/** The calls that a workload's detectors keep, by number; undefined where they keep all. */
export type KeyGroupOf = (workload: string) => readonly number[] | undefined;

/** A learner for every detector. */
export function applicationLearners(keyGroupOf: KeyGroupOf = () => undefined): Learners {
  const grouped = (workload: string): { keyGroup?: number[] } => {
    const group = keyGroupOf(workload);
    return group === undefined ? {} : { keyGroup: [...group] };
  };
  return {
    syscalls: [(of) => sequenceLearner(grouped(of.workload))(of), (of) => frequencyLearner(grouped(of.workload))(of)],
    logs: [
      { type: 'k8s-audit', learner: eventLearner(isAudit, (of) => new K8sAuditLearner(of)) },
      { type: 'web-request', learner: eventLearner(isRequest, (of) => new WebLearner(of)) },
      { type: 'sql-statement', learner: eventLearner(isStatement, (of) => new SqlLearner(of)) },
    ],
  };
}

function syscallOperator<State, Model>(
  detector: Detector<SyscallBatch, State, Model>,
  profiles: ProfileSource,
  budget: Budget,
): Operator<SyscallBatch, PairState<State>> {
  return detectorOperator({
    topic: TOPICS.syscalls.name,
    detector,
    models: new DetectorModels(detector, profiles, budget),
    decode: (record) => decodeSyscallBatch(record.value),
    key: (batch) => `${batch.stream}\n${batch.container}`,
    last: (batch) => batch.last,
  });
}

/** A learner of one kind of events behind the interface of all: what is of another kind is not its to learn. */
function eventLearner<Event extends LogEvent>(
  accepts: (event: LogEvent) => event is Event,
  make: LearnerOf<Event>,
): LearnerOf<LogEvent> {
  const behind = (learner: Learner<Event>): Learner<LogEvent> => ({
    learn: (event) => {
      if (accepts(event)) learner.learn(event);
    },
    calibrate: (event) => {
      if (accepts(event)) learner.calibrate(event);
    },
    finish: () => learner.finish(),
    progress: () => learner.progress(),
    calibrator: () => behind(learner.calibrator()),
    snapshot: () => learner.snapshot(),
    merge: (snapshot) => {
      learner.merge(snapshot);
    },
  });
  return (of) => behind(make(of));
}

function isAudit(event: LogEvent): event is K8sAuditEvent | LogGap {
  return isOf(event, 'k8s-audit');
}

function isRequest(event: LogEvent): event is WebRequest | LogGap {
  return isOf(event, 'web-request');
}

function isStatement(event: LogEvent): event is SqlStatement | LogGap {
  return isOf(event, 'sql-statement');
}

function isOf(event: LogEvent, type: LogEvent['type']): boolean {
  return event.type === type || (event.type === 'gap' && event.of === type);
}
