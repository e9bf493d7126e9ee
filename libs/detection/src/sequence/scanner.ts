import { type SyscallBatch, turnAt, turnsOf } from '@plimsoll/contracts';

import { FACTOR_A, FACTOR_B, HASH_A, HASH_B, power } from './call-hash.js';
import type { KnownRuns, Rarity } from './known-runs.js';
import { MAX_THREADS, RING, RING_MASK, type ThreadMemory } from './thread-memory.js';
import type { Trails } from './trails.js';

/** What was counted in the open window. */
export interface Tally {
  /** Calls of the key group. */
  kept: number;
  /** Of each size: positions whose bag or n-gram was never learned, or whose call is rare. */
  readonly unseen: Uint32Array;
}

/** Called at each position that holds something unseen, with the thread's memory up to it; `smallest` indexes the first size that is. */
export type OnUnseen = (batch: SyscallBatch, at: number, slot: number, smallest: number) => void;

/** Where a scan looks and counts, and whom it tells. */
interface Told {
  readonly batch: SyscallBatch;
  readonly memory: ThreadMemory;
  readonly tally: Tally;
  readonly onUnseen: OnUnseen;
  /** Where each call of the key group stands in the batch, where the group leaves some out. */
  positions: Uint32Array | undefined;
}

/**
 * Goes through calls `[from, to)` and counts what was never learned.
 *
 * Per call: one look-up, with a key that slides by two multiplications and four additions, where the run of the last
 * `length` calls is known, for then every shorter bag and n-gram that ends there is known too; only otherwise each size
 * is looked up by itself. Nothing is allocated while everything is known.
 */
export class Scanner {
  readonly #known: KnownRuns;
  readonly #perThread: boolean;
  readonly #dropped: Uint8Array | undefined;
  /** What the oldest call of a key takes with it when the next one comes. */
  readonly #outA: Int32Array;
  readonly #outB: Int32Array;
  /** Slots of the threads of the batch at hand, by their index; -1 for one that was not asked for yet. */
  #slots = new Int32Array(64);
  /** Calls of the key group in the piece at hand, where the group leaves some out. */
  #kept = new Uint16Array(0);
  /** Where each of them stands in the batch. */
  #positions = new Uint32Array(0);

  constructor(known: KnownRuns, scope: 'thread' | 'container', dropped: Uint8Array | undefined) {
    this.#known = known;
    this.#perThread = scope === 'thread';
    this.#dropped = dropped;
    this.#outA = leaving(HASH_A, known.first.factorA, known.length);
    this.#outB = leaving(HASH_B, known.first.factorB, known.length);
  }

  scan(batch: SyscallBatch, from: number, to: number, memory: ThreadMemory, tally: Tally, onUnseen: OnUnseen): void {
    if (from === to) return;
    const told: Told = { batch, memory, tally, onUnseen, positions: undefined };
    memory.keepKeysOf(this.#known);
    if (!this.#perThread) {
      this.#take(from, to, memory.slot(0), told);
      return;
    }
    const { count, threads, ids, of, ends } = turnsOf(batch);
    if (this.#slots.length < threads) this.#slots = new Int32Array(2 * threads);
    const slots = this.#slots.fill(-1, 0, threads);
    for (let start = from, turn = turnAt(ends, count, from); start < to; turn++) {
      const index = of[turn]!;
      const end = Math.min(ends[turn]!, to);
      let slot = slots[index]!;
      if (slot >= 0) {
        memory.touch(slot);
      } else {
        slot = memory.slot(ids[index]!);
        // Where there is no room left, a slot may become another thread's.
        if (memory.threads < MAX_THREADS) slots[index] = slot;
      }
      this.#take(start, end, slot, told);
      start = end;
    }
  }

  /** Calls `[start, end)` of one thread. */
  #take(start: number, end: number, slot: number, told: Told): void {
    if (this.#dropped === undefined) {
      this.#run(told.batch.numbers, start, end, slot, told);
      told.tally.kept += end - start;
    } else {
      this.#group(start, end, slot, told);
    }
  }

  /** A thread's calls of which some are not in the key group: the others are gone through by themselves. */
  #group(start: number, end: number, slot: number, told: Told): void {
    const { numbers } = told.batch;
    if (this.#kept.length < end - start) {
      this.#kept = new Uint16Array(end - start);
      this.#positions = new Uint32Array(end - start);
    }
    const positions = this.#positions;
    let kept = 0;
    for (let i = start; i < end; i++) {
      const call = numbers[i]!;
      if (this.#dropped![call] === 1) continue;
      this.#kept[kept] = call;
      positions[kept] = i;
      kept += 1;
    }
    told.positions = positions;
    this.#run(this.#kept, 0, kept, slot, told);
    told.tally.kept += kept;
  }

  /**
   * Calls `[start, end)` of one thread: one by one until it has made `length` of them; then its key slides on from where
   * its last turn left it, over the ring while calls before `start` leave the key, then over `calls` alone. The ring is
   * brought up to date before anything else reads it.
   */
  #run(calls: Uint16Array, start: number, end: number, slot: number, told: Told): void {
    const { length, first } = this.#known;
    const { memory } = told;
    let i = start;
    for (; i < end && memory.have[slot]! < length; i++) {
      memory.append(slot, calls, i, i + 1);
      this.#each(i, slot, told);
    }
    if (i === end) return;
    if (memory.keyed[slot] === 0) this.#startKey(memory, slot);
    const { table, tags, factorA, factorB } = first;
    const mask = tags.length - 1;
    const { rings } = memory;
    const base = slot * RING;
    const outA = this.#outA;
    const outB = this.#outB;
    const hashA = HASH_A;
    const hashB = HASH_B;
    let a = memory.keyA[slot]!;
    let b = memory.keyB[slot]!;
    let stored = i;
    // Where the oldest call of the key stands in the ring.
    let oldest = memory.position[slot]! - length;
    const lead = Math.min(end, i + length);
    for (; i < lead; i++, oldest++) {
      const call = calls[i]!;
      const old = rings[base + (oldest & RING_MASK)]!;
      a = (Math.imul(a, factorA) - outA[old]! + hashA[call]!) | 0;
      b = (Math.imul(b, factorB) - outB[old]! + hashB[call]!) | 0;
      if (tags[a & mask] === b || table.count(a, b) > 0) continue;
      memory.append(slot, calls, stored, i + 1);
      stored = i + 1;
      this.#each(i, slot, told);
    }
    for (; i < end; i++) {
      const call = calls[i]!;
      const old = calls[i - length]!;
      a = (Math.imul(a, factorA) - outA[old]! + hashA[call]!) | 0;
      b = (Math.imul(b, factorB) - outB[old]! + hashB[call]!) | 0;
      if (tags[a & mask] === b || table.count(a, b) > 0) continue;
      memory.append(slot, calls, stored, i + 1);
      stored = i + 1;
      this.#each(i, slot, told);
    }
    memory.append(slot, calls, stored, end);
    memory.keyA[slot] = a;
    memory.keyB[slot] = b;
  }

