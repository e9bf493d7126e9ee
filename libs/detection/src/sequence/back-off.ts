import { CALL_NUMBERS } from '@plimsoll/contracts';

import { FACTOR_A, FACTOR_B, HASH_A, HASH_B, power } from './call-hash.js';
import { KeyTable } from './key-table.js';
import type { Trails } from './trails.js';

/**
 * How much a call surprises after the calls before it, in bits: -log2 of its probability by a back-off model, in which
 * each context of 0 to `length - 1` calls is mixed with the one a call shorter, by as much as it was followed by
 * different calls. 0 is certain, 4 is one in sixteen; what was never seen at all has finite surprise.
 *
 * Made of learned runs alone: every shorter run is the end of one of them. Memory: 100 to 250 bytes a distinct run of
 * each length up to `length`. Cost: three look-ups a length. Source: Witten and Bell 1991 (method C); rare sequences of
 * system calls as a sign: Warrender et al. 1999.
 */
export class BackOff {
  readonly length: number;
  /** By length less one: how often each run was seen; its context was followed, and by how many different calls. */
  readonly #levels: readonly { readonly runs: KeyTable; readonly followed: KeyTable; readonly kinds: KeyTable }[];
  readonly #powersA: Int32Array;
  readonly #powersB: Int32Array;

  constructor(trails: Trails, length: number) {
    this.length = length;
    this.#powersA = Int32Array.from({ length }, (_, i) => power(FACTOR_A, i));
    this.#powersB = Int32Array.from({ length }, (_, i) => power(FACTOR_B, i));
    this.#levels = Array.from({ length }, () => ({
      runs: new KeyTable(),
      followed: new KeyTable(),
      kinds: new KeyTable(),
    }));
    for (const { calls, count } of trails) {
      this.#ends(calls, ({ runs, followed, kinds }, run, context) => {
        if (runs.count(run.a, run.b) === 0) kinds.add(context.a, context.b, 1);
        runs.add(run.a, run.b, count);
        followed.add(context.a, context.b, count);
        return true;
      });
    }
  }

  /** Surprise of the last call of `calls` after those before it, of which at most `length - 1` count. */
  bits(calls: readonly number[]): number {
    let p = 1 / CALL_NUMBERS;
    this.#ends(calls, ({ runs, followed, kinds }, run, context) => {
      const times = followed.count(context.a, context.b);
      if (times === 0) return false;
      const different = kinds.count(context.a, context.b);
      p = (runs.count(run.a, run.b) + different * p) / (times + different);
      return true;
    });
    return -Math.log2(p);
  }

  /** Visits the ends of `calls`, the shortest first, with their keys and those of their contexts, while `visit` wants. */
  #ends(
    calls: readonly number[],
    visit: (
      level: { readonly runs: KeyTable; readonly followed: KeyTable; readonly kinds: KeyTable },
      run: Key,
      context: Key,
    ) => boolean,
  ): void {
    const run = { a: 0, b: 0 };
    const context = { a: 0, b: 0 };
    for (let n = 0; n < Math.min(this.length, calls.length); n++) {
      const call = calls[calls.length - 1 - n]!;
      run.a = (run.a + Math.imul(HASH_A[call]!, this.#powersA[n]!)) | 0;
      run.b = (run.b + Math.imul(HASH_B[call]!, this.#powersB[n]!)) | 0;
      if (n > 0) {
        context.a = (context.a + Math.imul(HASH_A[call]!, this.#powersA[n - 1]!)) | 0;
        context.b = (context.b + Math.imul(HASH_B[call]!, this.#powersB[n - 1]!)) | 0;
      }
      if (!visit(this.#levels[n]!, run, context)) return;
    }
  }
}

interface Key {
  readonly a: number;
  readonly b: number;
}
