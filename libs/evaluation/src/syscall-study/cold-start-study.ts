import { join } from 'node:path';

import type { SyscallBatch } from '@plimsoll/contracts';
import {
  frequencyDetector,
  FrequencyLearner,
  sequenceDetector,
  SequenceLearner,
  type Calibration,
  type Detector,
  type FoldLearner,
} from '@plimsoll/detection';
import { findRecordings } from '@plimsoll/local-run';

import {
  hidsDockerProtocols,
  hidsDockerTraces,
  OPERATING_P,
  type StudyOptions,
  type StudyReport,
} from './hids-docker.js';
import { studyLayout } from './layout.js';
import { runMethod } from './measures.js';
import { detectorMethod, WINDOW_CALLS, type Fold, type Method } from './scoring.js';
import { readTraces, type Trace } from './trace.js';

const WHERE = { application: 'study', workload: 'cold-start' };
/** Windows that a start-up lasts; 0 is the shipped detector, which has no such phase. */
const START_WINDOWS = [0, 1, 2, 3, 5];

/**
 * Both detectors with a start-up phase of their own: the first windows of a stream are scored by a calibration on first
 * windows, the others by one on the others (Mondrian prediction; Vovk et al. 2005). `folder` is hids-docker, or recordings
 * of one application, whose workloads stand in place of protocols.
 */
export async function runColdStart(folder: string, options: StudyOptions = {}): Promise<StudyReport> {
  const protocols =
    studyLayout(folder) === 'hids-docker'
      ? hidsDockerProtocols(await hidsDockerTraces(folder, options.signal))
      : await recordedWorkloads(folder, options.signal);
  const methods = START_WINDOWS.flatMap((windows) => [
    phased(
      `sequence, start-up of ${windows} windows`,
      windows,
      sequenceDetector({ publish: 'every' }),
      () => new SequenceLearner(WHERE),
    ),
    phased(
      `frequency, start-up of ${windows} windows`,
      windows,
      frequencyDetector({ publish: 'every' }),
      () => new FrequencyLearner(WHERE),
    ),
  ]);
  const tested = new Set(protocols.flatMap(({ folds }) => folds.flatMap(({ test }) => test)));
  const count = (label: Trace['label']): number => [...tested].filter((trace) => trace.label === label).length;
  return {
    dataSet: 'Start-up as a phase of its own',
    traces: {
      benign: count('benign'),
      attack: count('attack'),
      calls: [...tested].reduce((sum, { calls }) => sum + calls.length, 0),
    },
    protocols: protocols.map(({ name, folds }) => ({
      name,
      rows: methods.map((method) => {
        options.onProgress?.(0, 0, `${name}: ${method.name}`);
        return runMethod(method, folds);
      }),
      prefix: [],
    })),
    notes: [
      'Counted from the start of the stream. A calibration on later windows forgets the calls before its first one, which shortens the look-back of the frequency detector there.',
    ],
  };
}

/** Each workload that was traced: its `learn` and `calibrate` episodes are learned, the others tested. */
async function recordedWorkloads(folder: string, signal?: AbortSignal): Promise<{ name: string; folds: Fold[] }[]> {
  const workloads = new Map<string, { learned: Trace[]; test: Trace[] }>();
  for (const { folder: at, recording } of await findRecordings(folder)) {
    for (const { workload, kind, path } of recording.sources) {
      if (kind !== 'strace') continue;
      const label = recording.attacks.length > 0 ? 'attack' : 'benign';
      const traces = await readTraces(join(at, path), kind, () => ({ label, group: recording.episode }), signal);
      const of = workloads.get(workload) ?? { learned: [], test: [] };
      workloads.set(workload, of);
      (recording.split === 'test' ? of.test : of.learned).push(...traces);
    }
  }
  return [...workloads].map(([name, { learned, test }]) => ({ name, folds: [{ name, benign: [learned], test }] }));
}

/** The shipped detector twice over, calibrated on first windows and on later ones, each scoring its own. */
function phased<State, Model extends { readonly calibration: Calibration }>(
  name: string,
  startWindows: number,
  detector: Detector<SyscallBatch, State, Model>,
  learner: () => FoldLearner<SyscallBatch>,
): Method {
  const startCalls = startWindows * WINDOW_CALLS;
  const method = (keep: (batch: SyscallBatch) => SyscallBatch | undefined): Method =>
    detectorMethod(name, detector, () => new CalibratedOn(learner(), keep), OPERATING_P);
  const later = method((batch) => slice(batch, Math.max(batch.firstOrdinal, startCalls), Infinity));
  if (startWindows === 0) return later;
  const first = method((batch) => slice(batch, 0, startCalls));
  return {
    name,
    rule: later.rule,
    fit(fold) {
      const [early, late] = [first.fit(fold), later.fit(fold)];
      return {
        windowThreshold: late.windowThreshold,
        alarms: (windows) => late.alarms(windows),
        windows: (trace) => [
          ...early.windows(trace).filter(({ end }) => end < startCalls),
          ...late.windows(trace).filter(({ end }) => end >= startCalls),
        ],
      };
    },
  };
}

/** A learner that learns everything and calibrates on what `keep` leaves of a batch. */
class CalibratedOn implements FoldLearner<SyscallBatch> {
  readonly #inner: FoldLearner<SyscallBatch>;
  readonly #keep: (batch: SyscallBatch) => SyscallBatch | undefined;

  constructor(inner: FoldLearner<SyscallBatch>, keep: (batch: SyscallBatch) => SyscallBatch | undefined) {
    this.#inner = inner;
    this.#keep = keep;
  }

  learn(batch: SyscallBatch): void {
    this.#inner.learn(batch);
  }

  calibrate(batch: SyscallBatch): void {
    const kept = this.#keep(batch);
    if (kept) this.#inner.calibrate(kept);
  }

  adoptCalibration(from: this): void {
    this.#inner.adoptCalibration(from.#inner);
  }

  finish(): ReturnType<FoldLearner<SyscallBatch>['finish']> {
    return this.#inner.finish();
  }
}

/** The calls of `batch` at positions `[from, to)` of its stream; undefined where it has none. */
function slice(batch: SyscallBatch, from: number, to: number): SyscallBatch | undefined {
  const first = Math.max(0, from - batch.firstOrdinal);
  const end = Math.min(batch.count, to - batch.firstOrdinal);
  if (first >= end) return undefined;
  return {
    ...batch,
    firstOrdinal: batch.firstOrdinal + first,
    count: end - first,
    numbers: batch.numbers.subarray(first, end),
    threads: batch.threads.subarray(first, end),
    offsetsUs: batch.offsetsUs.subarray(first, end),
    results: batch.results?.subarray(first, end),
    digests: batch.digests?.subarray(first, end),
    last: batch.last || end < batch.count,
    gaps: first > 0 ? [] : batch.gaps,
  };
}