  /** The key of a thread that has made its first `length` calls, or whose calls were stored. */
  #startKey(memory: ThreadMemory, slot: number): void {
    const { length, first } = this.#known;
    const newest = memory.position[slot]!;
    let a = 0;
    let b = 0;
    for (let back = length; back > 0; back--) {
      const call = memory.rings[slot * RING + ((newest - back) & RING_MASK)]!;
      a = (Math.imul(a, first.factorA) + HASH_A[call]!) | 0;
      b = (Math.imul(b, first.factorB) + HASH_B[call]!) | 0;
    }
    memory.keyA[slot] = a;
    memory.keyB[slot] = b;
    memory.keyed[slot] = 1;
  }

  /** Looks up every size that ends with call `i`, the last in the ring, and tells of the first that is unseen. */
  #each(i: number, slot: number, { batch, memory, tally, onUnseen, positions }: Told): void {
    const { unseen } = tally;
    const { sizes } = this.#known;
    const { rings } = memory;
    const base = slot * RING;
    const have = memory.have[slot]!;
    const position = memory.position[slot]!;
    let smallest = -1;
    for (let s = 0; s < sizes.length; s++) {
      const { kind, size, table, rarity } = sizes[s]!;
      if (have < size) continue;
      let a = 0;
      let b = 0;
      for (let back = size; back > 0; back--) {
        const call = rings[base + ((position - back) & RING_MASK)]!;
        if (kind !== 'bag') {
          a = Math.imul(a, FACTOR_A);
          b = Math.imul(b, FACTOR_B);
        }
        a = (a + HASH_A[call]!) | 0;
        b = (b + HASH_B[call]!) | 0;
      }
      const learned = table.count(a, b) > 0;
      if (rarity === undefined) {
        if (learned) continue;
      } else if (!(learned ? rarity.runs.count(a, b) > 0 : isRare(rarity, memory, slot, size))) {
        continue;
      }
      unseen[s] = unseen[s]! + 1;
      if (smallest < 0) smallest = s;
    }
    if (smallest >= 0) onUnseen(batch, positions === undefined ? i : positions[i]!, slot, smallest);
  }
}

/** Whether the slot's last call is rare after the `size - 1` before it: for runs never learned, in which it may be usual. */
function isRare({ model, bits }: Rarity, memory: ThreadMemory, slot: number, size: number): boolean {
  return model.bits(memory.last(slot, size)) > bits;
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
  for (let i = from; i < to; i++) {
    const call = batch.numbers[i]!;
    if (dropped?.[call] === 1) continue;
    const slot = memory.slot(scope === 'thread' ? batch.threads[i]! : 0);
    memory.push(slot, call);
    const have = memory.have[slot]!;
    let a = 0;
    let b = 0;
    for (let back = have; back > 0; back--) {
      const earlier = memory.rings[slot * RING + ((memory.position[slot]! - back) & RING_MASK)]!;
      a = (Math.imul(a, FACTOR_A) + HASH_A[earlier]!) | 0;
      b = (Math.imul(b, FACTOR_B) + HASH_B[earlier]!) | 0;
    }
    trails.add(a, b, () => memory.last(slot, have));
    onRun(slot);
  }
}

/** What each call contributes to the key of a run of `length` when one more follows it. */
function leaving(hash: Int32Array, factor: number, length: number): Int32Array {
  return hash.map((value) => Math.imul(value, power(factor, length)));
}

/** Marks the calls that a key group leaves out; undefined where it leaves out none. */
export function droppedCalls(keyGroup: readonly number[] | undefined): Uint8Array | undefined {
  if (keyGroup === undefined) return undefined;
  const dropped = new Uint8Array(HASH_A.length).fill(1);
  for (const call of keyGroup) dropped[call] = 0;
  return dropped;
}
