import {
  holdsKind,
  holdsResults,
  readDigests,
  readKinds,
  readResults,
  readThreadIds,
  readTimes,
  readTurns,
  writeDigests,
  writeKinds,
  writeResults,
  writeThreads,
  writeTimes,
} from './call-columns.js';
import { PlimsollError } from './errors.js';
import { Gap } from './gap.js';
import { damaged, ProtobufReader, ProtobufWriter, type Span } from './protobuf.js';
import { Room } from './room.js';
import { MAX_BATCH_CALLS, type SyscallBatch, type Turns } from './syscall-batch.js';
import { CALL_NUMBERS } from './syscall-table.js';

/** Columns as narrow as their values. Its fields are in `syscalls.proto`, as those of the one before. */
const SCHEMA = 2;
/** Columns of fixed width: read, and not written any more. */
const FIXED_WIDTH = 1;
/** Longest name of an application, workload or container. */
const MAX_NAME = 256;

const writer = new ProtobufWriter();
const column = new ProtobufWriter();
const other = new ProtobufWriter();

/** The batch as one message, in schema 2. Throws `bad-message` on a call number beyond the table or a time that goes back. */
export function encodeSyscallBatch(batch: SyscallBatch): Uint8Array {
  writer.clear();
  writer.uint(1, SCHEMA);
  writer.text(2, batch.application);
  writer.text(3, batch.workload);
  writer.text(4, batch.container);
  writer.text(5, batch.stream);
  writer.fixed64(6, batch.firstOrdinal);
  writer.double(7, batch.baseTimeUs);
  writer.uint(8, batch.count);
  for (const gap of batch.gaps) writer.bytes(14, encodeGap(gap));
  if (batch.last) writer.uint(15, 1);
  for (const [digest, text] of batch.names) writer.bytes(16, encodeName(digest, text));
  const { results, digests } = batch;
  if (batch.count > 0) {
    put(17, 18, (kinds, calls) => {
      writeKinds(kinds, calls, batch.numbers, results);
    });
    put(19, 20, (ids, turns) => {
      writeThreads(ids, turns, batch.threads);
    });
    column.clear();
    writeTimes(column, batch.offsetsUs);
    writer.bytes(21, column.view());
  }
  if (results) {
    column.clear();
    writeResults(column, results);
    writer.bytes(22, column.view());
  }
  if (digests) {
    column.clear();
    writeDigests(column, digests);
    writer.bytes(23, column.view());
  }
  return new Uint8Array(writer.view());
}

function put(field: number, otherField: number, write: (one: ProtobufWriter, other: ProtobufWriter) => void): void {
  column.clear();
  other.clear();
  write(column, other);
  writer.bytes(field, column.view());
  writer.bytes(otherField, other.view());
}

function encodeGap({ startUs, endUs, lost, cause }: Gap): Uint8Array {
  column.clear();
  column.double(1, startUs);
  column.double(2, endUs);
  if (lost !== undefined) column.uint(3, lost);
  column.text(4, cause);
  return column.view();
}

function encodeName(digest: number, text: string): Uint8Array {
  column.clear();
  column.fixed32(1, digest);
  column.text(2, text);
  return column.view();
}

/**
 * The batch in `bytes`, of this schema or the one before. Everything is checked here; results and digests, which few
 * readers ask for, are laid out when they are first asked for, and `bytes` must not change until then.
 * Throws `bad-message` or `unknown-version`; never returns a batch whose columns disagree with `count`.
 */
export function decodeSyscallBatch(bytes: Uint8Array): SyscallBatch {
  const fields = new Fields(bytes);
  const { schema, count } = fields;
  if (schema !== SCHEMA && schema !== FIXED_WIDTH) {
    const known = `${FIXED_WIDTH} and ${SCHEMA}`;
    throw new PlimsollError('unknown-version', `a syscall batch of schema ${schema}; this release reads ${known}`);
  }
  if (count > MAX_BATCH_CALLS) damaged(`of ${count} calls is over the limit`);
  const { application, workload, container, stream, baseTimeUs, firstOrdinal } = fields;
  if (!isName(application) || !isName(workload) || !isName(container) || stream === '') {
    damaged('without application, workload, container or stream');
  }
  if (!Number.isFinite(baseTimeUs) || baseTimeUs < 0 || !Number.isSafeInteger(firstOrdinal)) {
    damaged('with an impossible time or ordinal');
  }
  return schema === SCHEMA ? new NarrowBatch(bytes, fields) : fixedWidthBatch(bytes, fields);
}

