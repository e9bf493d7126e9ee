import { FACTOR_A, FACTOR_B, HASH_A, HASH_B } from './call-hash.js';
import { KeyTable } from './key-table.js';

/** Most distinct trails that are learned; what comes after is not, and the profile says so. */
export const MAX_TRAILS = 200_000;

/**
 * What was learned of a workload's order of calls: every distinct run of `length` calls of a thread, and the shorter
 * runs with which threads began, with how often each was seen. Every bag and n-gram up to `length` that occurred is the
 * end of one of them, so this alone is the profile: tables for any size are built from it.
 *
 * About `2 · length + 30` bytes a trail.
 */
export class Trails {
  readonly length: number;
  readonly #index: KeyTable;
  #calls: Uint16Array;
  #lengths: Uint8Array;
  #counts: Float64Array;
  #size = 0;
  /** Runs that found no room. */
  dropped = 0;

  constructor(length: number) {
    this.length = length;
    this.#index = new KeyTable(1024);
    this.#calls = new Uint16Array(256 * length);
    this.#lengths = new Uint8Array(256);
    this.#counts = new Float64Array(256);
  }

  get size(): number {
    return this.#size;
  }

  /** Adds one occurrence of a run known by its key; `calls` gives the run where it is new. */
  add(a: number, b: number, calls: () => readonly number[], times = 1): void {
    const known = this.#index.count(a, b);
    if (known > 0) {
      this.#counts[known - 1] = this.#counts[known - 1]! + times;
      return;
    }
    if (this.#size >= MAX_TRAILS) {
      this.dropped += times;
      return;
    }
    if (this.#size === this.#lengths.length) this.#grow();
    const run = calls();
    this.#calls.set(run, this.#size * this.length);
    this.#lengths[this.#size] = run.length;
    this.#counts[this.#size] = times;
    this.#size += 1;
    this.#index.add(a, b, this.#size);
  }

  /** What learning runs of `length` calls, at most as many as here, would have left: the ends of these. */
  ends(length: number): Trails {
    if (length === this.length) return this;
    const made = new Trails(length);
    made.dropped = this.dropped;
    for (const { calls, count } of this) {
      const end = calls.slice(-length);
      made.add(...runKey(end), () => end, count);
    }
    return made;
  }

  /**
   * The probability, in [0, 1], that the next benign call ends a run never seen: the share of the calls so far that end
   * one seen only once (Good 1953, after Turing). 1 before the first call.
   */
  novelty(): number {
    let once = 0;
    let calls = 0;
    for (let i = 0; i < this.#size; i++) {
      if (this.#counts[i] === 1) once += 1;
      calls += this.#counts[i]!;
    }
    return calls === 0 ? 1 : once / calls;
  }

  /** Each trail with its count, in the order of first sight. */
  *[Symbol.iterator](): Generator<{ readonly calls: readonly number[]; readonly count: number }> {
    for (let i = 0; i < this.#size; i++) {
      const from = i * this.length;
      yield { calls: Array.from(this.#calls.subarray(from, from + this.#lengths[i]!)), count: this.#counts[i]! };
    }
  }

  #grow(): void {
    const room = this.#lengths.length * 2;
    const calls = new Uint16Array(room * this.length);
    calls.set(this.#calls);
    const lengths = new Uint8Array(room);
    lengths.set(this.#lengths);
    const counts = new Float64Array(room);
    counts.set(this.#counts);
    this.#calls = calls;
    this.#lengths = lengths;
    this.#counts = counts;
  }
}

/** The key of a run in its order. */
export function runKey(calls: readonly number[]): readonly [a: number, b: number] {
  let a = 0;
  let b = 0;
  for (const call of calls) {
    a = (Math.imul(a, FACTOR_A) + HASH_A[call]!) | 0;
    b = (Math.imul(b, FACTOR_B) + HASH_B[call]!) | 0;
  }
  return [a, b];
}

/** The key of a bag, whatever the order of its calls. */
export function bagKey(calls: readonly number[]): readonly [a: number, b: number] {
  let a = 0;
  let b = 0;
  for (const call of calls) {
    a = (a + HASH_A[call]!) | 0;
    b = (b + HASH_B[call]!) | 0;
  }
  return [a, b];
}
