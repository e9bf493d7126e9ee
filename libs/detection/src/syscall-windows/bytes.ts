import { PlimsollError } from '@plimsoll/contracts';

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** What the last writer wrote into, for the next one: a state a message would be an allocation a message. */
let spare: Uint8Array | undefined;
const MAX_SPARE_BYTES = 262_144;
const MAX_PLAIN_LENGTH = 128;

/** Where finished states lie, one behind the other; never used twice, and gone with the last of its states. */
let slab = new Uint8Array(0);
let slabUsed = 0;
const SLAB_BYTES = 16_384;

/** A copy of the first `length` bytes: a small one without an allocation of its own outside the heap. */
function kept(bytes: Uint8Array, length: number): Uint8Array {
  if (length > SLAB_BYTES / 4) return bytes.slice(0, length);
  if (slabUsed + length > slab.length) {
    slab = new Uint8Array(SLAB_BYTES);
    slabUsed = 0;
  }
  const copy = slab.subarray(slabUsed, slabUsed + length);
  for (let i = 0; i < length; i++) copy[i] = bytes[i]!;
  slabUsed += length;
  return copy;
}

/** Writes a state as bytes: its version first, then numbers and texts in the order in which `StateReader` asks for them. */
export class StateWriter {
  #bytes: Uint8Array;
  #view: DataView;
  #length = 0;

  constructor(version: number) {
    this.#bytes = spare ?? new Uint8Array(4_096);
    spare = undefined;
    this.#view = new DataView(this.#bytes.buffer);
    this.byte(version);
  }

  byte(value: number): void {
    const at = this.#room(1);
    this.#bytes[at] = value;
  }

  /** A whole number from 0 to 2^32 - 1, in one to five bytes. */
  uint(value: number): void {
    let rest = value;
    while (rest > 0x7f) {
      this.byte((rest & 0x7f) | 0x80);
      rest = Math.floor(rest / 128);
    }
    this.byte(rest);
  }

  double(value: number): void {
    const at = this.#room(8);
    this.#view.setFloat64(at, value);
  }

  text(value: string): void {
    const start = this.#length;
    if (value.length <= MAX_PLAIN_LENGTH && this.#plain(value)) return;
    this.#length = start;
    const bytes = encoder.encode(value);
    this.uint(bytes.length);
    const at = this.#room(bytes.length);
    this.#bytes.set(bytes, at);
  }

  /** What was written. Nothing more is. */
  finish(): Uint8Array {
    if (this.#bytes.length <= MAX_SPARE_BYTES) spare = this.#bytes;
    return kept(this.#bytes, this.#length);
  }

  /** A short text of ASCII, which the encoder takes several times as long for; false where it is none. */
  #plain(value: string): boolean {
    const { length } = value;
    this.uint(length);
    const at = this.#room(length);
    const bytes = this.#bytes;
    for (let i = 0; i < length; i++) {
      const code = value.charCodeAt(i);
      if (code > 0x7f) return false;
      bytes[at + i] = code;
    }
    return true;
  }

  /** Makes room for `size` bytes and returns where they begin. Another array may hold them from then on: ask first. */
  #room(size: number): number {
    const at = this.#length;
    this.#length += size;
    if (this.#length > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length));
      larger.set(this.#bytes);
      this.#bytes = larger;
      this.#view = new DataView(larger.buffer);
    }
    return at;
  }
}

/**
 * Reads what `StateWriter` wrote, of `version` or one before it down to `oldest`. Throws `unknown-version` on another
 * and `bad-message` on a cut state.
 */
export class StateReader {
  /** Of the state that is read. */
  readonly version: number;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 1;

  constructor(bytes: Uint8Array, version: number, what: string, oldest = version) {
    const [found] = bytes;
    if (found === undefined || found < oldest || found > version) {
      throw new PlimsollError('unknown-version', `${what} state of version ${found ?? 'none'}; this is ${version}`);
    }
    this.version = found;
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  byte(): number {
    return this.#bytes[this.#take(1)]!;
  }

  uint(): number {
    let value = 0;
    let factor = 1;
    for (;;) {
      const byte = this.byte();
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
      factor *= 128;
    }
  }

  double(): number {
    return this.#view.getFloat64(this.#take(8));
  }

  text(): string {
    const length = this.uint();
    const at = this.#take(length);
    return decoder.decode(this.#bytes.subarray(at, at + length));
  }

  #take(size: number): number {
    const at = this.#at;
    this.#at += size;
    if (this.#at > this.#bytes.length) throw new PlimsollError('bad-message', 'a state that ends too early');
    return at;
  }
}
