import { isDigit, matches, skipSpaces } from './byte-search.js';

const QUOTE = 34;
const BACKSLASH = 92;
const GREATER = 62;
const BRACKET = 91;

/**
 * Where the first of the lines in `bytes[start, end)` ends: `end`, or behind the `>` of `<0.000030>` or `...>` where
 * the head of another line follows without a line feed, as after a write that was interrupted. What stands in quotes
 * is data and never ends a line: a traced program cannot forge a call this way.
 */
export function glueEnd(bytes: Buffer, start: number, end: number): number {
  let scanned = start;
  let quoted = false;
  for (let at = start; at < end - 1; at++) {
    if (bytes[at] !== GREATER) continue;
    const next = bytes[at + 1]!;
    if (next !== BRACKET && !isDigit(next)) continue;
    if (!closes(bytes, start, at) || !isHead(bytes, at + 1, end)) continue;
    for (; scanned < at; scanned++) {
      if (bytes[scanned] === QUOTE) quoted = !quoted;
      else if (bytes[scanned] === BACKSLASH && quoted) scanned++;
    }
    if (!quoted) return at + 1;
  }
  return end;
}

function closes(bytes: Buffer, start: number, at: number): boolean {
  if (at - 4 > start && matches(bytes, at - 4, at, ' ...')) return true;
  let digit = at - 1;
  while (digit > start && digit > at - 20 && (isDigit(bytes[digit]!) || bytes[digit] === 46)) digit--;
  return digit < at - 1 && bytes[digit] === 60;
}

/** `[pid 7] `, `7 1795455028.639990 `, `1795455028.639990 ` or `7  close(`. */
function isHead(bytes: Buffer, start: number, end: number): boolean {
  if (matches(bytes, start, end, '[pid ')) return true;
  let at = start;
  for (let token = 0; token < 2; token++) {
    const first = at;
    while (at < end && at - first < 20 && (isDigit(bytes[at]!) || bytes[at] === 46 || bytes[at] === 58)) at++;
    if (at === first) return token === 1;
    if (bytes[at] !== 32) return false;
    at = skipSpaces(bytes, at, end);
  }
  return at < end;
}
