/**
 * A window as a point: the square root of each call's share of the window's calls, of all other calls' share together,
 * and of each size class's share of what was read and of what was written. Shares, not rates: how much a container does
 * is load. The square root (Hellinger's transform; Rao 1995) makes the noise of a share the same whatever its size, so
 * rare calls weigh as much as frequent ones.
 *
 * `pieces` are the counts that make the window; `places` are counters of `call-counts.ts`; the last feature is 'all
 * others'. Cost: pieces · places.
 */
export declare function featuresOf(pieces: readonly Uint32Array[], places: readonly number[]): Float64Array;
//# sourceMappingURL=features.d.ts.map