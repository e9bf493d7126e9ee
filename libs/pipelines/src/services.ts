import { decodeSyscallBatch, TOPICS, type Level, type LogEvent, type SyscallBatch } from '@plimsoll/contracts';
import {
  CALL_DETECTORS,
  EVENT_DETECTORS,
  frequencyDetector,
  sequenceDetector,
  type Budget,
  type Detector,
  type FrequencyState,
  type LearnerScope,
  type Reader,
  type SequenceState,
} from '@plimsoll/detection';
import type { Operator } from '@plimsoll/streaming';

import { fusionOperator } from './alert/fusion-pipeline.js';
import { DetectorModels } from './detect/detector-models.js';
import { detectorOperator } from './detect/detector-operator.js';
import { followingProgress, type OrProgress, type OrSources } from './detect/following-progress.js';
import type { PairState } from './detect/scoring-pair.js';
import { logOperator, logPart, type LogKeyState } from './detect/log-operator.js';
import type { ProfileSource } from './detect/profile-source.js';
import type { Learners } from './learn/profile-builder.js';

/** Starts an operator of any message and state. */
export type Start = <Message, State>(operator: Operator<Message, State>) => Promise<void>;

/** `syscalls` → bags and n-grams of calls → `verdicts`. */
export function sequenceOperator(
  profiles: ProfileSource,
  budget: Budget,
): Operator<OrProgress<SyscallBatch>, OrSources<PairState<SequenceState>>> {
  return syscallOperator(sequenceDetector(), profiles, budget);
}

/** `syscalls` → composition and counts of calls → `verdicts`. */
export function frequencyOperator(
  profiles: ProfileSource,
  budget: Budget,
): Operator<OrProgress<SyscallBatch>, OrSources<PairState<FrequencyState>>> {
  return syscallOperator(frequencyDetector(), profiles, budget);
}

/** `logs` → each kind of event to the detectors that read it → `verdicts`. */
export function logLevelOperator(
  profiles: ProfileSource,
  budget: Budget,
): Operator<OrProgress<LogEvent>, OrSources<LogKeyState>> {
  const parts = EVENT_DETECTORS.map((row) =>
    row.use((detector) => logPart(row, detector, new DetectorModels(detector, profiles, budget))),
  );
  return followingProgress(logOperator(parts));
}

/** The level of a detector by its name; undefined where this release has none of the name. */
export function levelOf(detector: string): Level | undefined {
  return [...CALL_DETECTORS, ...EVENT_DETECTORS].find(({ name }) => name === detector)?.level;
}

/** Whom fusion waits for: every detector's operator, as it is named. */
export const READERS: readonly Reader[] = [
  ...CALL_DETECTORS.map(({ name }) => ({ detector: `${name}-detector`, topic: 'syscalls' as const })),
  { detector: 'log-detector', topic: 'logs' },
];

/** The levels that each detector's operator scores at. */
export const LEVELS_OF: ReadonlyMap<string, readonly Level[]> = new Map([
  ...CALL_DETECTORS.map(({ name, level }): [string, Level[]] => [`${name}-detector`, [level]]),
  ['log-detector', [...new Set(EVENT_DETECTORS.map(({ level }) => level))]],
]);

/**
 * Starts every service's operator but the collector's: what `up`, `detect` and `evaluate` run in one process. `idleUs` is
 * how long fusion waits for a part that says nothing: for ever, where all of them run here.
 */
export function applicationOperators(
  profiles: ProfileSource,
  budget: Budget,
  idleUs = Infinity,
): (start: Start) => Promise<void> {
  return async (start) => {
    for (const row of CALL_DETECTORS) {
      await row.use((detector) => start(syscallOperator(detector, profiles, budget)));
    }
    await start(logLevelOperator(profiles, budget));
    await start(fusionOperator({ ...budget, readers: READERS, idleUs }));
  };
}

/** The calls that a workload's detectors keep, by number; undefined where they keep all. */
export type KeyGroupOf = (workload: string) => readonly number[] | undefined;

/** A learner for every detector. */
export function applicationLearners(keyGroupOf: KeyGroupOf = () => undefined): Learners {
  const scoped = (of: LearnerScope): LearnerScope => {
    const keyGroup = keyGroupOf(of.workload);
    return keyGroup === undefined ? of : { ...of, keyGroup };
  };
  return {
    syscalls: CALL_DETECTORS.map(
      ({ learner }) =>
        ({ application, workload }) =>
          learner(scoped({ application, workload })),
    ),
    logs: EVENT_DETECTORS.map(({ kind, learner }) => ({ type: kind, learner })),
  };
}

function syscallOperator<State, Model>(
  detector: Detector<SyscallBatch, State, Model>,
  profiles: ProfileSource,
  budget: Budget,
): Operator<OrProgress<SyscallBatch>, OrSources<PairState<State>>> {
  const operator = detectorOperator({
    topic: TOPICS.syscalls.name,
    detector,
    models: new DetectorModels(detector, profiles, budget),
    decode: (record) => decodeSyscallBatch(record.value),
    key: (batch) => `${batch.stream}\n${batch.container}`,
    last: (batch) => batch.last,
  });
  return followingProgress(operator);
}
