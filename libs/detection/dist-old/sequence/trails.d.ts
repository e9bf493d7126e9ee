/** Most distinct trails that are learned; what comes after is not, and the profile says so. */
export declare const MAX_TRAILS = 200000;
/**
 * What was learned of a workload's order of calls: every distinct run of `length` calls of a thread, and the shorter
 * runs with which threads began, with how often each was seen. Every bag and n-gram up to `length` that occurred is the
 * end of one of them, so this alone is the profile: tables for any size are built from it.
 *
 * Two collections of disjoint data merge to what one would have learned from both (up to the limit). About
 * `2 · length + 30` bytes a trail.
 */
export declare class Trails {
    #private;
    readonly length: number;
    /** Runs that found no room. */
    dropped: number;
    constructor(length: number);
    get size(): number;
    /** Adds one occurrence of a run known by its key; `calls` gives the run where it is new. */
    add(a: number, b: number, calls: () => readonly number[], times?: number): void;
    /** Each trail with its count, in the order of first sight. */
    [Symbol.iterator](): Generator<{
        readonly calls: readonly number[];
        readonly count: number;
    }>;
    merge(other: Trails): void;
}
/** The key of a run in its order. */
export declare function runKey(calls: readonly number[]): readonly [a: number, b: number];
/** The key of a bag, whatever the order of its calls. */
export declare function bagKey(calls: readonly number[]): readonly [a: number, b: number];
//# sourceMappingURL=trails.d.ts.map