import { damaged, ProtobufReader, type ProtobufWriter, type Span } from './protobuf.js';
import { CALL_NUMBERS } from './syscall-table.js';

/**
 * The columns of a batch of calls, as narrow as their values. Each is written by one function and read by another; none
 * believes the bytes: whatever they are, a reader fills exactly `count` elements or throws `bad-message`.
 */

/** Kinds of call that one byte names; a batch of more has two bytes a call. */
const BYTE_KINDS = 256;
/** Every call number, with a result and without. */
const MAX_KINDS = 2 * CALL_NUMBERS;
/** What stands for no kind, in the table that a reader looks kinds up in. */
const NO_KIND = 0x8000;
/** A turn of one byte: index of the thread in the low four bits, length less one in the others; 15 says that more follows. */
const MORE = 15;
const LARGEST_OFFSET_US = 0xffffffff;

const indices = new Uint16Array(MAX_KINDS);
const table = new Uint16Array(MAX_KINDS);

/**
 * Writes which call each is, and whether its result is not 0: the kinds that occur as numbers, then for each call the
 * index of its kind. A kind is twice the call's number, and one more where a result follows in the column of results.
 */
export function writeKinds(
  kinds: ProtobufWriter,
  calls: ProtobufWriter,
  numbers: Uint16Array,
  results: Int32Array | undefined,
): void {
  const count = numbers.length;
  // Before `indices` is touched, which the next batch finds as this one leaves it.
  for (const number of numbers) if (number >= CALL_NUMBERS) damaged(`with call number ${number}, beyond the table`);
  const order: number[] = [];
  for (let i = 0; i < count; i++) {
    const kind = kindOf(numbers, results, i);
    if (indices[kind] !== 0) continue;
    order.push(kind);
    indices[kind] = order.length;
    kinds.varint(kind);
  }
  const wide = order.length > BYTE_KINDS;
  for (let i = 0; i < count; i++) {
    const index = indices[kindOf(numbers, results, i)]! - 1;
    calls.byte(index & 0xff);
    if (wide) calls.byte(index >>> 8);
  }
  for (const kind of order) indices[kind] = 0;
}

function kindOf(numbers: Uint16Array, results: Int32Array | undefined, i: number): number {
  return 2 * numbers[i]! + (results !== undefined && results[i] !== 0 ? 1 : 0);
}

/** Reads the numbers of the calls; returns how many of them have a result. */
export function readKinds(bytes: Uint8Array, kinds: Span, calls: Span, numbers: Uint16Array): number {
  const size = loadKinds(bytes, kinds);
  const count = numbers.length;
  const width = size > BYTE_KINDS ? 2 : 1;
  if (calls.to - calls.from !== width * count) damaged(`with ${calls.to - calls.from} bytes for ${count} calls`);
  let seen = 0;
  let some = 0;
  let at = calls.from;
  if (width === 1) {
    for (let i = 0; i < count; i++) {
      const kind = table[bytes[at++]!]!;
      seen |= kind;
      some += kind & 1;
      numbers[i] = kind >>> 1;
    }
  } else {
    for (let i = 0; i < count; i++) {
      const kind = table[Math.min(bytes[at]! | (bytes[at + 1]! << 8), MAX_KINDS - 1)]!;
      at += 2;
      seen |= kind;
      some += kind & 1;
      numbers[i] = kind >>> 1;
    }
  }
  if ((seen & NO_KIND) !== 0) damaged('with a call of no kind');
  return some;
}

/** Lays the kinds into `table`, and behind them what is none; returns how many there are. */
function loadKinds(bytes: Uint8Array, { from, to }: Span): number {
  const reader = readerOf(bytes, { from, to });
  let size = 0;
  while (reader.at < to) {
    const kind = reader.varint();
    if (kind >= MAX_KINDS || size === MAX_KINDS) damaged('with a call number beyond the table');
    table[size++] = kind;
  }
  table.fill(NO_KIND, size, size > BYTE_KINDS ? MAX_KINDS : BYTE_KINDS);
  return size;
}

