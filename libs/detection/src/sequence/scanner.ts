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
  readonly #outA: Int32Array;
  readonly #outB: Int32Array;
  /** The two halves of the key that slides over the calls at hand. */
  readonly #key = new Int32Array(2);
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
    const { numbers, threads } = batch;
    const told: Told = { batch, memory, tally, onUnseen, positions: undefined };
    let start = from;
    while (start < to) {
      const thread = this.#perThread ? threads[start]! : 0;
      const end = this.#perThread ? turnEnd(threads, start, to) : to;
      const slot = memory.slot(thread);
      if (this.#dropped === undefined) {
        this.#run(numbers, start, end, slot, told);
        tally.kept += end - start;
      } else {
        this.#group(start, end, slot, told);
      }
      start = end;
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
   * Calls `[start, end)` of one thread: one by one until it has made `length` of them, then along the ring that holds its
   * last ones while those still reach back before `start`, as they do in all of a short turn, then along `calls`.
   */
  #run(calls: Uint16Array, start: number, end: number, slot: number, told: Told): void {
    const { length } = this.#known;
    const { memory } = told;
    let i = start;
    for (; i < end && memory.have[slot]! < length; i++) {
      memory.append(slot, calls, i, i + 1);
      this.#each(i, slot, told);
    }
    if (i === end) return;
    const lead = Math.min(end, i + length);
    this.#turn(calls, i, lead, slot, told);
    if (lead < end) this.#slide(calls, lead, end, slot, told);
  }

  /** Calls `[from, end)`, at most `length`, of a thread whose ring holds `length` before them. */
  #turn(calls: Uint16Array, from: number, end: number, slot: number, told: Told): void {
    const { length, first } = this.#known;
    const { table, tags, factorA, factorB } = first;
    const { memory } = told;
    const { rings } = memory;
    const mask = tags.length - 1;
    const base = slot * RING;
    let at = memory.position[slot]!;
    let a = 0;
    let b = 0;
    for (let back = length; back > 0; back--) {
      const call = rings[base + ((at - back) & RING_MASK)]!;
      a = (Math.imul(a, factorA) + HASH_A[call]!) | 0;
      b = (Math.imul(b, factorB) + HASH_B[call]!) | 0;
    }
    for (let i = from; i < end; i++) {
      const call = calls[i]!;
      const old = rings[base + ((at - length) & RING_MASK)]!;
      a = (Math.imul(a - this.#outA[old]!, factorA) + HASH_A[call]!) | 0;
      b = (Math.imul(b - this.#outB[old]!, factorB) + HASH_B[call]!) | 0;
      rings[base + (at & RING_MASK)] = call;
      at = (at + 1) & 0xff;
      memory.position[slot] = at;
      if (tags[a & mask] !== b && table.count(a, b) === 0) this.#each(i, slot, told);
    }
  }

  /** Calls `[from, end)` with at least `length` before them. The ring is brought up to date before anything reads it. */
  #slide(calls: Uint16Array, from: number, end: number, slot: number, told: Told): void {
    const { memory } = told;
    this.#startKey(calls, from);
    let stored = from;
    for (let i = this.#passKnown(calls, from, end); i < end; i = this.#passKnown(calls, i + 1, end)) {
      memory.append(slot, calls, stored, i + 1);
      stored = i + 1;
      this.#each(i, slot, told);
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

  /** Sums slide without a multiplication. */
  #passKnownBags(calls: Uint16Array, from: number, end: number): number {
    const { length, first } = this.#known;
    const { table, tags } = first;
    const mask = tags.length - 1;
    const hashA = HASH_A;
    const hashB = HASH_B;
    let a = this.#key[0]!;
    let b = this.#key[1]!;
    let i = from;
    for (; i < end; i++) {
      const call = calls[i]!;
      const old = calls[i - length]!;
      a = (a - hashA[old]! + hashA[call]!) | 0;
      b = (b - hashB[old]! + hashB[call]!) | 0;
      if (tags[a & mask] !== b && table.count(a, b) === 0) break;
    }
    this.#key[0] = a;
    this.#key[1] = b;
    return i;
  }

  #passKnownRuns(calls: Uint16Array, from: number, end: number): number {
    const { length, first } = this.#known;
    const { table, tags, factorA, factorB } = first;
    const mask = tags.length - 1;
    const outA = this.#outA;
    const outB = this.#outB;
    const hashA = HASH_A;
    const hashB = HASH_B;
    let a = this.#key[0]!;
    let b = this.#key[1]!;
    let i = from;
    for (; i < end; i++) {
      const call = calls[i]!;
      const old = calls[i - length]!;
      a = (Math.imul(a - outA[old]!, factorA) + hashA[call]!) | 0;
      b = (Math.imul(b - outB[old]!, factorB) + hashB[call]!) | 0;
      if (tags[a & mask] !== b && table.count(a, b) === 0) break;
    }
    this.#key[0] = a;
    this.#key[1] = b;
    return i;
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

/** Where the thread of call `start` is no longer the one that calls. */
function turnEnd(threads: Uint32Array, start: number, to: number): number {
  const thread = threads[start];
  let end = start + 1;
  while (end < to && threads[end] === thread) end++;
  return end;
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
