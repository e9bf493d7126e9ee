import {
  holdsResults,
  readDigests,
  readKinds,
  readResults,
  readThreads,
  readTimes,
  writeDigests,
  writeKinds,
  writeResults,
  writeThreads,
  writeTimes,
} from './call-columns.js';
import { PlimsollError } from './errors.js';
import { Gap } from './gap.js';
import { damaged, ProtobufReader, ProtobufWriter, type Span } from './protobuf.js';
import { MAX_BATCH_CALLS, type SyscallBatch } from './syscall-batch.js';
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
  return Uint8Array.from(writer.view());
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

function isName(text: string): boolean {
  return text.length > 0 && text.length <= MAX_NAME;
}

const NOTHING: Span = { from: 0, to: 0 };
const NO_GAPS: Gap[] = [];
const NO_NAMES: ReadonlyMap<number, string> = new Map();

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
    while (reader.next()) this.#take(reader);
  }

  #take(reader: ProtobufReader): void {
    switch (reader.field) {
      case 1:
        this.schema = reader.uint32();
        return;
      case 2:
        this.application = reader.text();
        return;
      case 3:
        this.workload = reader.text();
        return;
      case 4:
        this.container = reader.text();
        return;
      case 5:
        this.stream = reader.text();
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

/** A batch whose results and digests still lie in the message. */
class NarrowBatch implements SyscallBatch {
  readonly application: string;
  readonly workload: string;
  readonly container: string;
  readonly stream: string;
  readonly firstOrdinal: number;
  readonly baseTimeUs: number;
  readonly count: number;
  readonly numbers: Uint16Array;
  readonly threads: Uint32Array;
  readonly offsetsUs: Uint32Array;
  readonly names: ReadonlyMap<number, string>;
  readonly gaps: readonly Gap[];
  readonly last: boolean;
  readonly #bytes: Uint8Array;
  readonly #fields: Fields;
  #results: Int32Array | undefined;
  #digests: Uint32Array | undefined;

  constructor(bytes: Uint8Array, fields: Fields) {
    const { count, columns } = fields;
    const [kinds, calls, ids, turns, times] = columns;
    if (calls.to - calls.from < count) damaged(`with ${calls.to - calls.from} bytes for ${count} calls`);
    this.application = fields.application;
    this.workload = fields.workload;
    this.container = fields.container;
    this.stream = fields.stream;
    this.firstOrdinal = fields.firstOrdinal;
    this.baseTimeUs = fields.baseTimeUs;
    this.count = count;
    const room = new ArrayBuffer(10 * count);
    this.threads = new Uint32Array(room, 0, count);
    this.offsetsUs = new Uint32Array(room, 4 * count, count);
    this.numbers = new Uint16Array(room, 8 * count, count);
    this.names = fields.names;
    this.gaps = fields.gaps;
    this.last = fields.last;
    this.#bytes = bytes;
    this.#fields = fields;
    const results = readKinds(bytes, kinds, calls, this.numbers);
    readThreads(bytes, ids, turns, this.threads);
    readTimes(bytes, times, this.offsetsUs);
    if (!holdsResults(bytes, fields.results ?? NOTHING, results)) damaged('with results of other calls');
    if (fields.digests) readDigests(bytes, fields.digests, count, () => undefined);
  }

  get hasResults(): boolean {
    return this.#fields.results !== undefined;
  }

  get results(): Int32Array | undefined {
    const { results, columns } = this.#fields;
    if (results === undefined || this.#results !== undefined) return this.#results;
    this.#results = new Int32Array(this.count);
    readResults(this.#bytes, results, columns[0], columns[1], this.#results);
    return this.#results;
  }

  get digests(): Uint32Array | undefined {
    const { digests } = this.#fields;
    if (digests === undefined || this.#digests !== undefined) return this.#digests;
    const laid = new Uint32Array(this.count);
    readDigests(this.#bytes, digests, this.count, (at, digest) => {
      laid[at] = digest;
    });
    return (this.#digests = laid);
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
