import { type Budget, type Calibration, fitCalibration, pThreshold } from '@plimsoll/detection';

import type { CallCorpus } from './call-corpus.js';

/**
 * Calibrates plain scores as a detector's are: `runs` are the scores of the calibrate episodes (one run an episode),
 * `learned` is the number of units in the learn episodes; the threshold on the p-value follows from the part `share` of
 * the budget and from how often such a unit comes.
 */
export function calibrated(
  { learn, calibrate }: CallCorpus,
  runs: readonly (readonly number[])[],
  learned: number,
  budget: Budget,
  share: number,
): { readonly calibration: Calibration; readonly threshold: number } {
  const calibration = fitCalibration(runs, { minScale: 0.1 });
  const spanUs = [...learn, ...calibrate].reduce((sum, episode) => sum + episode.spanUs, 0);
  const windowsPerDay = ((learned + runs.flat().length) * 86_400e6) / Math.max(spanUs, 1);
  return { calibration, threshold: pThreshold(calibration, { ...budget, windowsPerDay, share }) };
}
