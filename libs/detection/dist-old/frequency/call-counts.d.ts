import { type SyscallBatch } from '@plimsoll/contracts';
/** Classes of size, by powers of two: 0, 1, 2–3, 4–7, … 32,768 and more. */
export declare const SIZE_CLASSES = 17;
/** Counters of a piece: one a call number, then the size classes of what was read, of what was written, and the sum. */
/** All calls of the piece. */
export declare const TOTAL_AT: number;
export declare const COUNTERS: number;
export declare const READ_SIZES_AT = 2048;
export declare const WRITE_SIZES_AT: number;
/** Counts calls `[from, to)` into `counts`, which has `COUNTERS` places. Allocates nothing. */
export declare function countCalls(batch: SyscallBatch, from: number, to: number, counts: Uint32Array): void;
//# sourceMappingURL=call-counts.d.ts.map