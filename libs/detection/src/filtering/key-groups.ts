import { CALL_NUMBERS } from '@plimsoll/contracts';

/** Shares are compared over windows of this many calls. */
const WINDOW = 1_000;

/** Part of the variation between benign windows that a group chosen from benign data accounts for. */
const COVERED = 0.99;

/**
 * The calls that carry information about a workload's behaviour, from benign traces alone: the fewest calls that
 * account for 99 % of the variation of shares between windows (square roots, so that rare calls count). Calls that
 * always come in the same proportion say nothing. Numbers, ascending.
 */
export function benignKeyGroup(traces: readonly Uint16Array[]): number[] {
  const windows = traces.flatMap(windowShares);
  const variance = varianceOf(windows, meanOf(windows));
  const total = variance.reduce((sum, value) => sum + value, 0);
  const ranked = ranking(variance);
  const group: number[] = [];
  let covered = 0;
  for (const call of ranked) {
    if (covered >= COVERED * total) break;
    group.push(call);
    covered += variance[call]!;
  }
  return group.sort((one, other) => one - other);
}

/** The `size` calls whose shares differ most between benign windows and those of labelled development attacks. */
export function developmentKeyGroup(
  benign: readonly Uint16Array[],
  attacks: readonly Uint16Array[],
  size: number,
): number[] {
  const [usual, attacked] = [benign.flatMap(windowShares), attacks.flatMap(windowShares)];
  const [mean, other] = [meanOf(usual), meanOf(attacked)];
  const spread = varianceOf(usual, mean);
  // The spread of a call that benign windows never show is that of one call a window.
  const strength = mean.map((share, call) => (share - other[call]!) ** 2 / (spread[call]! + 1 / WINDOW));
  return ranking(strength)
    .slice(0, size)
    .sort((one, next) => one - next);
}

/** `size` of `calls`, drawn with a seed: the control that a chosen group must beat. */
export function randomKeyGroup(calls: readonly number[], size: number, seed: number): number[] {
  const rest = [...calls];
  let state = seed >>> 0;
  for (let i = 0; i < Math.min(size, rest.length); i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const j = i + Math.floor((state / 2 ** 32) * (rest.length - i));
    [rest[i], rest[j]] = [rest[j]!, rest[i]!];
  }
  return rest.slice(0, size).sort((one, other) => one - other);
}

/** Every call that the traces hold, ascending. */
export function callsOf(traces: readonly Uint16Array[]): number[] {
  return [...new Set(traces.flatMap((trace) => [...new Set(trace)]))].sort((one, other) => one - other);
}

function windowShares(trace: Uint16Array): Float64Array[] {
  const windows: Float64Array[] = [];
  for (let from = 0; from < trace.length; from += WINDOW) {
    const part = trace.subarray(from, from + WINDOW);
    const shares = new Float64Array(CALL_NUMBERS);
    for (const call of part) shares[call] = shares[call]! + 1 / part.length;
    windows.push(shares.map(Math.sqrt));
  }
  return windows;
}

function meanOf(windows: readonly Float64Array[]): Float64Array {
  const mean = new Float64Array(CALL_NUMBERS);
  for (const window of windows) for (let i = 0; i < CALL_NUMBERS; i++) mean[i] = mean[i]! + window[i]! / windows.length;
  return mean;
}

function varianceOf(windows: readonly Float64Array[], mean: Float64Array): Float64Array {
  const variance = new Float64Array(CALL_NUMBERS);
  for (const window of windows) {
    for (let i = 0; i < CALL_NUMBERS; i++) variance[i] = variance[i]! + (window[i]! - mean[i]!) ** 2 / windows.length;
  }
  return variance;
}

/** Calls by their value, highest first; those of none are left out. */
function ranking(values: Float64Array): number[] {
  return [...values.keys()]
    .filter((call) => values[call]! > 0)
    .sort((one, other) => values[other]! - values[one]! || one - other);
}
