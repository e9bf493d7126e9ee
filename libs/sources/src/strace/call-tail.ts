import { isDigit, matches } from '../bytes/byte-search.js';
import { errorNumber } from './errno-table.js';

/** How a line ends: with a result, as `<unfinished ...>`, as `<detached ...>`, or in the middle. */
const RETURNED = 0;
export const UNFINISHED = 1;
export const DETACHED = 2;
export const CUT = 3;

const UNFINISHED_TEXT = '<unfinished ...>';
const DETACHED_TEXT = '<detached ...>';

const SPACE = 32;
const CLOSE = 41;
const EQUALS = 61;
const LESS = 60;
const GREATER = 62;

/** The end of a call's line, read backwards: result, error, duration. The fields hold the last line's; no allocation. */
export class CallTail {
  form = CUT;
  /** Where the text of the arguments ends: at the parenthesis that closes them, or where the line breaks off. */
  argumentsEnd = 0;
  /** Clipped to 32 bits; a negative error number; 0 for a pointer, a flag word, and where nothing was returned. */
  result = 0;
  /** The duration that `-T` gives, microseconds; 0 without. */
  durationUs = 0;

  /** Reads the end of a line whose arguments begin at `start`. */
  read(bytes: Buffer, start: number, lineEnd: number): void {
    let end = lineEnd;
    while (end > start && bytes[end - 1]! <= SPACE) end--;
    this.result = 0;
    this.durationUs = 0;
    this.form = CUT;
    this.argumentsEnd = end;
    if (end > start && bytes[end - 1] === GREATER) {
      if (this.suspended(bytes, start, end)) return;
      end = this.duration(bytes, start, end);
    }
    this.returned(bytes, start, end);
  }

  private suspended(bytes: Buffer, start: number, end: number): boolean {
    if (bytes[end - 2] !== 46) return false;
    if (endsWith(bytes, start, end, UNFINISHED_TEXT)) {
      this.form = UNFINISHED;
      this.argumentsEnd = end - UNFINISHED_TEXT.length;
    } else if (endsWith(bytes, start, end, DETACHED_TEXT)) {
      this.form = DETACHED;
      this.argumentsEnd = end - DETACHED_TEXT.length;
    } else {
      return false;
    }
    if (this.argumentsEnd > start && bytes[this.argumentsEnd - 1] === SPACE) this.argumentsEnd--;
    return true;
  }

  /** Reads `<0.053926>` before `end`; where it begins, or `end` where there is none. */
  private duration(bytes: Buffer, start: number, end: number): number {
    let at = end - 2;
    let us = 0;
    let unit = 1;
    let digits = 0;
    while (at > start && isDigit(bytes[at]!) && digits < 10) {
      us += (bytes[at]! - 48) * unit;
      unit *= 10;
      digits++;
      at--;
    }
    if (digits === 0) return end;
    if (bytes[at] === 46) {
      us *= 1_000_000 / unit;
      unit = 1_000_000;
      at--;
      digits = 0;
      while (at > start && isDigit(bytes[at]!) && digits < 9) {
        us += (bytes[at]! - 48) * unit;
        unit *= 10;
        digits++;
        at--;
      }
    } else {
      us *= 1_000_000;
    }
    if (bytes[at] !== LESS || at <= start || bytes[at - 1] !== SPACE) return end;
    this.durationUs = Math.round(us);
    return at - 1;
  }

  /** Finds the last `) = ` before `end`, where strace pads the equals sign to a column, and reads what follows. */
  private returned(bytes: Buffer, start: number, end: number): void {
    for (let at = end - 2; at > start; at--) {
      if (bytes[at] !== EQUALS || bytes[at + 1] !== SPACE || bytes[at - 1] !== SPACE) continue;
      let close = at - 1;
      while (close > start && bytes[close] === SPACE) close--;
      if (bytes[close] !== CLOSE) continue;
      if (!this.value(bytes, at + 2, end)) continue;
      this.form = RETURNED;
      this.argumentsEnd = close;
      return;
    }
  }

  private value(bytes: Buffer, start: number, end: number): boolean {
    if (start >= end) return false;
    const first = bytes[start]!;
    if (first === 63) {
      this.result = -errorNumber(bytes, start + 2, end);
      return true;
    }
    const negative = first === 45;
    let at = negative ? start + 1 : start;
    if (at >= end || !isDigit(bytes[at]!)) return false;
    if (!negative && first === 48 && bytes[at + 1] === 120 && at + 1 < end) {
      this.result = 0;
      return true;
    }
    const base = bytes[at] === 48 ? 8 : 10;
    let value = 0;
    while (at < end && isDigit(bytes[at]!)) {
      if (value < 4_294_967_296) value = value * base + bytes[at]! - 48;
      at++;
    }
    if (!negative) {
      this.result = Math.min(value, 2_147_483_647);
    } else {
      this.result = value === 1 ? -errorOf(bytes, at, end) : -Math.min(value, 2_147_483_648);
    }
    return true;
  }
}

/** The error that follows `-1`: ` ENOENT (…)` or ` (errno 524)`; 1 where neither does. */
function errorOf(bytes: Buffer, start: number, end: number): number {
  if (start + 1 >= end) return 1;
  if (bytes[start + 1] === 69) return errorNumber(bytes, start + 1, end) || 1;
  if (!matches(bytes, start + 1, end, '(errno ')) return 1;
  let value = 0;
  for (let at = start + 8; at < end && isDigit(bytes[at]!) && value < 10_000; at++)
    value = value * 10 + bytes[at]! - 48;
  return value || 1;
}

function endsWith(bytes: Uint8Array, start: number, end: number, text: string): boolean {
  return end - start >= text.length && matches(bytes, end - text.length, end, text);
}
