import { opensRequest } from '../http/http-head.js';
import { looksLikeStartup } from '../sql-wire/postgresql-messages.js';
import type { IoCall } from '../strace/io-call.js';

/** What a connection speaks; `other` is nothing that is read here. */
export type Protocol = 'http' | 'mysql' | 'postgresql' | 'tls' | 'http2' | 'gateway' | 'other';

const HTTP2_PREFACE = 'PRI * HTTP/2.0\r\n';

/** What a client's first bytes tell of a connection; undefined where more of them are needed. */
export function protocolOf(first: Uint8Array): Protocol | undefined {
  if (looksLikeStartup(first)) return 'postgresql';
  const [a, b, c, d] = first;
  if (a === 0x16 && (b === 3 || b === undefined)) return c === undefined ? undefined : c <= 4 ? 'tls' : 'other';
  if (a === 0x12 && b === 0x34) return 'gateway';
  if (a === 0 && d === 0 && includes(first, 'REQUEST_METHOD')) return 'gateway';
  const preface = text(first, HTTP2_PREFACE.length);
  if (preface === HTTP2_PREFACE) return 'http2';
  const opens = opensRequest(first);
  if (opens === true) return 'http';
  if (opens === false) return first.length < 8 && a === 0 ? undefined : 'other';
  return undefined;
}

/** A packet of sequence 0 that fills the call and begins with COM_QUERY, COM_STMT_PREPARE or COM_STMT_EXECUTE. */
export function isMysqlCommand(call: IoCall): boolean {
  const { payload } = call;
  if (payload.length < 6 || payload[3] !== 0) return false;
  const length = payload[0]! | (payload[1]! << 8) | (payload[2]! << 16);
  return length + 4 === call.lengthBytes && isStatementCode(payload[4]!);
}

/** Four bytes of a packet's header, and then its body, as mariadbd reads them. */
export function isMysqlHeader(header: IoCall | undefined, body: IoCall): boolean {
  if (header?.direction !== 'in' || body.direction !== 'in' || header.payload.length !== 4) return false;
  const { payload } = header;
  const length = payload[0]! | (payload[1]! << 8) | (payload[2]! << 16);
  return payload[3] === 0 && length === body.lengthBytes && isStatementCode(body.payload[0] ?? 0);
}

/** `Q`, a length that fills the call, and a zero byte at its end. */
export function isPostgresqlQuery(call: IoCall): boolean {
  const { payload, lengthBytes } = call;
  if (payload.length < 7 || payload[0] !== 81) return false;
  return postgresqlLength(payload, 0) + 1 === lengthBytes && (!call.complete || payload[payload.length - 1] === 0);
}

/** Messages of an extended query that fill the call: a Parse or a Bind first, a Sync or a Flush last. */
export function isPostgresqlPipeline({ payload, lengthBytes }: IoCall): boolean {
  if (payload[0] !== 80 && payload[0] !== 66) return false;
  let at = 0;
  let messages = 0;
  let last = 0;
  while (at + 5 <= payload.length) {
    last = payload[at]!;
    const length = postgresqlLength(payload, at);
    if (!EXTENDED.has(last) || length < 4) return false;
    at += 1 + length;
    messages++;
  }
  // Where the call is longer than what was seen of it, a chain that reaches its end counts.
  if (payload.length < lengthBytes) return messages > 1 && at >= payload.length && at <= lengthBytes;
  return messages > 1 && at === lengthBytes && (last === 83 || last === 72);
}

/** Parse, Bind, Describe, Execute, Close, Sync, Flush. */
const EXTENDED: ReadonlySet<number> = new Set([80, 66, 68, 69, 67, 83, 72]);

function postgresqlLength(bytes: Uint8Array, at: number): number {
  return bytes[at + 1]! * 16_777_216 + ((bytes[at + 2]! << 16) | (bytes[at + 3]! << 8) | bytes[at + 4]!);
}

function isStatementCode(code: number): boolean {
  return code === 0x03 || code === 0x16 || code === 0x17;
}

function includes(bytes: Uint8Array, word: string): boolean {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).includes(word);
}

function text(bytes: Uint8Array, length: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(length, bytes.byteLength)).toString('latin1');
}
