import type { SyscallBatch } from '@plimsoll/contracts';

import { FACTOR_A, FACTOR_B, HASH_A, HASH_B, power } from './call-hash.js';
import type { KnownRuns, Rarity } from './known-runs.js';
import { RING, RING_MASK, type ThreadMemory } from './thread-memory.js';
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
  readonly #outA: Int32Array;
  readonly #outB: Int32Array;
  /** The two halves of the key that slides over the calls at hand. */
  readonly #key = new Int32Array(2);
  /** Calls of the key group in the piece at hand, where the group leaves some out. */
  #kept = new Uint16Array(0);
  /** Where each of them stands in the batch. */
  #places = new Uint32Array(0);

  constructor(known: KnownRuns, scope: 'thread' | 'container', dropped: Uint8Array | undefined) {
    this.#known = known;
    this.#perThread = scope === 'thread';
    this.#dropped = dropped;
    this.#outA = leaving(HASH_A, known.first.factorA, known.length);
    this.#outB = leaving(HASH_B, known.first.factorB, known.length);
  }

  scan(batch: SyscallBatch, from: number, to: number, memory: ThreadMemory, tally: Tally, onUnseen: OnUnseen): void {
    const { numbers, threads } = batch;
    let start = from;
    while (start < to) {
      const thread = this.#perThread ? threads[start]! : 0;
      let end = start + 1;
      if (this.#perThread) while (end < to && threads[end] === thread) end++;
      else end = to;
      const slot = memory.slot(thread);
      if (this.#dropped === undefined) {
        this.#run(numbers, start, end, memory, slot, tally, (at, smallest) => {
          onUnseen(batch, at, slot, smallest);
        });
        tally.kept += end - start;
      } else {
        this.#group(batch, start, end, memory, slot, tally, onUnseen);
      }
      start = end;
    }
  }

  /** A thread's calls of which some are not in the key group: the others are gone through by themselves. */
  #group(
    batch: SyscallBatch,
    start: number,
    end: number,
    memory: ThreadMemory,
    slot: number,
    tally: Tally,
    onUnseen: OnUnseen,
  ): void {
    if (this.#kept.length < end - start) {
      this.#kept = new Uint16Array(end - start);
      this.#places = new Uint32Array(end - start);
    }
    const places = this.#places;
    let kept = 0;
    for (let i = start; i < end; i++) {
      const call = batch.numbers[i]!;
      if (this.#dropped![call] === 1) continue;
      this.#kept[kept] = call;
      places[kept] = i;
      kept += 1;
    }
    this.#run(this.#kept, 0, kept, memory, slot, tally, (index, smallest) => {
      onUnseen(batch, places[index]!, slot, smallest);
    });
    tally.kept += kept;
  }

  /** Calls `[start, end)` of one thread. The rings are brought up to date before anything reads them. */
  #run(
    calls: Uint16Array,
    start: number,
    end: number,
    memory: ThreadMemory,
    slot: number,
    tally: Tally,
    onUnseen: (at: number, smallest: number) => void,
  ): void {
    const { length } = this.#known;
    const lead = Math.min(end, start + length);
    for (let i = start; i < lead; i++) {
      memory.append(slot, calls, i, i + 1);
      const smallest = this.#each(memory, slot, tally.unseen);
      if (smallest >= 0) onUnseen(i, smallest);
    }
    if (lead === end) return;
    this.#startKey(calls, lead);
    let stored = lead;
    for (let i = this.#passKnown(calls, lead, end); i < end; i = this.#passKnown(calls, i + 1, end)) {
      memory.append(slot, calls, stored, i + 1);
      stored = i + 1;
      const smallest = this.#each(memory, slot, tally.unseen);
      if (smallest >= 0) onUnseen(i, smallest);
    }
    memory.append(slot, calls, stored, end);
  }

  /** The key of the `length` calls before `from`. */
  #startKey(calls: Uint16Array, from: number): void {
    const { length, first } = this.#known;
    let a = 0;
    let b = 0;
    for (let i = from - length; i < from; i++) {
      a = (Math.imul(a, first.factorA) + HASH_A[calls[i]!]!) | 0;
      b = (Math.imul(b, first.factorB) + HASH_B[calls[i]!]!) | 0;
    }
    this.#key[0] = a;
    this.#key[1] = b;
  }

  /** The first position from `from` on at which the first look finds nothing known, or `end`; the key slides along. */
  #passKnown(calls: Uint16Array, from: number, end: number): number {
    const { factorA, factorB } = this.#known.first;
    return factorA === 1 && factorB === 1
      ? this.#passKnownBags(calls, from, end)
      : this.#passKnownRuns(calls, from, end);
  }

  /** Sums slide without a multiplication: a fifth faster than the general loop. */
  #passKnownBags(calls: Uint16Array, from: number, end: number): number {
    const { length, first } = this.#known;
    const { mask, keys } = first.table.slots();
    let a = this.#key[0]!;
    let b = this.#key[1]!;
    let i = from;
    for (; i < end; i++) {
      const call = calls[i]!;
      const old = calls[i - length]!;
      a = (a - HASH_A[old]! + HASH_A[call]!) | 0;
      b = (b - HASH_B[old]! + HASH_B[call]!) | 0;
      const at = 2 * (a & mask);
      if (keys[at] === a && keys[at + 1] === b) continue;
      if (first.table.count(a, b) === 0) break;
    }
    this.#key[0] = a;
    this.#key[1] = b;
    return i;
  }

  #passKnownRuns(calls: Uint16Array, from: number, end: number): number {
    const { length, first } = this.#known;
    const { factorA, factorB } = first;
    const { mask, keys } = first.table.slots();
    const outA = this.#outA;
    const outB = this.#outB;
    let a = this.#key[0]!;
    let b = this.#key[1]!;
    let i = from;
    for (; i < end; i++) {
      const call = calls[i]!;
      const old = calls[i - length]!;
      a = (Math.imul(a - outA[old]!, factorA) + HASH_A[call]!) | 0;
      b = (Math.imul(b - outB[old]!, factorB) + HASH_B[call]!) | 0;
      const at = 2 * (a & mask);
      if (keys[at] === a && keys[at + 1] === b) continue;
      if (first.table.count(a, b) === 0) break;
    }
    this.#key[0] = a;
    this.#key[1] = b;
    return i;
  }

  /** Looks up every size that ends here; the index of the first unseen one, or -1. */
  #each(memory: ThreadMemory, slot: number, unseen: Uint32Array): number {
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
    return smallest;
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

/** What each call contributes to the hash of a run when it is the oldest of `length`. */
function leaving(hash: Int32Array, factor: number, length: number): Int32Array {
  return hash.map((value) => Math.imul(value, power(factor, length - 1)));
}

/** Marks the calls that a key group leaves out; undefined where it leaves out none. */
export function droppedCalls(keyGroup: readonly number[] | undefined): Uint8Array | undefined {
  if (keyGroup === undefined) return undefined;
  const dropped = new Uint8Array(HASH_A.length).fill(1);
  for (const call of keyGroup) dropped[call] = 0;
  return dropped;
}
