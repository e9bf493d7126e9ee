import { z } from 'zod';
/**
 * What turns a detector's score into a p-value: the chance that a benign window scores at least as high.
 *
 * Conformal below the tail ((1 + scores at least as high) / (1 + scores)), a fitted tail above it. A plain object that
 * goes into a profile as it is; at most `2 · MAX_KNOTS` numbers however many windows were calibrated on. A p-value costs
 * one binary search.
 *
 * Sources: Vovk, Gammerman and Shafer 2005 (conformal); Laxhammar and Falkman 2011 (for anomalies); Siffer et al. 2017.
 */
export declare const Calibration: z.ZodObject<{
    count: z.ZodNumber;
    scores: z.ZodArray<z.ZodNumber>;
    atLeast: z.ZodArray<z.ZodNumber>;
    tail: z.ZodObject<{
        from: z.ZodNumber;
        weight: z.ZodNumber;
        scale: z.ZodNumber;
        shape: z.ZodNumber;
    }, z.core.$strip>;
    extremalIndex: z.ZodNumber;
}, z.core.$strip>;
export type Calibration = z.infer<typeof Calibration>;
export interface CalibrationOptions {
    /** The smallest difference of scores that means anything. Default 1e-9. */
    readonly minScale?: number;
    /** By how much benign scores usually exceed a high one, where the detector knows; counts as three that did. */
    readonly expectedExcess?: number;
    /** Share of the scores that the tail is fitted to. Default 0.1. */
    readonly tailFraction?: number;
}
/** Smallest p-value that is ever given: nothing here supports more. */
export declare const MIN_P_VALUE = 1e-12;
/**
 * Fits a calibration to benign scores that were not learned from. `runs` holds one array a stream, each in the order of
 * time (dependence is judged within a run); higher is stranger. Throws `empty-source` without a score and
 * `bad-profile` where one is not finite.
 */
export declare function fitCalibration(runs: readonly ArrayLike<number>[], { minScale, tailFraction, expectedExcess }?: CalibrationOptions): Calibration;
/** Chance that a benign window scores at least `score`, in [`MIN_P_VALUE`, 1]. Never rises with the score. */
export declare function pValue(calibration: Calibration, score: number): number;
/** The lowest score whose p-value is at or under `p`: what a detector compares with where it wants no p-value. */
export declare function scoreAt(calibration: Calibration, p: number): number;
//# sourceMappingURL=calibration.d.ts.map