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
  /** The first offset not yet in the checkpoint, or undefined where there is none. */
  readonly nextOffset: number | undefined;
}

/** One atomic step: states and checkpoint change together, or not at all. */
export interface TaskCommit {
  readonly nextOffset: number;
  readonly put: ReadonlyMap<string, Uint8Array>;
  readonly remove: readonly string[];
  /** Life of every state written, from this commit on. */
  readonly ttlMs: number;
}

/** Windows and checkpoints of tasks: memory or Redis. */
export interface StateStore {
  /** Takes the task over: from now on the commits of every earlier owner are refused. */
  open(task: TaskId): Promise<TaskLease>;
  /** The states of `keys`, in their order; undefined where there is none or its life has ended. */
  load(task: TaskId, keys: readonly string[]): Promise<readonly (Uint8Array | undefined)[]>;
  /** Throws `fenced` where a later owner has opened the task, and then changes nothing. */
  commit(lease: TaskLease, commit: TaskCommit): Promise<void>;
  /** Whether the store answers now, and if not, why. */
  health(): Promise<{ ready: true } | { ready: false; reason: string }>;
  close(): Promise<void>;
}
