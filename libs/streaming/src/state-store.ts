import type { Health } from './health.js';

/** The unit of ownership: one partition of one topic, as one consumer group works on it. */
export interface TaskId {
  readonly group: string;
  readonly topic: string;
  readonly partition: number;
}

/** What the owner of a task holds from `open` on. */
export interface TaskLease {
  readonly task: TaskId;
  /** The fencing token: every `open` of the task gives a higher one. */
  readonly epoch: number;
  /** Names this `open` alone, so that two owners differ even where the store lost an epoch with its last writes. */
  readonly owner: string;
  /** The first offset not yet in the checkpoint, or undefined where there is none. */
  readonly nextOffset: number | undefined;
  /** What the operator's settings were at the checkpoint; empty where there is none. */
  readonly settings: string;
}

/** One atomic step: states and checkpoint change together, or not at all. */
export interface TaskCommit {
  /** The checkpoint that this step follows, as the lease or the commit before it left it. */
  readonly previousOffset: number | undefined;
  readonly nextOffset: number;
  readonly settings: string;
  readonly put: ReadonlyMap<string, StoredState>;
  readonly remove: readonly string[];
}

/** A key's state as it is kept, and its life from the commit on. */
export interface StoredState {
  readonly bytes: Uint8Array;
  readonly ttlMs: number;
}

/** Windows and checkpoints of tasks: memory or Redis. */
export interface StateStore {
  /** Takes the task over: from now on every earlier owner is refused. */
  open(task: TaskId): Promise<TaskLease>;
  /**
   * The states of `keys` as they are at `checkpoint`, in the order of the keys; undefined where there is none or its
   * life has ended. Throws `fenced` where a later owner has opened the task, or where the store is not at `checkpoint`:
   * what would be read then belongs to another offset.
   */
  load(
    lease: TaskLease,
    keys: readonly string[],
    checkpoint: number | undefined,
  ): Promise<readonly (Uint8Array | undefined)[]>;
  /**
   * Throws `fenced`, and changes nothing, where a later owner has opened the task, or where the store is not at
   * `previousOffset` (it lost writes it had acknowledged): open again and go on from there. A commit whose answer was
   * lost may be repeated.
   */
  commit(lease: TaskLease, commit: TaskCommit): Promise<void>;
  /** Whether the store answers now, and if not, why. */
  health(): Promise<Health>;
  close(): Promise<void>;
}
