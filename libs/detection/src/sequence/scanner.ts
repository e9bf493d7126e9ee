import type { SyscallBatch } from '@plimsoll/contracts';

import { FACTOR_A, FACTOR_B, HASH_A, HASH_B, power } from './call-hash.js';
import type { KnownRuns } from './known-runs.js';
import { RING, RING_MASK, type ThreadMemory } from './thread-memory.js';
import type { Trails } from './trails.js';

/** What was counted in the open window. */
export interface Tally {
  /** Calls of the key group. */
  kept: number;
  /** Of each size: positions whose bag or n-gram was never learned. */
  readonly unseen: Uint32Array;
}

/** Called at each position that holds something unseen; `smallest` indexes the first size that is. */
export type OnUnseen = (batch: SyscallBatch, at: number, slot: number, smallest: number) => void;

/**
 * Goes through calls `[from, to)` and counts what was never learned.
 *
 * Per call: one multiplication, two additions and one look-up for each half of the key, where the ordered run of the
 * last `length` calls is known, for then every shorter bag and n-gram that ends there is known too; only otherwise each
 * size is looked up by itself. Nothing is allocated.
 */
export class Scanner {
  readonly #known: KnownRuns;
  readonly #perThread: boolean;
  readonly #dropped: Uint8Array | undefined;
  readonly #outA: Int32Array;
  readonly #outB: Int32Array;

  constructor(known: KnownRuns, scope: 'thread' | 'container', dropped: Uint8Array | undefined) {
    this.#known = known;
    this.#perThread = scope === 'thread';
    this.#dropped = dropped;
    this.#outA = leaving(HASH_A, FACTOR_A, known.length);
    this.#outB = leaving(HASH_B, FACTOR_B, known.length);
  }

  scan(batch: SyscallBatch, from: number, to: number, memory: ThreadMemory, tally: Tally, onUnseen: OnUnseen): void {
    const { numbers, threads } = batch;
    const { length, full } = this.#known;
    const dropped = this.#dropped;
    const outA = this.#outA;
    const outB = this.#outB;
    const perThread = this.#perThread;
    let kept = 0;
    let i = from;
    while (i < to) {
      const thread = perThread ? threads[i]! : 0;
      const slot = memory.slot(thread);
      const base = slot * RING;
      const rings = memory.rings;
      let position = memory.position[slot]!;
      let have = memory.have[slot]!;
      let a = memory.hashA[slot]!;
      let b = memory.hashB[slot]!;
      // A run of calls of one thread keeps its memory in registers.
      for (; i < to && (!perThread || threads[i] === thread); i++) {
        const call = numbers[i]!;
        if (dropped !== undefined && dropped[call] === 1) continue;
        kept++;
        if (have === length) {
          const old = rings[base + ((position - length) & RING_MASK)]!;
          a = (a - outA[old]!) | 0;
          b = (b - outB[old]!) | 0;
        }
        a = (Math.imul(a, FACTOR_A) + HASH_A[call]!) | 0;
        b = (Math.imul(b, FACTOR_B) + HASH_B[call]!) | 0;
        rings[base + (position & RING_MASK)] = call;
        position = (position + 1) & 0xff;
        if (have === length && full.count(a, b) > 0) continue;
        if (have < length) have++;
        const smallest = this.#each(rings, base, position, have, tally.unseen);
        if (smallest >= 0) {
          memory.position[slot] = position;
          memory.have[slot] = have;
          onUnseen(batch, i, slot, smallest);
        }
      }
      memory.position[slot] = position;
      memory.have[slot] = have;
      memory.hashA[slot] = a;
      memory.hashB[slot] = b;
    }
    tally.kept += kept;
  }

  /** Looks up every size that ends here; the index of the first unseen one, or -1. */
  #each(rings: Uint16Array, base: number, position: number, have: number, unseen: Uint32Array): number {
    const { sizes } = this.#known;
    let smallest = -1;
    for (let s = 0; s < sizes.length; s++) {
      const { kind, size, table } = sizes[s]!;
      if (have < size) continue;
      let a = 0;
      let b = 0;
      for (let back = size; back > 0; back--) {
        const call = rings[base + ((position - back) & RING_MASK)]!;
        if (kind === 'ngram') {
          a = Math.imul(a, FACTOR_A);
          b = Math.imul(b, FACTOR_B);
        }
        a = (a + HASH_A[call]!) | 0;
        b = (b + HASH_B[call]!) | 0;
      }
      if (table.count(a, b) > 0) continue;
      unseen[s] = unseen[s]! + 1;
      if (smallest < 0) smallest = s;
    }
    return smallest;
  }
}

/** Adds the runs that end at calls `[from, to)` to `trails`. */
export function collectRuns(
  batch: SyscallBatch,
  from: number,
  to: number,
  memory: ThreadMemory,
  scope: 'thread' | 'container',
  dropped: Uint8Array | undefined,
  trails: Trails,
  onRun: (slot: number) => void,
): void {
  const outA = leaving(HASH_A, FACTOR_A, memory.length);
  const outB = leaving(HASH_B, FACTOR_B, memory.length);
  for (let i = from; i < to; i++) {
    const call = batch.numbers[i]!;
    if (dropped?.[call] === 1) continue;
    const slot = memory.slot(scope === 'thread' ? batch.threads[i]! : 0);
    if (memory.have[slot] === memory.length) {
      const old = memory.rings[slot * RING + ((memory.position[slot]! - memory.length) & RING_MASK)]!;
      memory.hashA[slot] = memory.hashA[slot]! - outA[old]!;
      memory.hashB[slot] = memory.hashB[slot]! - outB[old]!;
    }
    memory.push(slot, call);
    trails.add(memory.hashA[slot]!, memory.hashB[slot]!, () => memory.last(slot, memory.have[slot]!));
    onRun(slot);
  }
}

const leavingTables = new Map<string, Int32Array>();

/** What each call contributes to the hash of a run when it is the oldest of `length`. */
function leaving(hash: Int32Array, factor: number, length: number): Int32Array {
  const key = `${factor} ${length}`;
  const known = leavingTables.get(key);
  if (known !== undefined) return known;
  const out = hash.map((value) => Math.imul(value, power(factor, length - 1)));
  leavingTables.set(key, out);
  return out;
}

/** Marks the calls that a key group leaves out; undefined where it leaves out none. */
export function droppedCalls(keyGroup: readonly number[] | undefined): Uint8Array | undefined {
  if (keyGroup === undefined) return undefined;
  const dropped = new Uint8Array(HASH_A.length).fill(1);
  for (const call of keyGroup) dropped[call] = 0;
  return dropped;
}
