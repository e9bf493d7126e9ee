import { type StateReader, type StateWriter } from '../syscall-windows/bytes.js';
/** Calls kept of each thread: a power of two over `MAX_LENGTH`, so that positions wrap by a mask. */
export declare const RING = 16;
export declare const RING_MASK: number;
/** Threads remembered of one container; beyond that the one longest silent is forgotten. */
export declare const MAX_THREADS = 1024;
/** The last calls of each thread of a container, in rings of 16: 100 threads are 3.2 kB. */
export declare class ThreadMemory {
    #private;
    readonly length: number;
    rings: Uint16Array<ArrayBuffer>;
    /** Calls of the slot so far, counted up to `length`, then no further. */
    have: Uint8Array<ArrayBuffer>;
    /** Where the next call of the slot goes; only its value modulo 16 matters. */
    position: Uint8Array<ArrayBuffer>;
    constructor(length: number);
    get threads(): number;
    /** The thread's slot, made where there is none. */
    slot(thread: number): number;
    forget(): void;
    /** The last `size` calls of the slot, oldest first; `size` is at most what it has. */
    last(slot: number, size: number): number[];
    write(writer: StateWriter): void;
    read(reader: StateReader): void;
    /** Takes in one call. */
    push(slot: number, call: number): void;
    /** Takes in calls `[from, to)` of one thread at once. */
    append(slot: number, calls: Uint16Array, from: number, to: number): void;
}
//# sourceMappingURL=thread-memory.d.ts.map