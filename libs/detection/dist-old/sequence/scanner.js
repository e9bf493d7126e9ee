import { FACTOR_A, FACTOR_B, HASH_A, HASH_B, power } from './call-hash.js';
import { RING, RING_MASK } from './thread-memory.js';
/**
 * Goes through calls `[from, to)` and counts what was never learned.
 *
 * Per call: one look-up, with a key that slides by two multiplications and four additions, where the run of the last
 * `length` calls is known, for then every shorter bag and n-gram that ends there is known too; only otherwise each size
 * is looked up by itself. Nothing is allocated while everything is known.
 */
export class Scanner {
    #known;
    #perThread;
    #dropped;
    #outA;
    #outB;
    /** Calls of the key group in the piece at hand, where the group leaves some out. */
    #kept = new Uint16Array(0);
    constructor(known, scope, dropped) {
        this.#known = known;
        this.#perThread = scope === 'thread';
        this.#dropped = dropped;
        this.#outA = leaving(HASH_A, known.first.factorA, known.length);
        this.#outB = leaving(HASH_B, known.first.factorB, known.length);
    }
    scan(batch, from, to, memory, tally, onUnseen) {
        const { numbers, threads } = batch;
        let start = from;
        while (start < to) {
            const thread = this.#perThread ? threads[start] : 0;
            let end = start + 1;
            if (this.#perThread)
                while (end < to && threads[end] === thread)
                    end++;
            else
                end = to;
            const slot = memory.slot(thread);
            if (this.#dropped === undefined) {
                this.#run(numbers, start, end, memory, slot, tally, (at, smallest) => {
                    onUnseen(batch, at, slot, smallest);
                });
                tally.kept += end - start;
            }
            else {
                this.#group(batch, start, end, memory, slot, tally, onUnseen);
            }
            start = end;
        }
    }
    /** A thread's calls of which some are not in the key group: the others are gone through by themselves. */
    #group(batch, start, end, memory, slot, tally, onUnseen) {
        if (this.#kept.length < end - start)
            this.#kept = new Uint16Array(end - start);
        const at = [];
        for (let i = start; i < end; i++) {
            if (this.#dropped[batch.numbers[i]] === 1)
                continue;
            this.#kept[at.length] = batch.numbers[i];
            at.push(i);
        }
        this.#run(this.#kept, 0, at.length, memory, slot, tally, (index, smallest) => {
            onUnseen(batch, at[index], slot, smallest);
        });
        tally.kept += at.length;
    }
    /** Calls `[start, end)` of one thread. The rings are brought up to date before anything reads them. */
    #run(calls, start, end, memory, slot, tally, onUnseen) {
        const { length, first } = this.#known;
        const { factorA, factorB } = first;
        const { mask, keys, counts } = first.table.slots();
        const outA = this.#outA;
        const outB = this.#outB;
        const hashA = HASH_A;
        const hashB = HASH_B;
        const lead = Math.min(end, start + length);
        for (let i = start; i < lead; i++) {
            memory.append(slot, calls, i, i + 1);
            const smallest = this.#each(memory, slot, tally.unseen);
            if (smallest >= 0)
                onUnseen(i, smallest);
        }
        if (lead === end)
            return;
        let a = 0;
        let b = 0;
        for (let i = lead - length; i < lead; i++) {
            a = (Math.imul(a, factorA) + hashA[calls[i]]) | 0;
            b = (Math.imul(b, factorB) + hashB[calls[i]]) | 0;
        }
        let stored = lead;
        for (let i = lead; i < end; i++) {
            const call = calls[i];
            const old = calls[i - length];
            a = (Math.imul(a - outA[old], factorA) + hashA[call]) | 0;
            b = (Math.imul(b - outB[old], factorB) + hashB[call]) | 0;
            let at = a & mask;
            // A known run costs one look at its key; counts are read only to end the search for an unknown one.
            while ((keys[2 * at] !== a || keys[2 * at + 1] !== b) && counts[at] !== 0)
                at = (at + 1) & mask;
            if (keys[2 * at] === a && keys[2 * at + 1] === b)
                continue;
            memory.append(slot, calls, stored, i + 1);
            stored = i + 1;
            const smallest = this.#each(memory, slot, tally.unseen);
            if (smallest >= 0)
                onUnseen(i, smallest);
        }
        memory.append(slot, calls, stored, end);
    }
    /** Looks up every size that ends here; the index of the first unseen one, or -1. */
    #each(memory, slot, unseen) {
        const { sizes } = this.#known;
        const { rings } = memory;
        const base = slot * RING;
        const have = memory.have[slot];
        const position = memory.position[slot];
        let smallest = -1;
        for (let s = 0; s < sizes.length; s++) {
            const { kind, size, table } = sizes[s];
            if (have < size)
                continue;
            let a = 0;
            let b = 0;
            for (let back = size; back > 0; back--) {
                const call = rings[base + ((position - back) & RING_MASK)];
                if (kind === 'ngram') {
                    a = Math.imul(a, FACTOR_A);
                    b = Math.imul(b, FACTOR_B);
                }
                a = (a + HASH_A[call]) | 0;
                b = (b + HASH_B[call]) | 0;
            }
            if (table.count(a, b) > 0)
                continue;
            unseen[s] = unseen[s] + 1;
            if (smallest < 0)
                smallest = s;
        }
        return smallest;
    }
}
/** Adds the runs that end at calls `[from, to)` to `trails`. */
export function collectRuns(batch, from, to, memory, scope, dropped, trails, onRun) {
    for (let i = from; i < to; i++) {
        const call = batch.numbers[i];
        if (dropped?.[call] === 1)
            continue;
        const slot = memory.slot(scope === 'thread' ? batch.threads[i] : 0);
        memory.push(slot, call);
        const have = memory.have[slot];
        let a = 0;
        let b = 0;
        for (let back = have; back > 0; back--) {
            const earlier = memory.rings[slot * RING + ((memory.position[slot] - back) & RING_MASK)];
            a = (Math.imul(a, FACTOR_A) + HASH_A[earlier]) | 0;
            b = (Math.imul(b, FACTOR_B) + HASH_B[earlier]) | 0;
        }
        trails.add(a, b, () => memory.last(slot, have));
        onRun(slot);
    }
}
/** What each call contributes to the hash of a run when it is the oldest of `length`. */
function leaving(hash, factor, length) {
    return hash.map((value) => Math.imul(value, power(factor, length - 1)));
}
/** Marks the calls that a key group leaves out; undefined where it leaves out none. */
export function droppedCalls(keyGroup) {
    if (keyGroup === undefined)
        return undefined;
    const dropped = new Uint8Array(HASH_A.length).fill(1);
    for (const call of keyGroup)
        dropped[call] = 0;
    return dropped;
}
//# sourceMappingURL=scanner.js.map