import type { SyscallBatch } from '@plimsoll/contracts';
import type { KnownRuns } from './known-runs.js';
import { type ThreadMemory } from './thread-memory.js';
import type { Trails } from './trails.js';
/** What was counted in the open window. */
export interface Tally {
    /** Calls of the key group. */
    kept: number;
    /** Of each size: positions whose bag or n-gram was never learned. */
    readonly unseen: Uint32Array;
}
/** Called at each position that holds something unseen, with the thread's memory up to it; `smallest` indexes the first size that is. */
export type OnUnseen = (batch: SyscallBatch, at: number, slot: number, smallest: number) => void;
/**
 * Goes through calls `[from, to)` and counts what was never learned.
 *
 * Per call: one look-up, with a key that slides by two multiplications and four additions, where the run of the last
 * `length` calls is known, for then every shorter bag and n-gram that ends there is known too; only otherwise each size
 * is looked up by itself. Nothing is allocated while everything is known.
 */
export declare class Scanner {
    #private;
    constructor(known: KnownRuns, scope: 'thread' | 'container', dropped: Uint8Array | undefined);
    scan(batch: SyscallBatch, from: number, to: number, memory: ThreadMemory, tally: Tally, onUnseen: OnUnseen): void;
}
/** Adds the runs that end at calls `[from, to)` to `trails`. */
export declare function collectRuns(batch: SyscallBatch, from: number, to: number, memory: ThreadMemory, scope: 'thread' | 'container', dropped: Uint8Array | undefined, trails: Trails, onRun: (slot: number) => void): void;
/** Marks the calls that a key group leaves out; undefined where it leaves out none. */
export declare function droppedCalls(keyGroup: readonly number[] | undefined): Uint8Array | undefined;
//# sourceMappingURL=scanner.d.ts.map