import type { Gap } from './gap.js';
import type { LogEvent } from './log-event.js';

/** System calls as a source reads them, in columns of equal length `count`, in the order of the source. */
export interface CallColumns {
  readonly count: number;
  /** Call numbers of `syscall-table.ts`. */
  readonly numbers: Uint16Array;
  /** Kernel thread ids; 0 where the source has none. */
  readonly threads: Uint32Array;
  /** Event time of each call, microseconds since the epoch. */
  readonly timesUs: Float64Array;
  /** Results clipped to 32 bits; undefined where the source has none. */
  readonly results: Int32Array | undefined;
  /** Hash of what the call names (a path, a program), 0 for none; undefined where the source has none. */
  readonly digests: Uint32Array | undefined;
  /** Words for the digests that this source shows for the first time. */
  readonly names: ReadonlyMap<number, string>;
}

/** What a source yields. Items come in the order of the source; `end` is the last. */
export type SourceItem =
  | { readonly type: 'calls'; readonly calls: CallColumns }
  | { readonly type: 'event'; readonly event: LogEvent }
  | { readonly type: 'gap'; readonly gap: Gap }
  | { readonly type: 'end' };
