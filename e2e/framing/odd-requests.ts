import { gzipSync } from 'node:zlib';

import { Dice, formText, jsonText, multipartText, oddFields } from './odd-values.js';

/** What one client sends on one connection. */
export interface OddConnection {
  /** Written one after another, each in a packet of its own as far as the system allows. */
  readonly pieces: readonly Buffer[];
  /** Requests in it, as its author counts them. */
  readonly requests: number;
}

const MOST_PIPELINED = 5;
/** Transfer codings that servers read in different ways. */
const ODD_CODINGS = ['gzip, chunked', 'identity, chunked', ', chunked', 'chunked,', '"chunked"'];

/** Connections with odd requests, legal or not far from it, until `requests` are in them. */
export function* oddConnections(seed: number, requests: number, path: string): Generator<OddConnection> {
  const dice = new Dice(seed);
  for (let left = requests; left > 0;) {
    const count = Math.min(left, dice.once(3) ? 1 + dice.below(MOST_PIPELINED) : 1);
    const all = Buffer.concat(Array.from({ length: count }, () => oddRequest(dice, path)));
    const size = dice.once(4) ? 40 + dice.below(400) : all.length;
    const pieces: Buffer[] = [];
    // Many small pieces cost time and say no more than a dozen.
    for (let at = 0; at < all.length; at += size)
      pieces.push(pieces.length < 12 ? all.subarray(at, at + size) : all.subarray(at));
    yield { pieces: pieces.slice(0, 13), requests: count };
    left -= count;
  }
}

function oddRequest(dice: Dice, path: string): Buffer {
  const query = dice.once(2) ? `?${formText(dice, oddFields(dice))}` : '';
  const { body, headers } = oddBody(dice);
  const framed = body === undefined ? { headers: [] as string[], bytes: Buffer.alloc(0) } : frame(dice, body);
  const method = body === undefined ? dice.of(['GET', 'GET', 'DELETE']) : dice.of(['POST', 'POST', 'PUT']);
  const host = dice.once(15) ? 'http://shop.test' : '';
  const line = `${method} ${host}${path}${query} HTTP/1.1`;
  const lines = [line, 'Host: shop.test', ...shuffled(dice, [...headers, ...framed.headers, ...oddHeaders(dice)])];
  const end = dice.once(15) ? '\n' : '\r\n';
  const head = `${dice.once(25) ? '\r\n' : ''}${lines.join(end)}${end}${end}`;
  return Buffer.concat([Buffer.from(head, 'latin1'), framed.bytes]);
}

function oddHeaders(dice: Dice): string[] {
  const headers: string[] = [];
  if (dice.once(4))
    headers.push(`Cookie: ${dice.of(['a=1; b=%27x', 'c="q u"; d=e=f', 'theme=dark;lang=de', 'x=1; x=2', 'é=ü'])}`);
  if (dice.once(25)) headers.push('Cookie: second=2');
  if (dice.once(25)) headers.push('X-Folded: one\r\n\ttwo');
  if (dice.once(15)) headers.push(`X-Pad: ${'y'.repeat(1_000 + dice.below(4_000))}`);
  if (dice.once(15)) headers.push(`X-Empty:${dice.of(['', ' ', '\t'])}`);
  if (dice.once(30)) headers.push('X-Forwarded-Content-Length: 3');
  return headers;
}

function oddBody(dice: Dice): { body: Buffer | undefined; headers: string[] } {
  const fields = oddFields(dice);
  const kind = dice.below(8);
  if (kind < 2) return { body: undefined, headers: [] };
  if (kind < 4) {
    const charset = dice.once(8)
      ? dice.of(['; charset=utf-8', ';charset="ISO-8859-1"', '; charset=utf-16', '; charset=ibm037'])
      : '';
    return coded(dice, formText(dice, fields), `application/x-www-form-urlencoded${charset}`);
  }
  if (kind < 6) {
    const { body, type } = multipartText(dice, fields);
    return coded(dice, body, type);
  }
  const text = jsonText(dice, fields);
  if (dice.once(20)) return { body: Buffer.from(text, 'utf16le'), headers: ['Content-Type: application/json'] };
  return coded(dice, Buffer.from(text, 'utf8').toString('latin1'), 'application/json');
}

