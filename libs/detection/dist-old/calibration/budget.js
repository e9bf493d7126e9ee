import { MIN_P_VALUE } from './calibration.js';
/** However few windows a day there are, what one benign window in fifty does is not reported. */
export const MAX_P_THRESHOLD = 0.02;
/**
 * The p-value at or under which a window is anomalous, so that benign windows make `falseAlertsPerDay · share` clusters
 * of alarms a day: budget = windows a day · p · extremal index.
 */
export function pThreshold(calibration, { falseAlertsPerDay, windowsPerDay, share = 1 }) {
    const clusters = Math.max(windowsPerDay, 1) * calibration.extremalIndex;
    return Math.min(Math.max((falseAlertsPerDay * share) / clusters, MIN_P_VALUE), MAX_P_THRESHOLD);
}
//# sourceMappingURL=budget.js.map