/** Writes whose calls they are, turn by turn: threads as they first come, each by its distance from the one before. */
export function writeThreads(ids: ProtobufWriter, turns: ProtobufWriter, threads: Uint32Array): void {
  const known = new Map<number, number>();
  let before = 0;
  for (let i = 0; i < threads.length;) {
    const thread = threads[i]!;
    let end = i + 1;
    while (end < threads.length && threads[end] === thread) end++;
    let index = known.get(thread);
    if (index === undefined) {
      known.set(thread, (index = known.size));
      ids.varint(zigzag((thread - before) | 0));
      before = thread;
    }
    const more = end - i - 1;
    turns.byte(Math.min(index, MORE) | (Math.min(more, MORE) << 4));
    if (index >= MORE) turns.varint(index - MORE);
    if (more >= MORE) turns.varint(more - MORE);
    i = end;
  }
}

/** Reads the threads as they first come into `ids`, as far as it has room; returns how many there are. */
export function readThreadIds(bytes: Uint8Array, span: Span, ids: Uint32Array): number {
  const reader = readerOf(bytes, span);
  let size = 0;
  for (let thread = 0; reader.at < span.to;) {
    thread = (thread + unzigzag(reader.varint())) >>> 0;
    ids[size++] = thread;
  }
  return size;
}

/**
 * Reads whose calls they are, turn by turn, into `of` and `ends`, which have room for a turn a byte or a call,
 * whichever is less; returns how many turns there are. There are `threads` threads and `count` calls.
 */
export function readTurns(
  bytes: Uint8Array,
  span: Span,
  threads: number,
  count: number,
  of: Uint16Array,
  ends: Uint32Array,
): number {
  const { to } = span;
  let reader: ProtobufReader | undefined;
  let at = span.from;
  let turns = 0;
  let end = 0;
  while (at < to) {
    const turn = bytes[at++]!;
    let index = turn & MORE;
    let more = turn >>> 4;
    if (index === MORE || more === MORE) {
      reader ??= readerOf(bytes, span);
      reader.at = at;
      if (index === MORE) index += reader.varint();
      if (more === MORE) more += reader.varint();
      at = reader.at;
    }
    if (index >= threads || more >= count - end) damaged('with a turn of no thread, or of too many calls');
    end += more + 1;
    of[turns] = index;
    ends[turns] = end;
    turns += 1;
  }
  if (end !== count) damaged(`with threads of ${end} calls`);
  return turns;
}

/** Writes each call's time after the call before it, in microseconds. */
export function writeTimes(times: ProtobufWriter, offsetsUs: Uint32Array): void {
  let before = 0;
  for (const offsetUs of offsetsUs) {
    if (offsetUs < before) damaged('whose calls go back in time');
    times.varint(offsetUs - before);
    before = offsetUs;
  }
}

export function readTimes(bytes: Uint8Array, { from, to }: Span, offsetsUs: Uint32Array): void {
  const count = offsetsUs.length;
  if (to - from < count) damaged('with too few times');
  let at = from;
  let offsetUs = 0;
  for (let i = 0; i < count; i++) {
    const first = bytes[at++]!;
    if (first < 0x80) {
      offsetUs += first;
    } else {
      const second = bytes[at++]!;
      if (second < 0x80) {
        offsetUs += (first & 0x7f) | (second << 7);
      } else {
        let deltaUs = (first & 0x7f) | ((second & 0x7f) << 7);
        for (let factor = 2 ** 14; ; factor *= 128) {
          if (at >= to || factor > LARGEST_OFFSET_US) damaged('with a time that does not end');
          const byte = bytes[at++]!;
          deltaUs += (byte & 0x7f) * factor;
          if (byte < 0x80) break;
        }
        offsetUs += deltaUs;
      }
    }
    offsetsUs[i] = offsetUs;
  }
  // A column that is cut was read on into what follows it, or into nothing.
  if (at !== to || offsetUs > LARGEST_OFFSET_US) damaged('with times of more calls, or beyond 32 bits');
}