function coded(dice: Dice, text: string, type: string): { body: Buffer; headers: string[] } {
  const body = Buffer.from(text, 'latin1');
  const headers = [`${dice.of(['Content-Type', 'content-type'])}: ${type}`];
  if (dice.once(20)) headers.push(`Content-Type: ${dice.of([type, 'text/plain', 'application/json'])}`);
  if (!dice.once(12)) return { body, headers };
  return { body: gzipSync(body), headers: [...headers, `Content-Encoding: ${dice.of(['gzip', 'x-gzip', 'GZIP'])}`] };
}

function frame(dice: Dice, body: Buffer): { headers: string[]; bytes: Buffer } {
  const length = body.length;
  const expect = dice.once(20) ? ['Expect: 100-continue'] : [];
  if (dice.once(3)) {
    const coding = dice.of(dice.once(8) ? ODD_CODINGS : ['chunked', 'Chunked', 'chunked ', '\tchunked']);
    const beside = dice.once(25) ? [`Content-Length: ${dice.of([length, 0, 5])}`] : [];
    return { headers: [`Transfer-Encoding: ${coding}`, ...beside, ...expect], bytes: chunked(dice, body) };
  }
  const zeros = `${'0'.repeat(1 + dice.below(30))}${length}`;
  const odd = [
    [length, length],
    [length, zeros],
    [`${length}, ${length}`],
    [`+${length}`],
    [`0x${length.toString(16)}`],
    [length, 0],
    [0, length],
    [`${length}abc`],
  ];
  const lengths = dice.of(dice.once(8) ? odd : [[length], [zeros], [`${length} `], [`\t${length}`]]);
  const usual = ['Content-Length', 'content-length', 'CONTENT-LENGTH'];
  const name = dice.of(dice.once(20) ? ['Content-Length ', 'Content_Length'] : usual);
  return {
    headers: [...lengths.map((text, at) => `${at === 0 ? name : 'Content-Length'}: ${text}`), ...expect],
    bytes: body,
  };
}

function chunked(dice: Dice, body: Buffer): Buffer {
  const end = dice.once(16) ? '\n' : '\r\n';
  const parts: Buffer[] = [];
  for (let at = 0; at < body.length;) {
    const size = Math.min(body.length - at, 1 + dice.below(dice.once(2) ? 12 : 3_000));
    const few = parts.length > 60 ? body.length - at : size;
    parts.push(Buffer.from(`${sizeLine(dice, few)}${end}`), body.subarray(at, at + few), Buffer.from(end));
    at += few;
  }
  const trailer = dice.once(6) ? `X-Trailer: 1${end}Content-Length: 3${end}` : '';
  parts.push(Buffer.from(`${dice.of(['0', '0', '000'])}${dice.once(8) ? ';last' : ''}${end}${trailer}${end}`));
  return Buffer.concat(parts);
}

function sizeLine(dice: Dice, size: number): string {
  const hex = dice.once(2) ? size.toString(16) : size.toString(16).toUpperCase();
  const zeros = dice.once(10) ? '0'.repeat(1 + dice.below(dice.once(4) ? 90 : 6)) : '';
  const more = dice.once(20) ? dice.of([';a=b', ' ;x', ';q="a;b"', ';'.padEnd(70, 'e'), ' ', '\t']) : '';
  return `${zeros}${hex}${more}`;
}

function shuffled<Item>(dice: Dice, items: readonly Item[]): Item[] {
  const rest = [...items];
  const out: Item[] = [];
  while (rest.length > 0) out.push(...rest.splice(dice.below(rest.length), 1));
  return out;
}
