import { z } from 'zod';
/**
 * The tail of benign scores beyond a high quantile, as a generalised Pareto distribution: what gives a p-value to scores
 * higher than any in calibration.
 *
 * The scale comes from the mean excess, the shape from probability-weighted moments, drawn towards 0 (an exponential
 * tail) as if `PRIOR_EXCESSES` further excesses had been exponential, and never negative: a bounded tail would give
 * p-values of zero on the strength of a few dozen windows.
 *
 * Sources: Pickands 1975; Hosking and Wallis 1987 (moments); Siffer et al. 2017 (SPOT: thresholds in streams).
 */
export declare const Tail: z.ZodObject<{
    from: z.ZodNumber;
    weight: z.ZodNumber;
    scale: z.ZodNumber;
    shape: z.ZodNumber;
}, z.core.$strip>;
export type Tail = z.infer<typeof Tail>;
/**
 * Fits the tail of `ascending` (benign scores, sorted). `fraction` of them, and at least ten, lie in it. `minScale` is
 * the smallest difference of scores that means anything: it keeps a calibration of equal scores from a tail of no width.
 * `expectedExcess`, where a detector knows by how much benign scores usually exceed, counts as three excesses seen.
 */
export declare function fitTail(ascending: ArrayLike<number>, fraction: number, minScale: number, expectedExcess?: number): Tail;
/** Chance that a benign score exceeds `score`, which is above `tail.from`. */
export declare function tailProbability(tail: Tail, score: number): number;
/** The score that a benign one exceeds with probability `p`, which is under `tail.weight`. */
export declare function tailScore(tail: Tail, p: number): number;
//# sourceMappingURL=tail.d.ts.map