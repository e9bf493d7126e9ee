import type { HttpHeaders } from './http-exchange.js';

const MAX_HEADERS = 128;
const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const SPACE = 32;
const COLON = 58;

/** A request line in the form that servers accept; a missing version is that of HTTP/0.9. */
export interface RequestLine {
  readonly method: string;
  readonly target: string;
  readonly version: string;
}

/** Where the head in `bytes` ends (behind its empty line), or -1 where it has not ended yet. Looks on from `from`. */
export function headEnd(bytes: Uint8Array, from: number): number {
  for (let at = Math.max(0, from - 3); at < bytes.length; at++) {
    if (bytes[at] !== LINE_FEED) continue;
    if (bytes[at + 1] === LINE_FEED) return at + 2;
    if (bytes[at + 1] === CARRIAGE_RETURN && bytes[at + 2] === LINE_FEED) return at + 3;
  }
  return -1;
}

/** Whether `bytes` begin like a request: a method of capitals, a blank, and something behind it. */
export function looksLikeRequest(bytes: Uint8Array): boolean {
  let at = 0;
  while (at < bytes.length && at <= 20 && ((bytes[at]! >= 65 && bytes[at]! <= 90) || bytes[at] === 45)) at++;
  if (at < 3 || at > 20 || bytes[at] !== SPACE || at + 1 >= bytes.length) return false;
  const next = bytes[at + 1]!;
  // The target is a path, `*`, an absolute form, or `host:port`.
  if (next === 47 || next === 42) return true;
  const line = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 8_192));
  const end = line.indexOf(LINE_FEED);
  return line.subarray(0, end < 0 ? line.length : end).indexOf(' HTTP/1.', 0, 'latin1') > 0;
}

/** Whether `bytes` begin like a response: `HTTP/1.1 200`. */
export function looksLikeResponse(bytes: Uint8Array): boolean {
  if (bytes.length < 12 || bytes[8] !== SPACE) return false;
  return Buffer.from(bytes.buffer, bytes.byteOffset, 7).toString('latin1') === 'HTTP/1.' && isStatus(bytes, 9);
}

/** The request line that begins `head`; what is malformed goes into `target`. */
export function parseRequestLine(head: Uint8Array): RequestLine {
  const line = lineAt(head, 0);
  const blank = line.indexOf(' ');
  if (blank < 0) return { method: '', target: line, version: '' };
  const method = line.slice(0, blank).slice(0, 32);
  const version = line.lastIndexOf(' HTTP/');
  if (version < blank) return { method, target: line.slice(blank + 1), version: '' };
  return { method, target: line.slice(blank + 1, version), version: line.slice(version + 6, version + 14) };
}

/** The status of the response whose head this is; 0 where there is none. */
export function parseStatus(head: Uint8Array): number {
  if (!isStatus(head, 9)) return 0;
  return (head[9]! - 48) * 100 + (head[10]! - 48) * 10 + head[11]! - 48;
}

/** The header lines of a head, at most `MAX_HEADERS`; a line without a colon is passed over, a folded one appended. */
export function parseHeaders(head: Uint8Array): HttpHeaders {
  const headers: [string, string][] = [];
  let start = nextLine(head, 0);
  while (start < head.length && headers.length < MAX_HEADERS) {
    const end = nextLine(head, start);
    const first = head[start];
    const last = headers[headers.length - 1];
    if ((first === SPACE || first === 9) && last) {
      last[1] = `${last[1]} ${lineAt(head, start).trim()}`;
    } else {
      const line = lineAt(head, start);
      const colon = line.indexOf(String.fromCharCode(COLON));
      if (colon > 0) headers.push([line.slice(0, colon).trim(), line.slice(colon + 1).trim()]);
    }
    start = end;
  }
  return headers;
}

/** The value of the last header of that name, given in small letters; empty where there is none. */
export function headerValue(headers: HttpHeaders, name: string): string {
  for (let i = headers.length - 1; i >= 0; i--) {
    const header = headers[i]!;
    if (header[0].length === name.length && header[0].toLowerCase() === name) return header[1];
  }
  return '';
}

function isStatus(bytes: Uint8Array, at: number): boolean {
  for (let i = at; i < at + 3; i++) if (!(bytes[i]! >= 48 && bytes[i]! <= 57)) return false;
  return true;
}

function nextLine(head: Uint8Array, start: number): number {
  const end = head.indexOf(LINE_FEED, start);
  return end < 0 ? head.length : end + 1;
}

function lineAt(head: Uint8Array, start: number): string {
  let end = nextLine(head, start);
  while (end > start && (head[end - 1] === LINE_FEED || head[end - 1] === CARRIAGE_RETURN)) end--;
  return Buffer.from(head.buffer, head.byteOffset + start, end - start).toString('latin1');
}
