import protobuf from 'protobufjs/minimal.js';

import { PlimsollError } from './errors.js';
import type { TimeUs } from './event-time.js';
import { Gap } from './gap.js';
import { CALL_NUMBERS } from './syscall-table.js';
import { Where } from './where.js';

/** Largest number of calls in one batch: bounds what one message can cost a reader. */
export const MAX_BATCH_CALLS = 65_536;

/** A batch of calls of one container, in columns of equal length `count`; see `syscalls.proto`. */
export interface SyscallBatch extends Where {
  /** The run of the collector, or the recording, that the batch was cut from. */
  readonly stream: string;
  /** Position of the first call in its stream, from 0. */
  readonly firstOrdinal: number;
  /** Event time of the first call. */
  readonly baseTimeUs: TimeUs;
  /** Calls in the batch; 0 only moves the container's stream time. */
  readonly count: number;
  /** Call numbers of `syscall-table.ts`. */
  readonly numbers: Uint16Array;
  /** Kernel thread ids; 0 where the source has none. */
  readonly threads: Uint32Array;
  /** Microseconds after `baseTimeUs`, never decreasing. */
  readonly offsetsUs: Uint32Array;
  /** Results clipped to 32 bits (bytes read, descriptor, negative error number); undefined where the source has none. */
  readonly results: Int32Array | undefined;
  /** Hash of what the call names (the path of an open or execve), 0 for none; undefined where the source has none. */
  readonly digests: Uint32Array | undefined;
  /** Words for digests that the stream shows for the first time. */
  readonly names: ReadonlyMap<number, string>;
  /** What was lost just before the first call. */
  readonly gaps: readonly Gap[];
  /** The container has ended: its windows close. */
  readonly last: boolean;
}

/** A batch without calls that follows `batch`: it tells its container the time, and what it is given beside it. */
export function timeAfter(batch: SyscallBatch, timeUs: TimeUs): SyscallBatch {
  return {
    ...batch,
    firstOrdinal: batch.firstOrdinal + batch.count,
    baseTimeUs: timeUs,
    count: 0,
    numbers: new Uint16Array(0),
    threads: new Uint32Array(0),
    offsetsUs: new Uint32Array(0),
    results: undefined,
    digests: undefined,
    names: new Map(),
    gaps: [],
  };
}

const SCHEMA = 1;

export function encodeSyscallBatch(batch: SyscallBatch): Uint8Array {
  const writer = protobuf.Writer.create();
  writer.uint32(8).uint32(SCHEMA);
  writer.uint32(18).string(batch.application);
  writer.uint32(26).string(batch.workload);
  writer.uint32(34).string(batch.container);
  writer.uint32(42).string(batch.stream);
  writer.uint32(49).fixed64(batch.firstOrdinal);
  writer.uint32(57).double(batch.baseTimeUs);
  writer.uint32(64).uint32(batch.count);
  writer.uint32(74).bytes(bytesOf(batch.numbers));
  writer.uint32(82).bytes(bytesOf(batch.threads));
  writer.uint32(90).bytes(bytesOf(batch.offsetsUs));
  if (batch.results) writer.uint32(98).bytes(bytesOf(batch.results));
  if (batch.digests) writer.uint32(106).bytes(bytesOf(batch.digests));
  for (const gap of batch.gaps) {
    writer.uint32(114).fork();
    writer.uint32(9).double(gap.startUs).uint32(17).double(gap.endUs);
    if (gap.lost !== undefined) writer.uint32(24).uint64(gap.lost);
    writer.uint32(34).string(gap.cause).ldelim();
  }
  if (batch.last) writer.uint32(120).bool(true);
  for (const [digest, text] of batch.names) {
    writer.uint32(130).fork().uint32(13).fixed32(digest).uint32(18).string(text).ldelim();
  }
  return writer.finish();
}

/**
 * The batch in `bytes`, each column copied once into an aligned typed array.
 * Throws `bad-message` or `unknown-version`; never returns a batch whose columns disagree with `count`.
 */
export function decodeSyscallBatch(bytes: Uint8Array): SyscallBatch {
  try {
    return validated(readFields(bytes));
  } catch (error) {
    if (error instanceof PlimsollError) throw error;
    throw new PlimsollError('bad-message', 'not a syscall batch', { cause: error });
  }
}

interface Fields {
  schema: number;
  application: string;
  workload: string;
  container: string;
  stream: string;
  firstOrdinal: number;
  baseTimeUs: number;
  count: number;
  numbers: Uint8Array;
  threads: Uint8Array;
  offsetsUs: Uint8Array;
  results: Uint8Array | undefined;
  digests: Uint8Array | undefined;
  names: Map<number, string>;
  gaps: Gap[];
  last: boolean;
}

const NONE = new Uint8Array(0);

function readFields(bytes: Uint8Array): Fields {
  const reader = protobuf.Reader.create(bytes);
  const fields: Fields = {
    schema: 0,
    application: '',
    workload: '',
    container: '',
    stream: '',
    firstOrdinal: 0,
    baseTimeUs: 0,
    count: 0,
    numbers: NONE,
    threads: NONE,
    offsetsUs: NONE,
    results: undefined,
    digests: undefined,
    names: new Map(),
    gaps: [],
    last: false,
  };
  while (reader.pos < reader.len) readField(reader, fields);
  return fields;
}