/** Whether the batch's source has results; to ask for `results` may cost their decoding. */
export function hasResults(batch: SyscallBatch): boolean {
  return batch instanceof NarrowBatch ? batch.hasResults : batch.results !== undefined;
}

/** Who calls when in the batch: of a decoded one without going through its calls. */
export function turnsOf(batch: SyscallBatch): Turns {
  if (batch instanceof NarrowBatch) return batch.turns;
  const { threads } = batch;
  if (latest?.threads !== threads) latest = { threads, turns: turnsOfThreads(threads) };
  return latest.turns;
}

/** The batch that was asked for last is asked for again: for each window in it, by each detector. */
let latest: { readonly threads: Uint32Array; readonly turns: Turns } | undefined;

function turnsOfThreads(threads: Uint32Array): Turns {
  const known = new Map<number, number>();
  const of: number[] = [];
  const ends: number[] = [];
  for (let i = 0; i < threads.length;) {
    const thread = threads[i]!;
    while (i < threads.length && threads[i] === thread) i++;
    let index = known.get(thread);
    if (index === undefined) known.set(thread, (index = known.size));
    of.push(index);
    ends.push(i);
  }
  const ids = Uint32Array.from(known.keys());
  return { count: of.length, threads: ids.length, ids, of: Uint16Array.from(of), ends: Uint32Array.from(ends) };
}

/** Whether the batch may hold a call that `marked`, by number, holds a 1 for: of a decoded one it is known at once. */
export function mayHold(batch: SyscallBatch, marked: Uint8Array): boolean {
  return !(batch instanceof NarrowBatch) || batch.holds(marked);
}

/** Calls `visit` for each call that names something, in their order, without laying digests out. */
export function eachDigest(batch: SyscallBatch, visit: (digest: number, at: number) => void): void {
  if (batch instanceof NarrowBatch) {
    batch.eachDigest(visit);
    return;
  }
  batch.digests?.forEach((digest, at) => {
    if (digest !== 0) visit(digest, at);
  });
}

function isName(text: string): boolean {
  return text.length > 0 && text.length <= MAX_NAME;
}

const NOTHING: Span = { from: 0, to: 0 };
const NO_GAPS: Gap[] = [];
const NO_NAMES: ReadonlyMap<number, string> = new Map();

/** Names and streams of late, by their bytes: a container says the same ones in every message. */
const MAX_TEXTS = 4_096;
const MAX_TEXT_BYTES = 128;
const texts = new Array<{ readonly bytes: Uint8Array; readonly text: string } | undefined>(MAX_TEXTS);

/** The text, the same object as long as others do not take its place: a look-up by it compares no characters. */
function textOf(bytes: Uint8Array, reader: ProtobufReader): string {
  const { from, to } = reader.bytes();
  if (to - from > MAX_TEXT_BYTES) return reader.textAt(from, to);
  let hash = 0;
  for (let at = from; at < to; at++) hash = Math.imul(hash, 31) + bytes[at]!;
  const place = (hash ^ (hash >>> 12)) & (MAX_TEXTS - 1);
  const known = texts[place];
  if (known !== undefined && isAt(bytes, from, to, known.bytes)) return known.text;
  const text = reader.textAt(from, to);
  texts[place] = { bytes: Uint8Array.from(bytes.subarray(from, to)), text };
  return text;
}

function isAt(bytes: Uint8Array, from: number, to: number, known: Uint8Array): boolean {
  if (known.length !== to - from) return false;
  for (let i = 0; i < known.length; i++) if (known[i] !== bytes[from + i]) return false;
  return true;
}

/** The fields of a message as they are found; a column is where it lies. */
class Fields {
  schema = 0;
  application = '';
  workload = '';
  container = '';
  stream = '';
  firstOrdinal = 0;
  baseTimeUs = 0;
  count = 0;
  gaps = NO_GAPS;
  last = false;
  names = NO_NAMES;
  /** Of schema 1: numbers, threads, offsets; of schema 2: kinds and calls, thread ids and turns, times. */
  readonly columns: [Span, Span, Span, Span, Span] = [NOTHING, NOTHING, NOTHING, NOTHING, NOTHING];
  results: Span | undefined;
  digests: Span | undefined;

