/**
 * What learning has come to so far, so that it can be stopped and taken up again: named parts that change together.
 * Memory or Redis.
 */
export interface LearningStore {
  /** Every part of the learning, or none where there is none or its life has ended. */
  load(learning: string): Promise<ReadonlyMap<string, Uint8Array>>;
  /** Writes parts in one atomic step, beside those that are there; all of them live for `ttlMs` from now on. */
  save(learning: string, parts: ReadonlyMap<string, Uint8Array>, ttlMs: number): Promise<void>;
  remove(learning: string): Promise<void>;
}
