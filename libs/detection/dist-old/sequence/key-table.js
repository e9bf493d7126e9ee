/**
 * A map from 64-bit keys (two halves) to counts: open addressing with linear probing over typed arrays, never deleting.
 * A look-up is one or two reads of memory, and allocates nothing. 12 bytes a slot, at most a quarter full: longer probes cost mispredicted branches.
 */
export class KeyTable {
    #mask;
    /** Halves of the keys side by side: one cache line holds both. */
    #keys;
    #counts;
    #size = 0;
    constructor(expected = 16) {
        let capacity = 32;
        while (capacity < expected * 4)
            capacity *= 2;
        this.#mask = capacity - 1;
        this.#keys = new Int32Array(capacity * 2);
        this.#counts = new Uint32Array(capacity);
    }
    get size() {
        return this.#size;
    }
    /**
     * The arrays behind the table, for a loop that looks up millions: slot `a & mask` and those after it hold the halves
     * of their keys at `2 · slot` and the place after it; a count of 0 ends the search. Valid until the next `add`.
     */
    slots() {
        return { mask: this.#mask, keys: this.#keys, counts: this.#counts };
    }
    /** How often the key was added; 0 for one that never was. */
    count(a, b) {
        const keys = this.#keys;
        const counts = this.#counts;
        const mask = this.#mask;
        let slot = a & mask;
        for (;;) {
            const count = counts[slot];
            if (count === 0 || (keys[2 * slot] === a && keys[2 * slot + 1] === b))
                return count;
            slot = (slot + 1) & mask;
        }
    }
    /** Adds `times` (1 or more) to the key's count. */
    add(a, b, times) {
        if (this.#size * 4 >= this.#counts.length)
            this.#grow();
        let slot = a & this.#mask;
        while (this.#counts[slot] !== 0) {
            if (this.#keys[2 * slot] === a && this.#keys[2 * slot + 1] === b) {
                this.#counts[slot] = Math.min(this.#counts[slot] + times, 0xffffffff);
                return;
            }
            slot = (slot + 1) & this.#mask;
        }
        this.#keys[2 * slot] = a;
        this.#keys[2 * slot + 1] = b;
        this.#counts[slot] = times;
        this.#size += 1;
    }
    #grow() {
        const { length } = this.#counts;
        const keys = this.#keys;
        const counts = this.#counts;
        this.#mask = length * 2 - 1;
        this.#keys = new Int32Array(length * 4);
        this.#counts = new Uint32Array(length * 2);
        this.#size = 0;
        for (let slot = 0; slot < length; slot++) {
            if (counts[slot] !== 0)
                this.add(keys[2 * slot], keys[2 * slot + 1], counts[slot]);
        }
    }
}
//# sourceMappingURL=key-table.js.map