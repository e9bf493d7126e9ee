import { type Calibration, MIN_P_VALUE } from './calibration.js';

export interface Allowance {
  /** What the user bears, over all levels of an application. */
  readonly falseAlertsPerDay: number;
  /** Benign windows that this detector scores in a day of the application. */
  readonly windowsPerDay: number;
  /** Part of the budget that this detector may spend, in (0, 1]. Default 1. */
  readonly share?: number;
}

/** However few windows a day there are, what one benign window in fifty does is not reported. */
export const MAX_P_THRESHOLD = 0.02;

/**
 * The p-value at or under which a window is anomalous, so that benign windows make `falseAlertsPerDay · share` clusters
 * of alarms a day: budget = windows a day · p · extremal index.
 */
export function pThreshold(
  calibration: Calibration,
  { falseAlertsPerDay, windowsPerDay, share = 1 }: Allowance,
): number {
  const clusters = Math.max(windowsPerDay, 1) * calibration.extremalIndex;
  return Math.min(Math.max((falseAlertsPerDay * share) / clusters, MIN_P_VALUE), MAX_P_THRESHOLD);
}
