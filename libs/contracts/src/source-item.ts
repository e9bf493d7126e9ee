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

/** Which container an item is of, where one source holds several; names as far as the source tells them. */
export interface ItemContainer {
  /** First 12 hex digits of the id; `host` for processes in no container; the file's name where each file is a trace. */
  readonly container: string;
  readonly name?: string;
  readonly image?: string;
  readonly namespace?: string;
  readonly pod?: string;
  /** The controller that the pod belongs to, or the compose service. */
  readonly workload?: string;
}

/**
 * What a source yields. Items come in the order of the source. `of` is absent where the source is of one container, the
 * one it was opened for. An `end` with `of` closes that container's part; the `end` without is the last item.
 */
export type SourceItem =
  | { readonly type: 'calls'; readonly calls: CallColumns; readonly of?: ItemContainer }
  | { readonly type: 'event'; readonly event: LogEvent; readonly of?: ItemContainer }
  | {
      readonly type: 'gap';
      readonly gap: Gap;
      readonly of?: ItemContainer;
      /** Requests and statements were lost, and no call: nobody who opens connections makes call windows blind. */
      readonly only?: 'events';
    }
  | { readonly type: 'end'; readonly of?: ItemContainer };
