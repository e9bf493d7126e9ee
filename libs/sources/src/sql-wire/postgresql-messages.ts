import { utf8 } from './mysql-packets.js';

const MAX_COLUMNS = 256;
const MAX_TEXT = 128;
const PROTOCOL_3 = 196_608;
const SSL_REQUEST = 80_877_103;
const GSS_REQUEST = 80_877_104;

export function int16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}

function int32(bytes: Uint8Array, at: number): number {
  return int16(bytes, at) * 65_536 + int16(bytes, at + 2);
}

/** The text at `start`, at most 128 characters of it, and where what follows its zero byte begins. */
export function zeroEnded(bytes: Uint8Array, start: number): { text: string; next: number } {
  const zero = bytes.indexOf(0, start);
  const end = zero < 0 ? bytes.length : zero;
  return { text: utf8(bytes, start, Math.min(end, start + 4 * MAX_TEXT)).slice(0, MAX_TEXT), next: end + 1 };
}

/** Whether a startup message asks for TLS or GSS encryption first. */
export function isSecuredRequest(body: Uint8Array): boolean {
  const code = int32(body, 0);
  return code === SSL_REQUEST || code === GSS_REQUEST;
}

/** User, database and at most 30 other parameters of a startup message. */
export function startupParameters(body: Uint8Array): ReadonlyMap<string, string> {
  const parameters = new Map<string, string>();
  if (int32(body, 0) !== PROTOCOL_3) return parameters;
  let at = 4;
  while (at < body.length && body[at] !== 0 && parameters.size < 32) {
    const name = zeroEnded(body, at);
    const value = zeroEnded(body, name.next);
    parameters.set(name.text, value.text);
    at = value.next;
  }
  return parameters;
}

/** Whether `bytes` begin like a connection: a startup of version 3, or the wish for TLS. */
export function looksLikeStartup(bytes: Uint8Array): boolean {
  if (bytes.length < 8) return false;
  const length = int32(bytes, 0);
  const code = int32(bytes, 4);
  return (
    (code === PROTOCOL_3 && length >= 8 && length <= 10_000) || (isSecuredRequest(bytes.subarray(4)) && length === 8)
  );
}

/** Names in a RowDescription. */
export function rowColumns(body: Uint8Array): readonly string[] {
  const columns: string[] = [];
  const count = Math.min(int16(body, 0), MAX_COLUMNS);
  let at = 2;
  for (let i = 0; i < count && at < body.length; i++) {
    const name = zeroEnded(body, at);
    columns.push(name.text);
    at = name.next + 18;
  }
  return columns;
}

/** The rows that a CommandComplete's tag tells (`UPDATE 3`, `INSERT 0 1`, `SELECT 5`), and whether they were altered. */
export function commandTag(body: Uint8Array): { alters: boolean; rows: number } {
  const words = zeroEnded(body, 0).text.split(' ');
  const rows = Number(words[words.length - 1]);
  const alters = ['INSERT', 'UPDATE', 'DELETE', 'MERGE', 'COPY'].includes(words[0] ?? '');
  return { alters, rows: Number.isSafeInteger(rows) ? rows : 0 };
}

/** The SQLSTATE of an ErrorResponse; `XX000` where it names none. */
export function errorState(body: Uint8Array): string {
  let at = 0;
  while (at < body.length && body[at] !== 0) {
    const field = zeroEnded(body, at + 1);
    if (body[at] === 67) return field.text.slice(0, 5);
    at = field.next;
  }
  return 'XX000';
}