  constructor(bytes: Uint8Array) {
    const reader = new ProtobufReader(bytes);
    while (reader.next()) this.#take(bytes, reader);
  }

  #take(bytes: Uint8Array, reader: ProtobufReader): void {
    switch (reader.field) {
      case 1:
        this.schema = reader.uint32();
        return;
      case 2:
        this.application = textOf(bytes, reader);
        return;
      case 3:
        this.workload = textOf(bytes, reader);
        return;
      case 4:
        this.container = textOf(bytes, reader);
        return;
      case 5:
        this.stream = textOf(bytes, reader);
        return;
      case 6:
        this.firstOrdinal = reader.fixed64();
        return;
      case 7:
        this.baseTimeUs = reader.double();
        return;
      case 8:
        this.count = reader.uint32();
        return;
      case 9:
      case 10:
      case 11:
        this.columns[reader.field - 9] = reader.bytes();
        return;
      case 12:
      case 22:
        this.results = reader.bytes();
        return;
      case 13:
      case 23:
        this.digests = reader.bytes();
        return;
      case 14:
        if (this.gaps === NO_GAPS) this.gaps = [];
        this.gaps.push(within(reader, readGap));
        return;
      case 15:
        this.last = reader.uint64() !== 0;
        return;
      case 16: {
        const [digest, text] = within(reader, readName);
        if (this.names === NO_NAMES) this.names = new Map();
        (this.names as Map<number, string>).set(digest, text);
        return;
      }
      case 17:
      case 18:
      case 19:
      case 20:
      case 21:
        this.columns[reader.field - 17] = reader.bytes();
        return;
      default:
        reader.skip();
    }
  }
}

/** Reads the message in the field at hand. */
function within<T>(reader: ProtobufReader, read: (reader: ProtobufReader) => T): T {
  const { from, to } = reader.bytes();
  const { end } = reader;
  reader.at = from;
  reader.end = to;
  const message = read(reader);
  reader.end = end;
  return message;
}

function readGap(reader: ProtobufReader): Gap {
  const gap: Record<string, unknown> = {};
  while (reader.next()) {
    if (reader.field === 1) gap['startUs'] = reader.double();
    else if (reader.field === 2) gap['endUs'] = reader.double();
    else if (reader.field === 3) gap['lost'] = reader.uint64();
    else if (reader.field === 4) gap['cause'] = reader.text();
    else reader.skip();
  }
  const parsed = Gap.safeParse(gap);
  return parsed.success ? parsed.data : damaged('announces a malformed gap');
}

function readName(reader: ProtobufReader): [number, string] {
  let digest = 0;
  let text = '';
  while (reader.next()) {
    if (reader.field === 1) digest = reader.fixed32();
    else if (reader.field === 2) text = reader.text();
    else reader.skip();
  }
  return [digest, text];
}

const room = new Room();

/** A batch whose results and digests still lie in the message, and whose threads are told turn by turn. */
class NarrowBatch implements SyscallBatch {
  readonly application: string;
  readonly workload: string;
  readonly container: string;
  readonly stream: string;
  readonly firstOrdinal: number;
  readonly baseTimeUs: number;
  readonly count: number;
  readonly numbers: Uint16Array;
  readonly offsetsUs: Uint32Array;
  readonly names: ReadonlyMap<number, string>;
  readonly gaps: readonly Gap[];
  readonly last: boolean;
  readonly #bytes: Uint8Array;
  readonly #fields: Fields;
  readonly #turns: Turns;
  #threads: Uint32Array | undefined;
  #results: Int32Array | undefined;
  #digests: Uint32Array | undefined;

