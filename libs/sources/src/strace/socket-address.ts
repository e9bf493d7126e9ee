import { indexWithin } from '../bytes/byte-search.js';

/** Longest part of a call's arguments that is looked at for an address. */
const MAX_ADDRESS_BYTES = 512;

const PORT = /sin6?_port=htons\((\d{1,5})\)/;
const IPV4 = /sin_addr=inet_addr\("([0-9.]{7,15})"\)/;
const IPV6 = /inet_pton\(AF_INET6, "([0-9a-fA-F:.]{2,45})"/;
const UNIX = /sun_path=(@?)"([^"\\]{1,108})"/;

/** The address in the arguments of accept or connect, of a mapped one the IPv4 address: `127.0.0.1:33894`, `[::1]:80`, `unix:/run/x.sock`, or empty. */
export function readPeer(bytes: Buffer, start: number, end: number): string {
  const open = indexWithin(bytes, 123, start, end);
  if (open < 0) return '';
  const text = bytes.toString('latin1', open, Math.min(end, open + MAX_ADDRESS_BYTES));
  const port = PORT.exec(text)?.[1] ?? '0';
  const v4 = IPV4.exec(text)?.[1];
  if (v4 !== undefined) return `${v4}:${port}`;
  const v6 = IPV6.exec(text)?.[1];
  // A socket for both families (Java's, Go's) names the same client so.
  const mapped = v6 === undefined ? undefined : /^::ffff:([0-9.]{7,15})$/i.exec(v6)?.[1];
  if (mapped !== undefined) return `${mapped}:${port}`;
  if (v6 !== undefined) return `[${v6}]:${port}`;
  const path = UNIX.exec(text);
  return path ? `unix:${path[1] ?? ''}${path[2] ?? ''}` : '';
}
