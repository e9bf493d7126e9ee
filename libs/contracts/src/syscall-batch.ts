import type { TimeUs } from './event-time.js';
import type { Gap } from './gap.js';
import type { Where } from './where.js';

/** Largest number of calls in one batch: bounds what one message can cost a reader. */
export const MAX_BATCH_CALLS = 65_536;

/** A batch of calls of one container, in columns of equal length `count`; see `syscalls.proto`. */
export interface SyscallBatch extends Where {
  /** The run of the collector, or the recording, that the batch was cut from. */
  readonly stream: string;
  /** Position of the first call in its stream, from 0. */
  readonly firstOrdinal: number;
  /** Event time of the first call. */
  readonly baseTimeUs: TimeUs;
  /** Calls in the batch; 0 only moves the container's stream time. */
  readonly count: number;
  /** Call numbers of `syscall-table.ts`. */
  readonly numbers: Uint16Array;
  /** Kernel thread ids; 0 where the source has none. */
  readonly threads: Uint32Array;
  /** Microseconds after `baseTimeUs`, never decreasing. */
  readonly offsetsUs: Uint32Array;
  /** Results clipped to 32 bits (bytes read, descriptor, negative error number); undefined where the source has none. */
  readonly results: Int32Array | undefined;
  /** Hash of what the call names (the path of an open or execve), 0 for none; undefined where the source has none. */
  readonly digests: Uint32Array | undefined;
  /** Words for digests that the stream shows for the first time. */
  readonly names: ReadonlyMap<number, string>;
  /** What was lost just before the first call. */
  readonly gaps: readonly Gap[];
  /** The container has ended: its windows close. */
  readonly last: boolean;
}

/** Who calls when: turn `t` is the calls from where the turn before it ends up to `ends[t]`, all of thread `ids[of[t]]`. */
export interface Turns {
  readonly count: number;
  /** How many of `ids` are threads. */
  readonly threads: number;
  /** Threads, mostly in the order of their first calls. */
  readonly ids: Uint32Array;
  readonly of: Uint16Array;
  readonly ends: Uint32Array;
}

/** The turn that holds call `at`. Cost: a look at some ten of the ends. */
export function turnAt(ends: Uint32Array, count: number, at: number): number {
  let low = 0;
  for (let high = count - 1; low < high;) {
    const middle = (low + high) >>> 1;
    if (ends[middle]! > at) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The batch with other gaps before it. Columns are named, since those of a decoded batch are laid out when asked for. */
export function withGaps(batch: SyscallBatch, gaps: readonly Gap[]): SyscallBatch {
  const { threads, results, digests } = batch;
  return { ...batch, threads, results, digests, gaps };
}

/** A batch without calls that follows `batch`: it tells its container the time, and what it is given beside it. */
export function timeAfter(batch: SyscallBatch, timeUs: TimeUs): SyscallBatch {
  return {
    ...batch,
    firstOrdinal: batch.firstOrdinal + batch.count,
    baseTimeUs: timeUs,
    count: 0,
    numbers: new Uint16Array(0),
    threads: new Uint32Array(0),
    offsetsUs: new Uint32Array(0),
    results: undefined,
    digests: undefined,
    names: new Map(),
    gaps: [],
  };
}
