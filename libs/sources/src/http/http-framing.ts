import { headerFact, isNamed } from './header-facts.js';
import type { HttpHeaders } from './http-exchange.js';
import type { Framing } from './http-message.js';

/** Where a request's body ends by its head. */
export interface RequestFraming {
  readonly framing: Framing;
  /** Common servers differ in where such a body ends, or in whether they take the request at all. */
  readonly doubtful: boolean;
}

/** Zeros in front are a number's to every server (RFC 9110, 8.6: 1*DIGIT). */
const LENGTH = /^0*(\d{1,15})$/;

/**
 * How long a request's body is (RFC 9112, 6.3). What the RFC has servers refuse, and some of them take, is `doubtful`,
 * with the reading of those that take it: a length of another form, several that differ, a length beside chunks, a
 * transfer coding other than `chunked`, a blank before the colon.
 */
export const requestFraming = headerFact((headers: HttpHeaders): RequestFraming => {
  const lengths: string[] = [];
  const codings: string[] = [];
  let doubtful = false;
  for (const [name, value] of headers) {
    const plain = name.trim().toLowerCase();
    if (plain !== 'content-length' && plain !== 'transfer-encoding') continue;
    if (plain.length !== name.length) doubtful = true;
    if (plain === 'content-length') lengths.push(value);
    else codings.push(...value.toLowerCase().split(',', 16));
  }
  if (codings.length > 0) {
    const plainly = codings.length === 1 && codings[0]!.trim() === 'chunked' && lengths.length === 0;
    const chunked = codings.some((coding) => coding.includes('chunked'));
    if (chunked) return { framing: 'chunked', doubtful: doubtful || !plainly };
    doubtful = true;
  }
  const [first] = lengths;
  if (first === undefined) return { framing: 0, doubtful };
  const differ = lengths.some((length) => length !== first);
  const digits = LENGTH.exec(first)?.[1];
  return { framing: Number(digits ?? lenient(first)), doubtful: doubtful || differ || digits === undefined };
});

/** How a response's body ends by its head alone. */
export function responseFraming(headers: HttpHeaders): Framing {
  let length: Framing = 'until-close';
  for (const [name, value] of headers) {
    const isCoding = isNamed(name, 'transfer-encoding');
    if (isCoding && value.toLowerCase().includes('chunked')) return 'chunked';
    const digits = isNamed(name, 'content-length') ? LENGTH.exec(value)?.[1] : undefined;
    if (digits !== undefined) length = Number(digits);
  }
  return length;
}

/** `+5`, `1_0` (Python reads both), `5, 5`, `5abc`: the first number in it. */
function lenient(text: string): number {
  return Number(/\d[\d_]{0,15}/.exec(text)?.[0].replaceAll('_', '') ?? 0);
}
