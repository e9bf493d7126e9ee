import { pThreshold, pValue, scoreAt } from '../calibration/index.js';
/**
 * Scores are logarithms of likelihood ratios, which benign events exceed by x nats with a chance of at most e^-x as far
 * as the benign model is right (Ville 1939). However short and quiet the calibration was, fewer nats than the floor are
 * therefore no alarm; and whatever a tail fitted to a few hundred events says, more nats than the ceiling are one.
 */
export const FLOOR_NATS = 10;
export const CEILING_NATS = 14;
/** The score from which an event is anomalous under the budget. */
export function thresholdOf(calibration, budget, eventsPerDay) {
    const allowed = pThreshold(calibration, { falseAlertsPerDay: budget.falseAlertsPerDay, windowsPerDay: eventsPerDay });
    const score = Math.min(Math.max(scoreAt(calibration, allowed), FLOOR_NATS), CEILING_NATS);
    return { score, pValue: pValue(calibration, score) };
}
//# sourceMappingURL=threshold.js.map