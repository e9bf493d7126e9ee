/** A cursor over a packet's body. Reading past the end gives zeros and empty texts, never an error. */
export class PacketCursor {
  constructor(
    private readonly bytes: Uint8Array,
    public at = 0,
  ) {}

  get left(): number {
    return Math.max(0, this.bytes.length - this.at);
  }

  skip(count: number): void {
    this.at += count;
  }

  uint(width: number): number {
    let value = 0;
    for (let i = width - 1; i >= 0; i--) value = value * 256 + (this.bytes[this.at + i] ?? 0);
    this.at += width;
    return value;
  }

  /** A length-encoded integer; 0 for the markers that are none. */
  lengthEncoded(): number {
    const first = this.uint(1);
    if (first < 0xfb) return first;
    if (first === 0xfc) return this.uint(2);
    if (first === 0xfd) return this.uint(3);
    return first === 0xfe ? this.uint(8) : 0;
  }

  /** `length` bytes as UTF-8, at most 128 characters of it. */
  text(length: number): string {
    const end = Math.min(this.bytes.length, this.at + length);
    const text = end > this.at ? utf8(this.bytes, this.at, Math.min(end, this.at + 512)).slice(0, 128) : '';
    this.at += length;
    return text;
  }

  /** Up to the next zero byte. */
  zeroEnded(): string {
    const zero = this.bytes.indexOf(0, this.at);
    const end = zero < 0 ? this.bytes.length : zero;
    const text = this.text(Math.max(0, end - this.at));
    this.at = end + 1;
    return text;
  }
}

/** What a client says of itself at the start of a connection. */
export interface Handshake {
  readonly capabilities: number;
  /** MariaDB's own capabilities; 0 for others. */
  readonly extended: number;
  readonly user: string;
  readonly database: string | undefined;
}

export const CLIENT_COMPRESS = 1 << 5;
export const CLIENT_SSL = 1 << 11;
export const CLIENT_QUERY_ATTRIBUTES = 1 << 27;
const CLIENT_MYSQL = 1;
const CLIENT_CONNECT_WITH_DB = 1 << 3;
const CLIENT_PROTOCOL_41 = 1 << 9;
const CLIENT_SECURE_CONNECTION = 1 << 15;
const CLIENT_PLUGIN_AUTH_LENENC = 1 << 21;

/** The client's answer to the greeting; undefined where it is older than protocol 4.1. The scramble is passed over. */
export function parseHandshake(body: Uint8Array): Handshake | undefined {
  const cursor = new PacketCursor(body);
  const capabilities = cursor.uint(4);
  if ((capabilities & CLIENT_PROTOCOL_41) === 0 || body.length < 32) return undefined;
  cursor.at = 28;
  const extended = (capabilities & CLIENT_MYSQL) === 0 ? cursor.uint(4) : 0;
  cursor.at = 32;
  const user = cursor.zeroEnded();
  if (capabilities & CLIENT_PLUGIN_AUTH_LENENC) cursor.skip(cursor.lengthEncoded());
  else if (capabilities & CLIENT_SECURE_CONNECTION) cursor.skip(cursor.uint(1));
  else cursor.zeroEnded();
  const database = capabilities & CLIENT_CONNECT_WITH_DB ? cursor.zeroEnded() : '';
  return { capabilities, extended, user, database: database === '' ? undefined : database };
}

/** COM_CHANGE_USER's user and database. */
export function parseChangeUser(body: Uint8Array): { user: string; database: string | undefined } {
  const cursor = new PacketCursor(body, 1);
  const user = cursor.zeroEnded();
  cursor.skip(cursor.uint(1));
  const database = cursor.zeroEnded();
  return { user, database: database === '' ? undefined : database };
}

/** The name in a column definition of protocol 4.1: its fifth length-encoded text. */
export function columnName(body: Uint8Array): string {
  const cursor = new PacketCursor(body);
  for (let i = 0; i < 4; i++) cursor.skip(cursor.lengthEncoded());
  return cursor.text(cursor.lengthEncoded());
}

/** Rows altered and server status of an OK packet. */
export function parseOk(body: Uint8Array): { affected: number; status: number } {
  const cursor = new PacketCursor(body, 1);
  const affected = cursor.lengthEncoded();
  cursor.lengthEncoded();
  return { affected, status: cursor.uint(2) };
}

/** Whether `bytes` begin like a server's greeting: length, sequence 0, version 10, a version text. */
export function looksLikeGreeting(bytes: Uint8Array): boolean {
  if (bytes.length < 24 || bytes[3] !== 0 || bytes[4] !== 10) return false;
  const length = bytes[0]! | (bytes[1]! << 8) | (bytes[2]! << 16);
  const digit = bytes[5]!;
  return length >= 20 && length <= 512 && digit >= 48 && digit <= 57;
}

export function utf8(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, Math.max(0, end - start)).toString('utf8');
}
