import {
  type Baseline,
  type Calibration,
  crossCalibrated,
  type Detector,
  type FoldLearner,
  simesP,
} from '@plimsoll/detection';
import { PlimsollError, type SyscallBatch } from '@plimsoll/contracts';

import type { Trace } from './trace.js';

/** What a method says of one window: higher is stranger; ours is -log10 of the p-value. */
export interface WindowScore {
  readonly score: number;
  /** Position of the window's last call in its trace. */
  readonly end: number;
}

/** One fold of a protocol: benign traces to learn from, in groups that may be held out, and what is tested. */
export interface Fold {
  readonly name: string;
  /** Groups of benign traces; no group is tested. */
  readonly benign: readonly (readonly Trace[])[];
  readonly test: readonly Trace[];
}

/** A method that was fitted to a fold's benign traces. */
export interface FittedMethod {
  windows(trace: Trace): WindowScore[];
  /** A window alarms when its score is at least this. */
  readonly windowThreshold: number;
  /** Whether a trace of these windows alarms. */
  alarms(windows: readonly WindowScore[]): boolean;
}

export interface Method {
  readonly name: string;
  /** How its thresholds come about, for the table. */
  readonly rule: string;
  fit(fold: Fold): FittedMethod;
}

export const WINDOW_CALLS = 1_000;

/** A published detector as it was published: one benign group calibrates, its highest score is the threshold. */
export function baselineMethod(baseline: Baseline): Method {
  return {
    name: baseline.name,
    rule: 'highest calibration score',
    fit({ benign }) {
      const calibrate = benign.at(-1) ?? [];
      const fitted = baseline.fit(benign.slice(0, -1).flatMap((group) => group.map(({ calls }) => calls)));
      const highest = Math.max(...calibrate.flatMap(({ calls }) => fitted.windows(calls, WINDOW_CALLS)));
      // Strictly over the highest; 'always' has none over it and alarms at it.
      const threshold = highest === Infinity ? Infinity : highest + Number.EPSILON * Math.max(1, Math.abs(highest));
      return {
        windowThreshold: threshold,
        alarms: (windows) => windows.some(({ score }) => score >= threshold),
        windows: ({ calls }) =>
          fitted.windows(calls, WINDOW_CALLS).map((score, i) => ({
            score,
            end: Math.min((i + 1) * WINDOW_CALLS, calls.length) - 1,
          })),
      };
    },
  };
}

/**
 * The shipped detector with the shipped learner: every benign group learned, cross-calibrated trace by trace (no trace
 * is scored by a model that saw it), windows scored one by one.
 *
 * One rate `p` for both: as many benign windows are marked, and as many benign traces alarm. A trace's p-value is that of
 * its windows together, counted as at least the windows that a benign trace has on average: being short is no evidence,
 * which matters here, where attack traces are.
 */
export function detectorMethod<State, Model extends { readonly calibration: Calibration }>(
  name: string,
  detector: Detector<SyscallBatch, State, Model>,
  learner: () => FoldLearner<SyscallBatch>,
  p: number,
): Method {
  return {
    name,
    rule: `p ≤ ${p}`,
    fit({ benign }) {
      const traces = benign.flat();
      const model = fitted(detector, learner, traces, traces.length);
      const usualWindows = model.calibration.count / traces.length;
      return {
        windowThreshold: -Math.log10(p),
        alarms: (windows) => {
          const pValues = windows.map(({ score }) => 10 ** -score);
          return simesP(pValues, usualWindows) <= p;
        },
        windows: (trace) => scored(detector, model, trace),
      };
    },
  };
}

/** Learns benign traces with cross-calibration and prepares the profile. */
export function fitted<State, Model>(
  detector: Detector<SyscallBatch, State, Model>,
  learner: () => FoldLearner<SyscallBatch>,
  traces: readonly Trace[],
  folds: number,
): Model {
  const streams = traces.map(({ batches }) => batches);
  const profile = crossCalibrated(learner, streams, Math.min(folds, streams.length)).finish();
  return detector.prepare(profile, { falseAlertsPerDay: 1 });
}

/** The score of a trace's strangest window; 0 where none was scored. */
export function strangest<State, Model>(
  detector: Detector<SyscallBatch, State, Model>,
  model: Model,
  trace: Trace,
): number {
  return Math.max(0, ...scored(detector, model, trace).map(({ score }) => score));
}

/**
 * The score of a trace's windows together (`simesP`), counted as at least those of an average benign trace, of which
 * `learned` calibrated the model; 0 where none was scored.
 */
export function together<State, Model extends { readonly calibration: Calibration }>(
  detector: Detector<SyscallBatch, State, Model>,
  model: Model,
  trace: Trace,
  learned: number,
): number {
  const pValues = scored(detector, model, trace).map(({ score }) => 10 ** -score);
  return pValues.length === 0 ? 0 : -Math.log10(simesP(pValues, model.calibration.count / learned));
}

/** The windows that a detector scored of a trace; `detector` must publish every window. */
export function scored<State, Model>(
  detector: Detector<SyscallBatch, State, Model>,
  model: Model,
  trace: Trace,
): WindowScore[] {
  const state = detector.start();
  const scores: WindowScore[] = [];
  let end = -1;
  for (const batch of trace.batches) {
    for (const message of detector.step(state, batch, model)) {
      if (message.type !== 'verdict') continue;
      if (message.state === 'warming') throw new PlimsollError('bad-profile', 'a study without a profile');
      end += message.count;
      if (message.state === 'insufficient' || message.state === 'gap') continue;
      scores.push({ score: -Math.log10(message.pValue), end });
    }
  }
  return scores;
}
