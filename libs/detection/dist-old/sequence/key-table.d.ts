/**
 * A map from 64-bit keys (two halves) to counts: open addressing with linear probing over typed arrays, never deleting.
 * A look-up is one or two reads of memory, and allocates nothing. 12 bytes a slot, at most a quarter full: longer probes cost mispredicted branches.
 */
export declare class KeyTable {
    #private;
    constructor(expected?: number);
    get size(): number;
    /**
     * The arrays behind the table, for a loop that looks up millions: slot `a & mask` and those after it hold the halves
     * of their keys at `2 · slot` and the place after it; a count of 0 ends the search. Valid until the next `add`.
     */
    slots(): {
        readonly mask: number;
        readonly keys: Int32Array;
        readonly counts: Uint32Array;
    };
    /** How often the key was added; 0 for one that never was. */
    count(a: number, b: number): number;
    /** Adds `times` (1 or more) to the key's count. */
    add(a: number, b: number, times: number): void;
}
//# sourceMappingURL=key-table.d.ts.map