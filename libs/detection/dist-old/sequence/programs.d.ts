import { type SyscallBatch } from '@plimsoll/contracts';
/** One execution of a program that the workload never executed while it was learned. */
export interface NewProgram {
    readonly ordinal: number;
    readonly timeUs: number;
    readonly thread: number;
    readonly digest: number;
    readonly name: string;
}
/** New programs kept of one window. */
export declare const MAX_NEW_PROGRAMS = 8;
/** Calls `visit` for each execution in `[from, to)` that names its program. */
export declare function eachExecution(batch: SyscallBatch, from: number, to: number, visit: (at: number, digest: number) => void): void;
/**
 * Names whose calls come in a later batch: a source names a digest with the chunk in which it is first shown, which may
 * be cut into several batches. What a batch both names and uses is not kept, so batching does not change the words.
 */
export declare class PendingNames {
    #private;
    entries(): IterableIterator<[number, string]>;
    get size(): number;
    restore(digest: number, name: string): void;
    name(batch: SyscallBatch, digest: number): string | undefined;
    /** After the batch was judged. */
    settle(batch: SyscallBatch): void;
}
//# sourceMappingURL=programs.d.ts.map