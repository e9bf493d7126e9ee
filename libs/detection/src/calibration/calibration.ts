import { PlimsollError } from '@plimsoll/contracts';
import { z } from 'zod';

import { extremalIndex } from './dependence.js';
import { fitTail, Tail, tailProbability, tailScore } from './tail.js';

/**
 * What turns a detector's score into a p-value: the probability that a benign window scores at least as high.
 *
 * Conformal below the tail ((1 + scores at least as high) / (1 + scores)), a fitted tail above it. A plain object that
 * goes into a profile as it is; at most `2 · MAX_KNOTS` numbers however many windows were calibrated on. A p-value costs
 * one binary search.
 *
 * Sources: Vovk, Gammerman and Shafer 2005 (conformal); Laxhammar and Falkman 2011 (for anomalies); Siffer et al. 2017.
 */
export const Calibration = z
  .object({
    /** Benign windows that it rests on. */
    count: z.number().int().nonnegative(),
    /** Distinct scores, ascending; scores between two count as the lower one, which errs towards 'benign'. */
    scores: z.array(z.number()).max(600),
    /** Of each score: how many calibration scores are at least as high. */
    atLeast: z.array(z.number().int().nonnegative()).max(600),
    tail: Tail,
    /** 1 over the mean size of a cluster of exceedances, in (0, 1]: windows follow each other, and so do alarms. */
    extremalIndex: z.number().gt(0).max(1),
  })
  // What a search among the scores takes for granted: without it p-values would be none.
  .refine(({ scores, atLeast }) => scores.length === atLeast.length, 'as many counts as scores')
  .refine(({ scores }) => isAscending(scores), 'scores that do not ascend')
  .refine(({ count, atLeast }) => atLeast.every((above) => above <= count), 'more scores than there are');
export type Calibration = z.infer<typeof Calibration>;

function isAscending(scores: readonly number[]): boolean {
  return scores.every((score, i) => i === 0 || scores[i - 1]! < score);
}

export interface CalibrationOptions {
  /** The smallest difference of scores that means anything. Default 1e-9. */
  readonly minScale?: number;
  /** By how much benign scores usually exceed a high one, where the detector knows; counts as three that did. */
  readonly expectedExcess?: number;
  /** Share of the scores that the tail is fitted to. Default 0.1. */
  readonly tailFraction?: number;
}

const MAX_KNOTS = 256;

/** Smallest p-value that is ever given: nothing here supports more. */
export const MIN_P_VALUE = 1e-12;

/**
 * Fits a calibration to benign scores that were not learned from. `runs` holds one array a stream, each in the order of
 * time (dependence is measured within a run); higher is stranger. Throws `empty-source` without a score and
 * `bad-profile` where one is not finite.
 */
export function fitCalibration(
  runs: readonly ArrayLike<number>[],
  { minScale = 1e-9, tailFraction = 0.1, expectedExcess }: CalibrationOptions = {},
): Calibration {
  const ascending = Float64Array.from(runs.flatMap((run) => Array.from(run))).sort();
  const n = ascending.length;
  if (n === 0) throw new PlimsollError('empty-source', 'nothing to calibrate on: no benign window was scored');
  if (!ascending.every((score) => Number.isFinite(score))) {
    throw new PlimsollError('bad-profile', 'a benign score is not a finite number');
  }
  const tail = fitTail(ascending, tailFraction, minScale, expectedExcess);
  return { count: n, ...knots(ascending), tail, extremalIndex: extremalIndex(runs, tail.from) };
}

function knots(ascending: Float64Array): { scores: number[]; atLeast: number[] } {
  const scores: number[] = [];
  const atLeast: number[] = [];
  ascending.forEach((score, i) => {
    if (i > 0 && score === ascending[i - 1]) return;
    scores.push(score);
    atLeast.push(ascending.length - i);
  });
  if (scores.length <= MAX_KNOTS) return { scores, atLeast };
  const kept = (_: number, i: number): boolean =>
    i === 0 || Math.floor((i * MAX_KNOTS) / scores.length) !== Math.floor(((i - 1) * MAX_KNOTS) / scores.length);
  return { scores: scores.filter(kept), atLeast: atLeast.filter(kept) };
}

/** Probability that a benign window scores at least `score`, in [`MIN_P_VALUE`, 1]. Never rises with the score. */
export function pValue(calibration: Calibration, score: number): number {
  const { count, scores, atLeast, tail } = calibration;
  if (score > tail.from) return Math.max(tailProbability(tail, score), MIN_P_VALUE);
  let low = 0;
  let high = scores.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (scores[middle]! <= score) low = middle + 1;
    else high = middle;
  }
  // At a knot the count is exact; between two the lower one's count is at least the true one.
  const above = low === 0 ? count : atLeast[low - 1]!;
  return Math.max((1 + above) / (1 + count), tail.weight);
}

/** The lowest score whose p-value is at or under `p`: what a detector compares with where it wants no p-value. */
export function scoreAt(calibration: Calibration, p: number): number {
  const { count, scores, atLeast, tail } = calibration;
  if (p < tail.weight) return tailScore(tail, p);
  const i = atLeast.findIndex((above) => (1 + above) / (1 + count) <= p);
  return i === -1 ? tail.from : scores[i]!;
}
