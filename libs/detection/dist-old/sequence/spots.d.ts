import type { StateReader, StateWriter } from '../syscall-windows/bytes.js';
/** A stretch of one thread's calls in which something unseen ends: what evidence is made of. */
export interface Spot {
    /** Position in the stream, and time, of the first call after which something was unseen. */
    readonly ordinal: number;
    readonly timeUs: number;
    readonly thread: number;
    /** The first unseen bag or n-gram of the smallest unseen size, oldest call first. */
    readonly calls: readonly number[];
    /** Index of that size among the model's sizes. */
    size: number;
    /** Positions of the stretch that hold something unseen. */
    positions: number;
    lastOrdinal: number;
}
/** Spots kept of a window: the first ones, in which an attack begins, and room for evidence of other kinds. */
export declare const MAX_SPOTS = 16;
/** Calls between two unseen positions of a thread that still belong together. */
export declare const SPOT_REACH = 16;
export declare function writeSpots(writer: StateWriter, spots: readonly Spot[]): void;
export declare function readSpots(reader: StateReader): Spot[];
//# sourceMappingURL=spots.d.ts.map