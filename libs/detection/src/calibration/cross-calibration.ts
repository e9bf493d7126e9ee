import type { Learner } from '../detector.js';

/** A learner that can take over what another of its kind calibrated. */
export interface FoldLearner<Input> extends Pick<Learner<Input>, 'learn' | 'calibrate' | 'finish'> {
  adoptCalibration(from: this): void;
  /** Before it calibrates: chooses as `final` does, which saw every stream, where what was learned chooses anything. */
  follow?(final: this): void;
}

/**
 * Learns from every stream and calibrates on every stream, never on what was learned: each fold in turn is scored by a
 * learner that saw the others alone, and the scores of all folds calibrate the one that saw them all. Where recordings
 * are few this uses each twice; it errs towards fewer alarms, since a fold's learner knows less than the final one.
 *
 * `folds` parts by position (stream i belongs to fold i mod `folds`), at most one a stream. Costs `folds` learnings.
 * Source: cross-conformal prediction, Vovk 2015.
 */
export function crossCalibrated<Input, L extends FoldLearner<Input>>(
  make: () => L,
  streams: readonly Iterable<Input>[],
  folds: number,
): L {
  const count = Math.min(folds, streams.length);
  const final = make();
  for (const stream of streams) for (const input of stream) final.learn(input);
  for (let fold = 0; count > 1 && fold < count; fold++) {
    const learner = make();
    streams.forEach((stream, i) => {
      if (i % count !== fold) for (const input of stream) learner.learn(input);
    });
    learner.follow?.(final);
    streams.forEach((stream, i) => {
      if (i % count === fold) for (const input of stream) learner.calibrate(input);
    });
    final.adoptCalibration(learner);
  }
  return final;
}
