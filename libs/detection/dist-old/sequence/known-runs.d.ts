import { KeyTable } from './key-table.js';
import type { SequenceOptions } from './options.js';
import { type Trails } from './trails.js';
/** One size that is looked at, with everything of that size that was learned. */
export interface KnownSize {
    readonly kind: 'bag' | 'ngram';
    readonly size: number;
    readonly table: KeyTable;
}
/**
 * The keys of the last `length` calls: in their order, since where a full-length run is known everything that ends it is;
 * or of the bag, where that is all that is looked at. A key is the polynomial of the calls' random numbers with these
 * factors; a bag's factor is 1, which makes it the sum.
 */
export interface FirstLook {
    readonly table: KeyTable;
    readonly factorA: number;
    readonly factorB: number;
}
/** Learned runs made ready for look-ups. */
export interface KnownRuns {
    readonly length: number;
    /** Bags by size, then n-grams by length. */
    readonly sizes: readonly KnownSize[];
    /** What is looked up first, where one look-up answers for all sizes that end at a call. */
    readonly first: FirstLook;
    /** Every call that was seen, with its count. */
    readonly calls: ReadonlyMap<number, number>;
}
export declare function knownRuns(trails: Trails, options: SequenceOptions): KnownRuns;
//# sourceMappingURL=known-runs.d.ts.map