/**
 * The chance that the next benign window holds something never seen, after Good (1953) and Turing: about the share of
 * the windows so far that hold something no other window holds. Keys beyond the limit are not counted.
 */
export declare class NoveltyCounter {
    #private;
    get windows(): number;
    /** Something that the open window holds, by a key of two halves. */
    add(a: number, b: number): void;
    /** The open window is complete. */
    window(): void;
    /** In [0, 1]; 1 before the first window. */
    estimate(): number;
    /** Adds what a replica counted, of windows of its own. */
    merge(other: NoveltyCounter): void;
}
//# sourceMappingURL=novelty.d.ts.map