function readField(reader: protobuf.Reader, fields: Fields): void {
  const tag = reader.uint32();
  switch (tag >>> 3) {
    case 1:
      fields.schema = reader.uint32();
      return;
    case 2:
      fields.application = reader.string();
      return;
    case 3:
      fields.workload = reader.string();
      return;
    case 4:
      fields.container = reader.string();
      return;
    case 5:
      fields.stream = reader.string();
      return;
    case 6:
      fields.firstOrdinal = Number(reader.fixed64());
      return;
    case 7:
      fields.baseTimeUs = reader.double();
      return;
    case 8:
      fields.count = reader.uint32();
      return;
    case 9:
      fields.numbers = reader.bytes();
      return;
    case 10:
      fields.threads = reader.bytes();
      return;
    case 11:
      fields.offsetsUs = reader.bytes();
      return;
    case 12:
      fields.results = reader.bytes();
      return;
    case 13:
      fields.digests = reader.bytes();
      return;
    case 14:
      fields.gaps.push(readGap(reader, reader.uint32() + reader.pos));
      return;
    case 15:
      fields.last = reader.bool();
      return;
    case 16: {
      const [digest, text] = readName(reader, reader.uint32() + reader.pos);
      fields.names.set(digest, text);
      return;
    }
    default:
      reader.skipType(tag & 7);
  }
}

function readGap(reader: protobuf.Reader, end: number): Gap {
  const gap: Record<string, unknown> = {};
  while (reader.pos < end) {
    const tag = reader.uint32();
    if (tag >>> 3 === 1) gap['startUs'] = reader.double();
    else if (tag >>> 3 === 2) gap['endUs'] = reader.double();
    else if (tag >>> 3 === 3) gap['lost'] = Number(reader.uint64());
    else if (tag >>> 3 === 4) gap['cause'] = reader.string();
    else reader.skipType(tag & 7);
  }
  const parsed = Gap.safeParse(gap);
  if (!parsed.success) throw new PlimsollError('bad-message', 'a syscall batch announces a malformed gap');
  return parsed.data;
}

function readName(reader: protobuf.Reader, end: number): [number, string] {
  let digest = 0;
  let text = '';
  while (reader.pos < end) {
    const tag = reader.uint32();
    if (tag >>> 3 === 1) digest = reader.fixed32();
    else if (tag >>> 3 === 2) text = reader.string();
    else reader.skipType(tag & 7);
  }
  return [digest, text];
}

function validated(fields: Fields): SyscallBatch {
  const { schema, count, numbers, threads, offsetsUs, results, digests, ...rest } = fields;
  if (schema !== SCHEMA) {
    throw new PlimsollError('unknown-version', `a syscall batch of schema ${schema}; this release reads ${SCHEMA}`);
  }
  if (count > MAX_BATCH_CALLS) throw new PlimsollError('bad-message', `a batch of ${count} calls is over the limit`);
  const where = Where.safeParse(rest);
  if (!where.success || rest.stream === '') {
    throw new PlimsollError('bad-message', 'a syscall batch without application, workload, container or stream');
  }
  if (!Number.isFinite(rest.baseTimeUs) || rest.baseTimeUs < 0 || !Number.isSafeInteger(rest.firstOrdinal)) {
    throw new PlimsollError('bad-message', 'a syscall batch with an impossible time or ordinal');
  }
  const batch: SyscallBatch = {
    ...rest,
    count,
    numbers: new Uint16Array(column(numbers, 2, count, 'numbers')),
    threads: new Uint32Array(column(threads, 4, count, 'threads')),
    offsetsUs: new Uint32Array(column(offsetsUs, 4, count, 'offsets_us')),
    results: results && new Int32Array(column(results, 4, count, 'results')),
    digests: digests && new Uint32Array(column(digests, 4, count, 'digests')),
  };
  for (let i = 0; i < count; i++) {
    if (batch.numbers[i]! >= CALL_NUMBERS) throw new PlimsollError('bad-message', 'a call number beyond the table');
    if (i > 0 && batch.offsetsUs[i]! < batch.offsetsUs[i - 1]!) {
      throw new PlimsollError('bad-message', 'offsets within a batch go back in time');
    }
  }
  return batch;
}

/** The column's own buffer: copied, because a view must start at a multiple of its width and records do not. */
function column(bytes: Uint8Array, width: number, count: number, name: string): ArrayBuffer {
  if (bytes.byteLength !== width * count) {
    throw new PlimsollError('bad-message', `column ${name} has ${bytes.byteLength} bytes for ${count} calls`);
  }
  return new Uint8Array(bytes).buffer;
}

function bytesOf(column: Uint16Array | Uint32Array | Int32Array): Uint8Array {
  return new Uint8Array(column.buffer, column.byteOffset, column.byteLength);
}
