import { P_VALUE_BINS, type PValueCounts } from '@plimsoll/contracts';

import type { Calibration } from './calibration.js';

/**
 * Whether live benign data still looks like calibration: under an unchanged workload p-values are uniform (or larger,
 * where scores tie), so their lasting excess near 0 says that the profile is ageing. That is a report of its own, never
 * an attack: attacks are few and extreme, ageing is many and mild.
 *
 * The statistic is the one-sided Kolmogorov–Smirnov distance over 20 bins. It depends on the set of windows alone, not
 * on the order in which containers and partitions report them, which a betting martingale does.
 */
export interface Drift {
  /** Windows counted. */
  readonly windows: number;
  /** Largest excess of small p-values over the uniform share, in [0, 1]. */
  readonly distance: number;
  /** What randomness and a short calibration may account for, in [0, 1]. */
  readonly allowed: number;
  readonly moved: boolean;
}

/** A change of less than this is no reason to learn anew, however many windows prove it. */
const LEAST_DISTANCE = 0.1;
/** Probability that an unchanged workload exceeds what is allowed, at one look; many looks are taken. */
const FALSE_REPORTS = 1e-5;

/** Adds the p-value of one scored window; `counts` of another calibration are dropped. */
export function countPValue(
  counts: PValueCounts | undefined,
  { count, extremalIndex }: Pick<Calibration, 'count' | 'extremalIndex'>,
  p: number,
): PValueCounts {
  const same = counts?.calibratedOn === count && counts.independence === extremalIndex;
  const kept = same ? counts : emptyCounts(count, extremalIndex);
  const bin = Math.min(Math.max(Math.ceil(p * P_VALUE_BINS) - 1, 0), P_VALUE_BINS - 1);
  kept.bins[bin] = kept.bins[bin]! + 1;
  return kept;
}

/** No window yet. */
export function emptyCounts(calibratedOn: number, independence: number): PValueCounts {
  return { calibratedOn, independence, bins: new Array<number>(P_VALUE_BINS).fill(0) };
}

/**
 * Tests live p-values against uniform. Windows and calibration scores are both samples, each worth `independence` of
 * its size; the bound is the asymptotic one of the two-sample test (Smirnov 1939; Hodges 1958).
 */
export function driftOf({ bins, calibratedOn, independence }: PValueCounts): Drift {
  const windows = bins.reduce((sum, count) => sum + count, 0);
  let seen = 0;
  let distance = 0;
  for (let i = 0; windows > 0 && i < bins.length; i++) {
    seen += bins[i]!;
    distance = Math.max(distance, seen / windows - (i + 1) / bins.length);
  }
  const worth = independence / (1 / Math.max(windows, 1) + 1 / calibratedOn);
  const allowed = Math.max(LEAST_DISTANCE, Math.min(1, Math.sqrt(-Math.log(FALSE_REPORTS) / (2 * worth))));
  return { windows, distance, allowed, moved: windows > 0 && distance >= allowed };
}

/** Share of windows whose p-values lie in the lowest bin. */
export function lowShare(bins: readonly number[]): number {
  const windows = bins.reduce((sum, count) => sum + count, 0);
  return windows === 0 ? 0 : bins[0]! / windows;
}
