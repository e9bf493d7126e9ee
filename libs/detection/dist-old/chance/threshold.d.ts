import { type Calibration } from '../calibration/index.js';
import type { Budget } from '../detector.js';
/**
 * Scores are logarithms of likelihood ratios, which benign events exceed by x nats with a chance of at most e^-x as far
 * as the benign model is right (Ville 1939). However short and quiet the calibration was, fewer nats than the floor are
 * therefore no alarm; and whatever a tail fitted to a few hundred events says, more nats than the ceiling are one.
 */
export declare const FLOOR_NATS = 10;
export declare const CEILING_NATS = 14;
export interface Threshold {
    readonly score: number;
    readonly pValue: number;
}
/** The score from which an event is anomalous under the budget. */
export declare function thresholdOf(calibration: Calibration, budget: Budget, eventsPerDay: number): Threshold;
//# sourceMappingURL=threshold.d.ts.map