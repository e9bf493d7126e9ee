import { CALL_NUMBERS, callNumber, type SyscallBatch } from '@plimsoll/contracts';

/** Classes of size, by powers of two: 0, 1, 2–3, 4–7, … 32,768 and more. */
const SIZE_CLASSES = 17;

const INBOUND = ['read', 'pread64', 'readv', 'preadv', 'preadv2', 'recvfrom', 'recvmsg'];
const OUTBOUND = ['write', 'pwrite64', 'writev', 'pwritev', 'pwritev2', 'sendto', 'sendmsg', 'sendfile'];

/** Where the sizes of each call begin among the counters; 0 for calls whose result is no size. */
const SIZES_AT = new Uint16Array(CALL_NUMBERS);
for (const name of INBOUND) SIZES_AT[callNumber(name)] = CALL_NUMBERS;
for (const name of OUTBOUND) SIZES_AT[callNumber(name)] = CALL_NUMBERS + SIZE_CLASSES;

/** Counters of a piece: one a call number, then the size classes of what was read, of what was written, and the sum. */
/** All calls of the piece. */
export const TOTAL_AT = CALL_NUMBERS + 2 * SIZE_CLASSES;
export const COUNTERS = TOTAL_AT + 1;
export const READ_SIZES_AT = CALL_NUMBERS;
export const WRITE_SIZES_AT = CALL_NUMBERS + SIZE_CLASSES;

/** The kernel's, not the program's: it goes on with a call that a signal interrupted, or a tracer that attached. */
const RESUMES = callNumber('restart_syscall');

/** Counts calls `[from, to)` into `counts`, of `COUNTERS` numbers. Allocates nothing. */
export function countCalls(batch: SyscallBatch, from: number, to: number, counts: Uint32Array): void {
  const { numbers, results } = batch;
  const resumed = counts[RESUMES]!;
  for (let i = from; i < to; i++) {
    const call = numbers[i]!;
    counts[call] = counts[call]! + 1;
  }
  // Taken back here, where it is once a piece.
  counts[TOTAL_AT] = counts[TOTAL_AT]! + to - from - (counts[RESUMES]! - resumed);
  counts[RESUMES] = resumed;
  if (results === undefined) return;
  for (let i = from; i < to; i++) {
    const at = SIZES_AT[numbers[i]!]!;
    const size = results[i]!;
    if (at === 0 || size < 0) continue;
    const slot = at + Math.min(32 - Math.clz32(size), SIZE_CLASSES - 1);
    counts[slot] = counts[slot]! + 1;
  }
}
