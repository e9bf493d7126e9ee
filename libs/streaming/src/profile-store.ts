import type { Health } from './health.js';

/** Whose profile: one workload of one application, scored by one detector. */
export interface ProfileSlot {
  readonly application: string;
  readonly workload: string;
  readonly detector: string;
}

/** Which versions a slot scores with. */
export interface ProfilePointer {
  readonly slot: ProfileSlot;
  /** The version that verdicts come from. */
  readonly active: string | undefined;
  /** A version that scores beside it, for comparison alone. */
  readonly shadow: string | undefined;
  /** Rises by one with every change of the pointer. */
  readonly revision: number;
}

/** One change of a pointer, the newest first in a history. */
export interface ProfileChange {
  readonly action: 'activate' | 'shadow' | 'unshadow' | 'rollback';
  readonly active: string | undefined;
  readonly shadow: string | undefined;
  readonly revision: number;
  readonly atMs: number;
  /** Who asked for it, in words. */
  readonly by: string;
}

/** Changes that a slot's history keeps. */
export const PROFILE_HISTORY = 100;

/** Largest profile. */
export const MAX_PROFILE_BYTES = 67_108_864;

/** How many slots' learning is told of, and how long after it was told last. */
export const MAX_LEARNING = 1_000;
export const LEARNING_KEPT_MS = 86_400_000;

/** Profiles by version, and which of them are active: memory or Redis. A version never changes once it is put. */
export interface ProfileStore {
  /** Keeps a profile. Putting the same version again changes nothing; throws `too-large` beyond `MAX_PROFILE_BYTES`. */
  put(slot: ProfileSlot, version: string, profile: Uint8Array): Promise<void>;
  get(slot: ProfileSlot, version: string): Promise<Uint8Array | undefined>;
  /** Versions kept for a slot, the oldest first. */
  versions(slot: ProfileSlot): Promise<readonly string[]>;
  /** The pointers of every slot that has one, in the order of application, workload, detector. */
  pointers(): Promise<readonly ProfilePointer[]>;
  pointer(slot: ProfileSlot): Promise<ProfilePointer>;
  /** Scores with `version` from now on; one that was in shadow no longer is. Throws `bad-profile` where it was never put. */
  activate(slot: ProfileSlot, version: string, by: string): Promise<ProfilePointer>;
  /** Scores beside the active version with `version`; undefined ends that. Throws `bad-profile` as `activate` does. */
  shadow(slot: ProfileSlot, version: string | undefined, by: string): Promise<ProfilePointer>;
  /** Returns to the version that was active before the present one. Throws `bad-profile` where there is none. */
  rollback(slot: ProfileSlot, by: string): Promise<ProfilePointer>;
  history(slot: ProfileSlot): Promise<readonly ProfileChange[]>;
  /** Keeps how the slot's active profile fits what is seen live, in place of what was told before. */
  putReport(slot: ProfileSlot, report: Uint8Array): Promise<void>;
  report(slot: ProfileSlot): Promise<Uint8Array | undefined>;
  /** Keeps how the learning of the slot's next profile goes, for `LEARNING_KEPT_MS`, in place of what was told before. */
  putLearning(slot: ProfileSlot, course: Uint8Array): Promise<void>;
  /** What was told of the latest `MAX_LEARNING` slots, in the order of their names. */
  learning(): Promise<readonly Uint8Array[]>;
  /**
   * Calls `changed` after a pointer changed, by whomever, within seconds; several changes may be told as one, and a
   * change that fell in a lost connection is told once it is back. Ends with the returned function.
   */
  watch(changed: () => void): Promise<() => Promise<void>>;
  health(): Promise<Health>;
  close(): Promise<void>;
}