/** Writes the results that are not 0, near ones of either sign in one byte. */
export function writeResults(column: ProtobufWriter, results: Int32Array): void {
  for (const result of results) if (result !== 0) column.varint(zigzag(result));
}

/** Whether the column holds `some` results, without reading them. */
export function holdsResults(bytes: Uint8Array, { from, to }: Span, some: number): boolean {
  let ends = 0;
  for (let at = from; at < to; at++) ends += bytes[at]! < 0x80 ? 1 : 0;
  return ends === some && (to === from || bytes[to - 1]! < 0x80);
}

/** Reads results that `holdsResults` found whole; `kinds` and `calls` tell whose they are. */
export function readResults(bytes: Uint8Array, column: Span, kinds: Span, calls: Span, results: Int32Array): void {
  const width = loadKinds(bytes, kinds) > BYTE_KINDS ? 2 : 1;
  let at = column.from;
  for (let i = 0, call = calls.from; i < results.length; i++, call += width) {
    const index = width === 1 ? bytes[call]! : bytes[call]! | (bytes[call + 1]! << 8);
    if ((table[index]! & 1) === 0) {
      results[i] = 0;
      continue;
    }
    let value = bytes[at++]!;
    if (value >= 0x80) {
      value &= 0x7f;
      let byte: number;
      let shift = 7;
      do {
        byte = bytes[at++]!;
        value |= (byte & 0x7f) << shift;
        shift += 7;
      } while (byte >= 0x80);
    }
    results[i] = (value >>> 1) ^ -(value & 1);
  }
}

/** Whether any of the kinds is of a call that `marked` holds a 1 for. */
export function holdsKind(bytes: Uint8Array, kinds: Span, marked: Uint8Array): boolean {
  const reader = readerOf(bytes, kinds);
  while (reader.at < kinds.to) if (marked[reader.varint() >>> 1] === 1) return true;
  return false;
}

/** Writes the digests that are not 0: those that occur, then for each the calls since the last and its index. */
export function writeDigests(column: ProtobufWriter, digests: Uint32Array): void {
  const known = new Map<number, number>();
  for (const digest of digests) if (digest !== 0 && !known.has(digest)) known.set(digest, known.size);
  column.varint(known.size);
  for (const digest of known.keys()) column.word(digest);
  let last = -1;
  for (let i = 0; i < digests.length; i++) {
    if (digests[i] === 0) continue;
    column.varint(i - last - 1);
    column.varint(known.get(digests[i]!)!);
    last = i;
  }
}

/** Calls `visit` for each call with a digest; there are `count` calls. */
export function readDigests(
  bytes: Uint8Array,
  column: Span,
  count: number,
  visit: (at: number, digest: number) => void,
): void {
  const reader = readerOf(bytes, column);
  const size = reader.varint();
  const words = reader.at;
  if (4 * size > column.to - words) damaged('with too few digests');
  reader.at = words + 4 * size;
  for (let at = 0; reader.at < column.to; at++) {
    at += reader.varint();
    const index = reader.varint();
    if (at >= count || index >= size) damaged('with a digest of no call');
    visit(at, wordAt(bytes, words + 4 * index));
  }
}

function readerOf(bytes: Uint8Array, { from, to }: Span): ProtobufReader {
  const reader = new ProtobufReader(bytes);
  reader.at = from;
  reader.end = to;
  return reader;
}

function wordAt(bytes: Uint8Array, at: number): number {
  return (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0;
}

/** Numbers near 0 of either sign as small ones from 0: 0, -1, 1, -2 … */
function zigzag(value: number): number {
  return ((value << 1) ^ (value >> 31)) >>> 0;
}

function unzigzag(value: number): number {
  return (value >>> 1) ^ -(value & 1);
}