  constructor(bytes: Uint8Array, fields: Fields) {
    const { count, columns } = fields;
    const [kinds, calls, ids, turns, times] = columns;
    if (calls.to - calls.from < count) damaged(`with ${calls.to - calls.from} bytes for ${count} calls`);
    const mostIds = Math.min(ids.to - ids.from, count);
    const mostTurns = Math.min(turns.to - turns.from, count);
    this.application = fields.application;
    this.workload = fields.workload;
    this.container = fields.container;
    this.stream = fields.stream;
    this.firstOrdinal = fields.firstOrdinal;
    this.baseTimeUs = fields.baseTimeUs;
    this.count = count;
    const at = room.take(6 * count + 4 * mostIds + 6 * mostTurns);
    const { buffer } = room;
    this.offsetsUs = new Uint32Array(buffer, at, count);
    const idsAt = at + 4 * count;
    const threadIds = new Uint32Array(buffer, idsAt, mostIds);
    const endsAt = idsAt + 4 * mostIds;
    const ends = new Uint32Array(buffer, endsAt, mostTurns);
    const numbersAt = endsAt + 4 * mostTurns;
    this.numbers = new Uint16Array(buffer, numbersAt, count);
    const of = new Uint16Array(buffer, numbersAt + 2 * count, mostTurns);
    this.names = fields.names;
    this.gaps = fields.gaps;
    this.last = fields.last;
    this.#bytes = bytes;
    this.#fields = fields;
    const results = readKinds(bytes, kinds, calls, this.numbers);
    const threads = readThreadIds(bytes, ids, threadIds);
    if (threads > count) damaged('with more threads than calls');
    const turnCount = readTurns(bytes, turns, threads, count, of, ends);
    this.#turns = { threads, count: turnCount, ids: threadIds, of, ends };
    readTimes(bytes, times, this.offsetsUs);
    if (!holdsResults(bytes, fields.results ?? NOTHING, results)) damaged('with results of other calls');
    if (fields.digests) readDigests(bytes, fields.digests, count, () => undefined);
  }

  get turns(): Turns {
    return this.#turns;
  }

  get hasResults(): boolean {
    return this.#fields.results !== undefined;
  }

  holds(marked: Uint8Array): boolean {
    return holdsKind(this.#bytes, this.#fields.columns[0], marked);
  }

  get threads(): Uint32Array {
    if (this.#threads !== undefined) return this.#threads;
    const { count, ids, of, ends } = this.#turns;
    const threads = new Uint32Array(this.count);
    for (let turn = 0, at = 0; turn < count; turn++) {
      const thread = ids[of[turn]!]!;
      for (const end = ends[turn]!; at < end; at++) threads[at] = thread;
    }
    return (this.#threads = threads);
  }

  get results(): Int32Array | undefined {
    const { results, columns } = this.#fields;
    if (results === undefined || this.#results !== undefined) return this.#results;
    const at = room.take(4 * this.count);
    const laid = new Int32Array(room.buffer, at, this.count);
    readResults(this.#bytes, results, columns[0], columns[1], laid);
    return (this.#results = laid);
  }

  get digests(): Uint32Array | undefined {
    if (this.#fields.digests === undefined || this.#digests !== undefined) return this.#digests;
    const laid = new Uint32Array(this.count);
    this.eachDigest((digest, at) => {
      laid[at] = digest;
    });
    return (this.#digests = laid);
  }

  eachDigest(visit: (digest: number, at: number) => void): void {
    const { digests } = this.#fields;
    if (digests === undefined) return;
    readDigests(this.#bytes, digests, this.count, (at, digest) => {
      if (digest !== 0) visit(digest, at);
    });
  }
}

function fixedWidthBatch(bytes: Uint8Array, fields: Fields): SyscallBatch {
  const { count, columns, results, digests } = fields;
  const { application, workload, container, stream, firstOrdinal, baseTimeUs, names, gaps, last } = fields;
  const of = (span: Span, width: number): ArrayBuffer => fixedWidthColumn(bytes, span, width * count);
  const numbers = new Uint16Array(of(columns[0], 2));
  const offsetsUs = new Uint32Array(of(columns[2], 4));
  for (let i = 0; i < count; i++) {
    if (numbers[i]! >= CALL_NUMBERS) damaged('with a call number beyond the table');
    if (i > 0 && offsetsUs[i]! < offsetsUs[i - 1]!) damaged('whose calls go back in time');
  }
  return {
    application,
    workload,
    container,
    stream,
    firstOrdinal,
    baseTimeUs,
    count,
    numbers,
    threads: new Uint32Array(of(columns[1], 4)),
    offsetsUs,
    results: results && new Int32Array(of(results, 4)),
    digests: digests && new Uint32Array(of(digests, 4)),
    names,
    gaps,
    last,
  };
}

/** The column's own buffer: a view must start at a multiple of its width, and columns in a message do not. */
function fixedWidthColumn(bytes: Uint8Array, { from, to }: Span, sizeBytes: number): ArrayBuffer {
  if (to - from !== sizeBytes) damaged(`with a column of ${to - from} bytes in place of ${sizeBytes}`);
  return new Uint8Array(bytes.subarray(from, to)).buffer;
}
