import { isDigit, matches, skipSpaces } from '../bytes/byte-search.js';

const QUOTE = 34;
const BACKSLASH = 92;
const GREATER = 62;
const BRACKET = 91;

/**
 * Finds lines that follow another without a line feed, as after a write that was interrupted: the head of a line behind
 * the `>` of `<0.000030>` or `...>`. What stands in quotes is data and never ends a line: a traced program cannot forge
 * a call this way. Each `>` of a chunk is looked for once, whatever the lines.
 */
export class GlueFinder {
  private chunk: Buffer | undefined;
  /** The first `>` at or behind the place last looked at. */
  private next = 0;
  private soughtFrom = 0;

  /** The bytes at the same place are others now. */
  reset(): void {
    this.chunk = undefined;
  }

  /** Where the first line in `bytes[start, end)` ends: `end`, or behind its `>`. */
  find(bytes: Buffer, start: number, end: number): number {
    let at = this.seek(bytes, start);
    let scanned = start;
    let quoted = false;
    while (at < end - 1) {
      const following = bytes[at + 1]!;
      const candidate = following === BRACKET || isDigit(following);
      if (candidate && closes(bytes, start, at) && isHead(bytes, at + 1, end)) {
        for (; scanned < at; scanned++) {
          if (bytes[scanned] === QUOTE) quoted = !quoted;
          else if (bytes[scanned] === BACKSLASH && quoted) scanned++;
        }
        if (!quoted) return at + 1;
      }
      at = this.seek(bytes, at + 1);
    }
    return end;
  }

  private seek(bytes: Buffer, from: number): number {
    if (this.chunk === bytes && from >= this.soughtFrom && from <= this.next) return this.next;
    const at = bytes.indexOf(GREATER, from);
    this.chunk = bytes;
    this.soughtFrom = from;
    this.next = at < 0 ? bytes.length : at;
    return this.next;
  }
}

/** The `>` at `at` ends `<0.000030>`, `<unfinished ...>` or `<detached ...>`. */
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
