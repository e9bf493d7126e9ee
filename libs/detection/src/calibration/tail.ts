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
export const Tail = z.object({
  /** Where the tail begins: scores above it get their p-value from the fit. */
  from: z.number(),
  /** Probability that a benign score is above `from`. */
  weight: z.number().gt(0).max(1),
  /** Same unit as the score. */
  scale: z.number().gt(0),
  /** 0 is exponential; the higher, the heavier. */
  shape: z.number().min(0).max(1),
});
export type Tail = z.infer<typeof Tail>;

const PRIOR_EXCESSES = 30;
const MAX_SHAPE = 0.5;
/** Fewer excesses than this say nothing of a shape. */
const MIN_EXCESSES_FOR_SHAPE = 10;
/** As how many excesses the expected one counts. */
const EXPECTED_COUNTS = 3;
/** Least number of scores that make a tail, where there are so many. */
const MIN_TAIL = 10;

/**
 * Fits the tail of `ascending` (benign scores, sorted). `fraction` of them, and at least ten, lie in it. `minScale` is
 * the smallest difference of scores that means anything: it keeps a calibration of equal scores from a tail of no width.
 * `expectedExcess`, where a detector knows by how much benign scores usually exceed, counts as three excesses seen.
 */
export function fitTail(
  ascending: ArrayLike<number>,
  fraction: number,
  minScale: number,
  expectedExcess?: number,
): Tail {
  const n = ascending.length;
  const inTail = Math.min(Math.max(MIN_TAIL, Math.floor(n * fraction)), Math.max(n - 1, 0));
  const from = n === 0 ? 0 : ascending[n - inTail - 1]!;
  const excesses: number[] = [];
  for (let i = n - inTail; i < n; i++) {
    if (ascending[i]! > from) excesses.push(ascending[i]! - from);
  }
  const weight = (1 + excesses.length) / (1 + n);
  if (excesses.length === 0) return { from, weight, scale: Math.max(minScale, expectedExcess ?? 0), shape: 0 };
  const mean = excesses.reduce((sum, x) => sum + x, 0) / excesses.length;
  const shape = shapeOf(excesses, mean);
  const known = expectedExcess === undefined ? 0 : EXPECTED_COUNTS;
  const centre = (excesses.length * mean + known * (expectedExcess ?? 0)) / (excesses.length + known);
  return { from, weight, scale: Math.max(centre * (1 - shape), minScale), shape };
}

/** `excesses` ascending. */
function shapeOf(excesses: readonly number[], mean: number): number {
  const k = excesses.length;
  if (k < MIN_EXCESSES_FOR_SHAPE) return 0;
  let weighted = 0;
  for (let i = 0; i < k; i++) weighted += excesses[i]! * (1 - (i + 0.65) / k);
  weighted /= k;
  const shape = 2 - mean / (mean - 2 * weighted);
  if (!Number.isFinite(shape)) return 0;
  return Math.min(Math.max((k * shape) / (k + PRIOR_EXCESSES), 0), MAX_SHAPE);
}

/** Probability that a benign score exceeds `score`, which is above `tail.from`. */
export function tailProbability(tail: Tail, score: number): number {
  const z = (score - tail.from) / tail.scale;
  return tail.weight * (tail.shape < 1e-6 ? Math.exp(-z) : Math.pow(1 + tail.shape * z, -1 / tail.shape));
}

/** The score that a benign one exceeds with probability `p`, which is under `tail.weight`. */
export function tailScore(tail: Tail, p: number): number {
  const ratio = p / tail.weight;
  const z = tail.shape < 1e-6 ? -Math.log(ratio) : (Math.pow(ratio, -tail.shape) - 1) / tail.shape;
  return tail.from + tail.scale * z;
}
