import { remembered } from '../bytes/remembered.js';
import type { HttpHeaders } from './http-exchange.js';

/** Longest request line that is waited for. */
const MAX_LINE_BYTES = 65_536;
/** A token, a colon, and no control character but tabs. */
// eslint-disable-next-line no-control-regex -- control characters are what tells an irregular line
const REGULAR = /^[!#$%&'*+.^_`|~\w-]+:[^\0-\x08\n-\x1f\x7f]*$/;
const TOKEN = new Uint8Array(256);
for (const byte of Buffer.from("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"))
  TOKEN[byte] = 1;
const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const SPACE = 32;

/** A request line in the form that servers accept; a missing version is that of HTTP/0.9. */
export interface RequestLine {
  readonly method: string;
  readonly target: string;
  readonly version: string;
}

/** Where the first line of a request of HTTP/0.9 ends, which is all of it: its line names no version; -1 where it is none. */
export function simpleRequestEnd(bytes: Uint8Array): number {
  const feed = bytes.indexOf(LINE_FEED);
  if (feed < 0) return -1;
  const line = Buffer.from(bytes.buffer, bytes.byteOffset, feed);
  return line.includes('HTTP/') || parseRequestLine(line).version !== '' ? -1 : feed + 1;
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

/** Where the first line begins: servers pass over empty ones before it (RFC 9112, 2.2). */
function lineStart(bytes: Uint8Array): number {
  let start = 0;
  while (start < bytes.length && (bytes[start] === LINE_FEED || bytes[start] === CARRIAGE_RETURN)) start++;
  return start;
}

/** Whether `bytes` begin like a request: a method of capitals, a blank, and something behind it. */
export function looksLikeRequest(bytes: Uint8Array): boolean {
  const start = lineStart(bytes);
  let at = start;
  while (at < bytes.length && at <= start + 20 && ((bytes[at]! >= 65 && bytes[at]! <= 90) || bytes[at] === 45)) at++;
  if (at < start + 3 || at > start + 20 || bytes[at] !== SPACE || at + 1 >= bytes.length) return false;
  const next = bytes[at + 1]!;
  // The target is a path, `*`, an absolute form, or `host:port`.
  if (next === 47 || next === 42) return true;
  const line = Buffer.from(bytes.buffer, bytes.byteOffset + start, Math.min(bytes.length - start, 8_192));
  const end = line.indexOf(LINE_FEED);
  return line.subarray(0, end < 0 ? line.length : end).indexOf(' HTTP/1.', 0, 'latin1') > 0;
}

/** Whether `bytes` begin like a response: `HTTP/1.1 200`. */
export function looksLikeResponse(bytes: Uint8Array): boolean {
  if (bytes.length < 12 || bytes[8] !== SPACE) return false;
  return Buffer.from(bytes.buffer, bytes.byteOffset, 7).toString('latin1') === 'HTTP/1.' && isStatus(bytes, 9);
}

/** Whether a method and a blank stand first: all that is asked of a line whose end is not shown. */
export function beginsRequestLine(bytes: Uint8Array): boolean {
  const start = lineStart(bytes);
  const at = tokenEnd(bytes, start);
  return at > start && (bytes[at] === SPACE || bytes[at] === 9);
}

function tokenEnd(bytes: Uint8Array, start: number): number {
  let at = start;
  while (at < bytes.length && TOKEN[bytes[at]!] === 1) at++;
  return at;
}

/** Whether the first line of `bytes` is a request's on a fresh connection; undefined where it has not ended yet. */
export function opensRequest(bytes: Uint8Array): boolean | undefined {
  const start = lineStart(bytes);
  const at = tokenEnd(bytes, start);
  if (at === bytes.length) return undefined;
  if (!beginsRequestLine(bytes)) return false;
  const feed = bytes.indexOf(LINE_FEED, at);
  if (feed < 0) return bytes.length - start > MAX_LINE_BYTES ? false : undefined;
  const { method, target, version } = parseRequestLine(bytes.subarray(start));
  return version !== '' || (method === 'GET' && target.startsWith('/'));
}

/** The request line that begins `head`; what is malformed goes into `target`. */
export function parseRequestLine(head: Uint8Array): RequestLine {
  const end = nextLine(head, 0);
  const text = Buffer.from(head.buffer, head.byteOffset, end).toString('latin1');
  return requestLine(lineOf(text, 0, text.length));
}

const requestLine = remembered((line: string): RequestLine => {
  const blank = line.search(/[ \t\v\f]/);
  if (blank < 0) return { method: '', target: line, version: '' };
  const method = line.slice(0, blank).slice(0, 32);
  const mark = line.toUpperCase().lastIndexOf('HTTP/');
  const blankBefore = mark > blank && /[ \t\v\f]/.test(line[mark - 1]!);
  if (!blankBefore) return { method, target: trimBlank(line.slice(blank + 1)), version: '' };
  return {
    method,
    target: trimBlank(line.slice(blank + 1, mark)),
    version: trimBlank(line.slice(mark + 5, mark + 13)),
  };
});

/** The status of the response whose head this is; 0 where there is none. */
export function parseStatus(head: Uint8Array): number {
  if (!isStatus(head, 9)) return 0;
  return (head[9]! - 48) * 100 + (head[10]! - 48) * 10 + head[11]! - 48;
}

/** The header lines of a head as they were sent: names with what blanks stand before the colon, values without. */
export interface HeaderLines {
  readonly headers: HttpHeaders;
  /** A line is none (no colon, a name that is no token, a lone carriage return) or goes on with the one before it. */
  readonly irregular: boolean;
}

export function parseHeaders(head: Uint8Array): HeaderLines {
  return headerLines(Buffer.from(head.buffer, head.byteOffset, head.length).toString('latin1', nextLine(head, 0)));
}

/** The lines behind the first one. */
const headerLines = remembered((text: string): HeaderLines => {
  const headers: Header[] = [];
  let irregular = false;
  for (let start = 0; start < text.length;) {
    const feed = text.indexOf('\n', start);
    const end = feed < 0 ? text.length : feed;
    const first = text.charCodeAt(start);
    const line = lineOf(text, start, end);
    const last = headers.at(-1);
    if ((first === SPACE || first === 9) && last) {
      headers[headers.length - 1] = [last[0], `${last[1]} ${trimBlank(line)}`];
      irregular = true;
    } else if (line !== '') {
      const { header, regular } = headerLine(line);
      if (header) headers.push(header);
      if (!regular) irregular = true;
    }
    start = end + 1;
  }
  return { headers, irregular };
});

type Header = HttpHeaders[number];

const headerLine = remembered((line: string): { readonly header: Header | undefined; readonly regular: boolean } => {
  const colon = line.indexOf(':');
  const header: Header | undefined = colon > 0 ? [line.slice(0, colon), trimBlank(line.slice(colon + 1))] : undefined;
  return { header, regular: REGULAR.test(line) };
});

/** `text[start, end)` without the line feeds and carriage returns at its end. */
function lineOf(text: string, start: number, end: number): string {
  let to = end;
  while (to > start && isLineEnd(text.charCodeAt(to - 1))) to--;
  return text.slice(start, to);
}

function isLineEnd(code: number): boolean {
  return code === LINE_FEED || code === CARRIAGE_RETURN;
}

function isStatus(bytes: Uint8Array, at: number): boolean {
  for (let i = at; i < at + 3; i++) if (!(bytes[i]! >= 48 && bytes[i]! <= 57)) return false;
  return true;
}

function nextLine(head: Uint8Array, start: number): number {
  const end = head.indexOf(LINE_FEED, start);
  return end < 0 ? head.length : end + 1;
}

/** Without the blanks and tabs around it; other white space is part of a value (RFC 9110, 5.5). */
function trimBlank(text: string): string {
  let [start, end] = [0, text.length];
  while (start < end && isBlank(text.charCodeAt(start))) start++;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

function isBlank(code: number): boolean {
  return code === SPACE || code === 9;
}
