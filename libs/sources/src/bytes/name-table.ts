/** Where the hash of a name begins. */
export const HASH_SEED = 0x811c9dc5 | 0;

/** The hash of a name after one more byte (FNV-1a, Fowler, Noll and Vo, 1991). */
export function nextHash(hash: number, byte: number): number {
  return Math.imul(hash ^ byte, 0x01000193);
}

/**
 * Names as bytes to numbers: a lookup makes no string and compares the name's bytes once. Built once from the
 * names, never grows; a slot table of four times the names keeps probes near one.
 */
export class NameTable {
  private readonly mask: number;
  private readonly hashes: Int32Array;
  private readonly values: Int32Array;
  private readonly starts: Int32Array;
  private readonly lengths: Uint8Array;
  private readonly text: Uint8Array;

  /** Names are of ASCII, at most 255 bytes; values are not negative. */
  constructor(entries: Iterable<readonly [string, number]>) {
    const list = [...entries];
    let slots = 16;
    while (slots < list.length * 4) slots *= 2;
    this.mask = slots - 1;
    this.hashes = new Int32Array(slots);
    this.values = new Int32Array(slots).fill(-1);
    this.starts = new Int32Array(slots);
    this.lengths = new Uint8Array(slots);
    this.text = Buffer.from(list.map(([name]) => name).join(''), 'latin1');
    let start = 0;
    for (const [name, value] of list) {
      this.insert(start, start + name.length, value);
      start += name.length;
    }
  }

  /** The number of `bytes[start, end)`, whose hash the caller has made on the way; -1 where the table has no such name. */
  find(hash: number, bytes: Uint8Array, start: number, end: number): number {
    let slot = (hash ^ (hash >>> 15)) & this.mask;
    while (this.values[slot]! >= 0) {
      if (this.hashes[slot] === hash && this.lengths[slot] === end - start && this.equal(slot, bytes, start)) {
        return this.values[slot]!;
      }
      slot = (slot + 1) & this.mask;
    }
    return -1;
  }

  private equal(slot: number, bytes: Uint8Array, start: number): boolean {
    const from = this.starts[slot]!;
    const length = this.lengths[slot]!;
    for (let i = 0; i < length; i++) if (this.text[from + i] !== bytes[start + i]) return false;
    return true;
  }

  private insert(start: number, end: number, value: number): void {
    let hash = HASH_SEED;
    for (let i = start; i < end; i++) hash = nextHash(hash, this.text[i]!);
    let slot = (hash ^ (hash >>> 15)) & this.mask;
    while (this.values[slot]! >= 0) slot = (slot + 1) & this.mask;
    this.hashes[slot] = hash;
    this.values[slot] = value;
    this.starts[slot] = start;
    this.lengths[slot] = end - start;
  }
}
