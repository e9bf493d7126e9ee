import { type StateReader, type StateWriter } from '../syscall-windows/bytes.js';

/** Calls kept of each thread: a power of two over `MAX_LENGTH`, so that positions wrap by a mask. */
export const RING = 16;
export const RING_MASK = RING - 1;

/** Threads remembered of one container; beyond that the one longest silent is forgotten. */
export const MAX_THREADS = 1024;

const START_THREADS = 4;

/** The last calls of each thread of a container, in rings of 16, and their keys: 100 threads are 5 kB. */
export class ThreadMemory {
  readonly length: number;
  rings = new Uint16Array(START_THREADS * RING);
  /** Calls of the slot so far, counted up to `length`, then no further. */
  have = new Uint8Array(START_THREADS);
  /** Where the next call of the slot goes; only its value modulo 16 matters. */
  position = new Uint8Array(START_THREADS);
  /** The two halves of the key of the slot's last `length` calls, where `keyed` says that they are. */
  keyA = new Int32Array(START_THREADS);
  keyB = new Int32Array(START_THREADS);
  keyed = new Uint8Array(START_THREADS);
  /** Whose keys these are. */
  #keysOf: object | undefined;
  readonly #slots = new Map<number, number>();
  /** When each slot was last asked for, by `#clock`: the lowest is the one longest silent. */
  #used = new Float64Array(START_THREADS);
  #clock = 0;

  constructor(length: number) {
    this.length = length;
  }

  get threads(): number {
    return this.#slots.size;
  }

  /** The thread's slot, made where there is none. */
  slot(thread: number): number {
    const known = this.#slots.get(thread);
    const slot = known ?? this.#open(thread);
    this.#used[slot] = ++this.#clock;
    return slot;
  }

  /** The same for a slot that is known to be the thread's. */
  touch(slot: number): void {
    this.#used[slot] = ++this.#clock;
  }

  /** Keys that another one kept say nothing to `keeper`. */
  keepKeysOf(keeper: object): void {
    if (this.#keysOf === keeper) return;
    this.#keysOf = keeper;
    this.keyed.fill(0);
  }

  forget(): void {
    this.#slots.clear();
  }

  /** The last `size` calls of the slot, oldest first; `size` is at most what it has. */
  last(slot: number, size: number): number[] {
    const calls: number[] = [];
    for (let back = size; back > 0; back--) {
      calls.push(this.rings[slot * RING + ((this.position[slot]! - back) & RING_MASK)]!);
    }
    return calls;
  }

  write(writer: StateWriter): void {
    writer.uint(this.#slots.size);
    const slots = [...this.#slots];
    const oldestFirst =
      slots.length < 2 ? slots : slots.sort(([, one], [, other]) => this.#used[one]! - this.#used[other]!);
    for (const [thread, slot] of oldestFirst) {
      writer.uint(thread);
      const size = this.have[slot]!;
      writer.uint(size);
      for (let back = size; back > 0; back--) {
        writer.uint(this.rings[slot * RING + ((this.position[slot]! - back) & RING_MASK)]!);
      }
    }
  }

  read(reader: StateReader): void {
    this.forget();
    const threads = reader.uint();
    for (let i = 0; i < threads; i++) {
      const slot = this.slot(reader.uint());
      const calls = reader.uint();
      for (let j = 0; j < calls; j++) this.push(slot, reader.uint());
    }
  }

  /** Takes in one call. */
  push(slot: number, call: number): void {
    this.rings[slot * RING + (this.position[slot]! & RING_MASK)] = call;
    this.position[slot] = this.position[slot]! + 1;
    this.have[slot] = Math.min(this.have[slot]! + 1, this.length);
    this.keyed[slot] = 0;
  }

  #open(thread: number): number {
    const slot = this.#slots.size < MAX_THREADS ? this.#slots.size : this.#evict();
    if (slot >= this.have.length) this.#grow();
    this.#slots.set(thread, slot);
    this.#clear(slot);
    return slot;
  }

  /** Takes in calls `[from, to)` of one thread at once. */
  append(slot: number, calls: Uint16Array, from: number, to: number): void {
    const { rings } = this;
    const end = this.position[slot]! + (to - from);
    for (let i = Math.max(from, to - RING); i < to; i++)
      rings[slot * RING + ((end - (to - i)) & RING_MASK)] = calls[i]!;
    this.position[slot] = end & 0xff;
    this.have[slot] = Math.min(this.have[slot]! + (to - from), this.length);
  }

  #evict(): number {
    let oldest: readonly [thread: number, slot: number] = [0, 0];
    let used = Infinity;
    for (const entry of this.#slots) {
      if (this.#used[entry[1]]! >= used) continue;
      oldest = entry;
      used = this.#used[entry[1]]!;
    }
    this.#slots.delete(oldest[0]);
    return oldest[1];
  }

  #clear(slot: number): void {
    this.have[slot] = 0;
    this.position[slot] = 0;
    this.keyed[slot] = 0;
  }

  #grow(): void {
    const threads = this.have.length * 2;
    this.rings = grown(this.rings, new Uint16Array(threads * RING));
    this.have = grown(this.have, new Uint8Array(threads));
    this.position = grown(this.position, new Uint8Array(threads));
    this.keyA = grown(this.keyA, new Int32Array(threads));
    this.keyB = grown(this.keyB, new Int32Array(threads));
    this.keyed = grown(this.keyed, new Uint8Array(threads));
    this.#used = grown(this.#used, new Float64Array(threads));
  }
}

function grown<T extends Uint8Array | Uint16Array | Int32Array | Float64Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
