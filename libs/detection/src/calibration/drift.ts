/**
 * Whether live benign data still looks like calibration: under an unchanged workload p-values are uniform (or larger,
 * where scores tie), so their lasting excess near 0 says that the profile is ageing. That is a report of its own, never
 * an attack: attacks are few and extreme, ageing is many and mild.
 *
 * Two statistics over a bounded state of 69 numbers, O(1) per p-value:
 * - a betting martingale (Vovk, Nouretdinov and Gammerman 2003; 'simple jumper', Vovk 2021) that stakes on small
 *   p-values; it exceeds 1/a with probability at most a while nothing has changed, however long one looks;
 * - the one-sided Kolmogorov–Smirnov distance over a decaying histogram of 64 bins: how far it has moved by now.
 */
export interface DriftState {
  count: number;
  /** Natural logarithm of the common factor taken out of the three stakes, which sum to 1. */
  logCapital: number;
  stakes: [number, number, number];
  /** Decayed numbers of p-values by bin, `[i/64, (i+1)/64)`. */
  bins: number[];
}

export interface DriftReport {
  /** p-values seen. */
  readonly count: number;
  /** log10 of the martingale: 2 is 'a hundred to one that something changed'. Can be negative. */
  readonly log10Capital: number;
  /** Largest excess of small p-values over the uniform share, in [0, 1]. */
  readonly distance: number;
  /** Whether both say that the profile is ageing. */
  readonly ageing: boolean;
}

const BINS = 64;
/** The slopes of the three bets: none, mild and strong favour of small p-values. */
const SLOPES = [0, -1, -2] as const;
/** Share of each stake that is laid out evenly again before a bet: how fast the martingale forgets the past. */
const JUMP = 0.01;
/** A histogram remembers about this many p-values. */
const MEMORY = 2_000;
/** p-values under this are attacks' business: they count as this much, so that one attack is no drift. */
const FLOOR = 0.005;
/** Odds of a thousand to one. */
const LOG10_AGEING = 3;
const DISTANCE_AGEING = 0.1;
/** A martingale that lost does not sink without bound: a change after a long calm is noticed as fast as at the start. */
const LOG_CAPITAL_FLOOR = -2;

export function startDrift(): DriftState {
  return { count: 0, logCapital: 0, stakes: [1 / 3, 1 / 3, 1 / 3], bins: new Array<number>(BINS).fill(0) };
}

/** Takes in the p-value of one judged window. Alters `state`. */
export function updateDrift(state: DriftState, p: number): void {
  const clipped = Math.min(Math.max(p, FLOOR), 1);
  let total = 0;
  for (let i = 0; i < SLOPES.length; i++) {
    const stake = (1 - JUMP) * state.stakes[i]! + JUMP / SLOPES.length;
    state.stakes[i] = stake * (1 + SLOPES[i]! * (clipped - 0.5));
    total += state.stakes[i]!;
  }
  for (let i = 0; i < SLOPES.length; i++) state.stakes[i]! /= total;
  state.logCapital = Math.max(state.logCapital + Math.log(total), LOG_CAPITAL_FLOOR);
  state.count += 1;
  const keep = 1 - 1 / MEMORY;
  for (let i = 0; i < BINS; i++) state.bins[i]! *= keep;
  const bin = Math.min(BINS - 1, Math.floor(clipped * BINS));
  state.bins[bin] = state.bins[bin]! + 1;
}

export function driftReport(state: DriftState): DriftReport {
  const mass = state.bins.reduce((sum, count) => sum + count, 0);
  let seen = 0;
  let distance = 0;
  for (let i = 0; mass > 0 && i < BINS; i++) {
    seen += state.bins[i]!;
    distance = Math.max(distance, seen / mass - (i + 1) / BINS);
  }
  const log10Capital = state.logCapital / Math.LN10;
  return {
    count: state.count,
    log10Capital,
    distance,
    ageing: log10Capital >= LOG10_AGEING && distance >= DISTANCE_AGEING,
  };
}
