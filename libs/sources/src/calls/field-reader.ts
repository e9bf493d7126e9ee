import { HASH_SEED, NameTable, nextHash } from '../bytes/name-table.js';

/** Members of one object that are looked at; what follows is passed over. */
const MAX_MEMBERS = 512;

const [TAB, NEWLINE, RETURN, SPACE, QUOTE, COMMA, COLON, BACKSLASH] = [9, 10, 13, 32, 34, 44, 58, 92] as const;
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [91, 93, 123, 125] as const;

/**
 * Finds wanted members of one flat JSON object in its bytes, without making strings or numbers of the rest: a number of
 * 19 digits stays what it is, and a line costs one pass. Nested values are passed over by their brackets. It does not
 * check whether the rest is valid JSON; only what it finds is used.
 */
export class FieldReader {
  readonly #names: NameTable;
  readonly #starts: Int32Array;
  readonly #ends: Int32Array;

  constructor(fields: readonly string[]) {
    this.#names = new NameTable(fields.map((name, i) => [name, i]));
    this.#starts = new Int32Array(fields.length);
    this.#ends = new Int32Array(fields.length);
  }

  /** Where the value of a field begins, without a text's quotes; -1 where the object has none, or null. */
  start(field: number): number {
    return this.#starts[field]!;
  }

  end(field: number): number {
    return this.#ends[field]!;
  }

  has(field: number): boolean {
    return this.#starts[field]! >= 0;
  }

  /** Reads the object in `bytes[start, end)`; false where there is none. Of equal names the first counts. */
  read(bytes: Buffer, start: number, end: number): boolean {
    this.#starts.fill(-1);
    let at = space(bytes, start, end);
    if (at >= end || bytes[at] !== OPEN_OBJECT) return false;
    at = space(bytes, at + 1, end);
    if (bytes[at] === CLOSE_OBJECT && at < end) return true;
    for (let member = 0; member < MAX_MEMBERS && at < end; member++) {
      if (bytes[at] !== QUOTE) return false;
      const keyStart = at + 1;
      let hash = HASH_SEED;
      for (at = keyStart; at < end && bytes[at] !== QUOTE; at++) {
        if (bytes[at] === BACKSLASH) at++;
        else hash = nextHash(hash, bytes[at]!);
      }
      const keyEnd = Math.min(at, end);
      at = space(bytes, at + 1, end);
      if (at >= end || bytes[at] !== COLON) return false;
      at = space(bytes, at + 1, end);
      const valueStart = at;
      at = valueEnd(bytes, at, end);
      if (at < 0) return false;
      const field = this.#names.find(hash, bytes, keyStart, keyEnd);
      if (field >= 0 && this.#starts[field]! < 0) this.#keep(field, bytes, valueStart, at);
      at = space(bytes, at, end);
      if (at < end && bytes[at] === CLOSE_OBJECT) return true;
      if (at >= end || bytes[at] !== COMMA) return false;
      at = space(bytes, at + 1, end);
    }
    return at < end;
  }

  #keep(field: number, bytes: Buffer, start: number, end: number): void {
    if (bytes[start] === 0x6e /* null */) return;
    const text = bytes[start] === QUOTE;
    this.#starts[field] = text ? start + 1 : start;
    this.#ends[field] = text ? end - 1 : end;
  }
}

/** The offset behind a value, or -1 where the line ends within it. */
function valueEnd(bytes: Buffer, start: number, end: number): number {
  const first = bytes[start];
  if (first === QUOTE) return textEnd(bytes, start, end);
  if (first === OPEN_OBJECT || first === OPEN_LIST) {
    let depth = 0;
    for (let at = start; at < end; at++) {
      const byte = bytes[at]!;
      if (byte === QUOTE) {
        at = textEnd(bytes, at, end) - 1;
        if (at < 0) return -1;
      } else if (byte === OPEN_OBJECT || byte === OPEN_LIST) depth++;
      else if ((byte === CLOSE_OBJECT || byte === CLOSE_LIST) && --depth === 0) return at + 1;
    }
    return -1;
  }
  let at = start;
  while (at < end && bytes[at] !== COMMA && bytes[at] !== CLOSE_OBJECT && !isSpace(bytes[at]!)) at++;
  return at === start || at >= end ? -1 : at;
}

function textEnd(bytes: Buffer, start: number, end: number): number {
  for (let at = start + 1; at < end; at++) {
    if (bytes[at] === BACKSLASH) at++;
    else if (bytes[at] === QUOTE) return at + 1;
  }
  return -1;
}

function space(bytes: Buffer, start: number, end: number): number {
  let at = start;
  while (at < end && isSpace(bytes[at]!)) at++;
  return at;
}

function isSpace(byte: number): boolean {
  return byte === SPACE || byte === TAB || byte === RETURN || byte === NEWLINE;
}
