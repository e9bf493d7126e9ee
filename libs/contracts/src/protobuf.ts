import { PlimsollError } from './errors.js';

const VARINT = 0;
const FIXED64 = 1;
const LENGTH_DELIMITED = 2;
const FIXED32 = 5;

/** Throws `bad-message`: the bytes end within a value, or are no Protobuf. */
export function damaged(what: string): never {
  throw new PlimsollError('bad-message', `a syscall batch ${what}`);
}

/**
 * Protobuf's wire format, field by field, for messages that are read by the ten thousand a second: nothing is made but
 * what is asked for. After `next`, ask for the value or `skip` it. Every read stays within `[at, end)`.
 */
export class ProtobufReader {
  /** Of the field at hand. */
  field = 0;
  at: number;
  end: number;
  #wire = 0;
  readonly #bytes: Buffer;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.at = 0;
    this.end = bytes.byteLength;
  }

  /** Goes to the next field; false at the end. */
  next(): boolean {
    if (this.at >= this.end) return false;
    const tag = this.varint();
    this.field = tag >>> 3;
    this.#wire = tag & 7;
    return true;
  }

  skip(): void {
    if (this.#wire === VARINT) this.number();
    else if (this.#wire === FIXED64) this.#take(8);
    else if (this.#wire === LENGTH_DELIMITED) this.#take(this.varint());
    else if (this.#wire === FIXED32) this.#take(4);
    else damaged('with a field of no known kind');
  }

  /** A field of 32 bits; what is above them is dropped, as Protobuf has it. */
  uint32(): number {
    this.#is(VARINT);
    return this.number() % 2 ** 32;
  }

  uint64(): number {
    this.#is(VARINT);
    return this.number();
  }

  fixed32(): number {
    this.#is(FIXED32);
    return this.#bytes.readUInt32LE(this.#take(4));
  }

  fixed64(): number {
    this.#is(FIXED64);
    const at = this.#take(8);
    return this.#bytes.readUInt32LE(at) + this.#bytes.readUInt32LE(at + 4) * 2 ** 32;
  }

  double(): number {
    this.#is(FIXED64);
    return this.#bytes.readDoubleLE(this.#take(8));
  }

  text(): string {
    const { from, to } = this.bytes();
    return this.textAt(from, to);
  }

  /** The text whose bytes `bytes` found. */
  textAt(from: number, to: number): string {
    return this.#bytes.toString('utf8', from, to);
  }

  /** Where the field's bytes lie. */
  bytes(): Span {
    this.#is(LENGTH_DELIMITED);
    const size = this.varint();
    const from = this.#take(size);
    return { from, to: from + size };
  }

  /** A whole number of up to 64 bits, exact below 2^53. */
  number(): number {
    let value = 0;
    for (let factor = 1, left = 10; left > 0; factor *= 128, left--) {
      const byte = this.#bytes[this.#take(1)]!;
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
    return damaged('with a number of more than ten bytes');
  }

  /** A whole number below 2^32. */
  varint(): number {
    const { at } = this;
    if (at < this.end) {
      const byte = this.#bytes[at]!;
      if (byte < 0x80) {
        this.at = at + 1;
        return byte;
      }
    }
    const value = this.number();
    return value < 2 ** 32 ? value : damaged('with a length beyond 32 bits');
  }

  #is(wire: number): void {
    if (this.#wire !== wire) damaged(`whose field ${this.field} is of another kind`);
  }

  #take(size: number): number {
    const { at } = this;
    if (size > this.end - at) damaged('that ends too early');
    this.at = at + size;
    return at;
  }
}

/** Bytes `[from, to)` of a message. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Writes what `ProtobufReader` reads, into one buffer that grows. */
export class ProtobufWriter {
  #bytes = Buffer.allocUnsafe(1_024);
  #at = 0;

  get length(): number {
    return this.#at;
  }

  uint(field: number, value: number): void {
    this.varint(field * 8 + VARINT);
    this.varint(value);
  }

  fixed32(field: number, value: number): void {
    this.varint(field * 8 + FIXED32);
    this.word(value);
  }

  fixed64(field: number, value: number): void {
    this.varint(field * 8 + FIXED64);
    this.word(value % 2 ** 32);
    this.word(Math.floor(value / 2 ** 32));
  }

  double(field: number, value: number): void {
    this.varint(field * 8 + FIXED64);
    this.#room(8);
    this.#at = this.#bytes.writeDoubleLE(value, this.#at);
  }

  text(field: number, value: string): void {
    const size = Buffer.byteLength(value);
    this.varint(field * 8 + LENGTH_DELIMITED);
    this.varint(size);
    this.#room(size);
    this.#at += this.#bytes.write(value, this.#at, 'utf8');
  }

  bytes(field: number, value: Uint8Array): void {
    this.varint(field * 8 + LENGTH_DELIMITED);
    this.varint(value.byteLength);
    this.#room(value.byteLength);
    this.#bytes.set(value, this.#at);
    this.#at += value.byteLength;
  }

  byte(value: number): void {
    if (this.#at === this.#bytes.length) this.#room(1);
    this.#bytes[this.#at++] = value;
  }

  /** A whole number from 0, exact below 2^53. */
  varint(value: number): void {
    if (value < 0x80 && this.#at < this.#bytes.length) {
      this.#bytes[this.#at++] = value;
      return;
    }
    this.#room(8);
    let rest = value;
    while (rest > 0x7f) {
      this.#bytes[this.#at++] = (rest & 0x7f) | 0x80;
      rest = rest < 2 ** 31 ? rest >>> 7 : Math.floor(rest / 128);
    }
    this.#bytes[this.#at++] = rest;
  }

  word(value: number): void {
    this.#room(4);
    this.#at = this.#bytes.writeUInt32LE(value >>> 0, this.#at);
  }

  /** What was written, until more is written: copy it to keep it. */
  view(): Uint8Array {
    return this.#bytes.subarray(0, this.#at);
  }

  clear(): void {
    this.#at = 0;
  }

  #room(size: number): void {
    if (this.#at + size <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(2 * this.#bytes.length, this.#at + size));
    larger.set(this.view());
    this.#bytes = larger;
  }
}
