import { CALL_NUMBERS } from '@plimsoll/contracts';

import { READ_SIZES_AT, TOTAL_AT, WRITE_SIZES_AT } from './call-counts.js';

/**
 * A window as a point: the square root of each call's share of the window's calls, of all other calls' share together,
 * and of each size class's share of what was read and of what was written. Shares, not rates: how much a container does
 * is load. The square root (Hellinger's transform; Rao 1995) makes the noise of a share the same whatever its size, so
 * rare calls weigh as much as frequent ones.
 *
 * `pieces` are the counts that make the window; `counters` those of `call-counts.ts` that are features; the last feature is 'all
 * others'. Cost: pieces · counters.
 */
export function featuresOf(pieces: readonly Uint32Array[], counters: readonly number[]): Float64Array {
  const calls = sum(pieces, TOTAL_AT, TOTAL_AT + 1);
  const read = sum(pieces, READ_SIZES_AT, WRITE_SIZES_AT);
  const written = sum(pieces, WRITE_SIZES_AT, TOTAL_AT);
  const features = new Float64Array(counters.length + 1);
  let others = calls;
  for (let i = 0; i < counters.length; i++) {
    const counter = counters[i]!;
    let count = 0;
    for (const piece of pieces) count += piece[counter]!;
    if (counter < CALL_NUMBERS) others -= count;
    const all = counter < CALL_NUMBERS ? calls : counter < WRITE_SIZES_AT ? read : written;
    features[i] = all === 0 ? 0 : Math.sqrt(count / all);
  }
  features[counters.length] = calls === 0 ? 0 : Math.sqrt(others / calls);
  return features;
}

function sum(pieces: readonly Uint32Array[], from: number, to: number): number {
  let total = 0;
  for (const piece of pieces) for (let i = from; i < to; i++) total += piece[i]!;
  return total;
}
