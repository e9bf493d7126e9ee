import { indexWithin, isDigit, skipSpaces } from '../bytes/byte-search.js';

const DAY_US = 86_400_000_000;
const HOUR_US = 3_600_000_000;
/** A clock of fewer seconds is no time since 1970 but `-r`'s time since the line before. */
const RELATIVE_BELOW_S = 100_000_000;
/** Linux has no larger thread id (PID_MAX_LIMIT); a larger first number is a time. */
const MAX_THREAD = 4_194_304;

const TAB = 9;
const SPACE = 32;
const DOT = 46;
const COLON = 58;
const BRACKET = 91;
const CLOSE_BRACKET = 93;
const LESS = 60;
const GREATER = 62;
/** A process's name is at most 15 bytes, each escaped in at most four. */
const MAX_NAME_BYTES = 64;

/**
 * What stands before a line's call: `[pid 28561] `, `28561 `, either with the process's name (`28561<sh>`), a time of
 * `-ttt`, `-tt`, `-t` or `-r`, and the brackets of `-n` and `-i`, or nothing.
 * The fields hold the last line's head. Two numbers remembered, no allocation.
 */
export class LineHead {
  /** 0 where the line names no thread. */
  thread = 0;
  /** The line's own time in microseconds; of `-t` and `-tt` since the first day's midnight. Undefined times keep the last. */
  timeUs = 0;
  /** The thread stood in brackets, as strace writes it on its standard error. */
  prefixed = false;
  /** The line had a time. */
  timed = false;
  /** Where what follows the head begins. */
  next = 0;

  private suspectUs = Number.NaN;
  private dayUs = 0;
  private started = false;

  /** Reads the head of `bytes[start, end)`. False where it is malformed beyond doubt: brackets that hold no thread. */
  read(bytes: Buffer, start: number, end: number): boolean {
    this.thread = 0;
    this.prefixed = false;
    this.timed = false;
    let at = skipSpaces(bytes, start, end);
    if (bytes[at] === BRACKET && at < end && bytes[at + 1] === 112) {
      at = this.bracketed(bytes, at, end);
      if (at < 0) return false;
      at = skipSpaces(bytes, at, end);
    }
    at = this.numbers(bytes, at, end);
    // `-n` writes the call's number and `-i` the instruction pointer before the name.
    while (bytes[at] === BRACKET && at < end) {
      at = afterHex(bytes, at + 1, end);
      if (at < 0) return false;
    }
    this.next = at;
    return true;
  }

  private bracketed(bytes: Buffer, start: number, end: number): number {
    if (end - start < 7 || bytes[start + 1] !== 112 || bytes[start + 2] !== 105 || bytes[start + 3] !== 100) return -1;
    let at = skipSpaces(bytes, start + 4, end);
    let value = 0;
    const first = at;
    while (at < end && isDigit(bytes[at]!) && value <= MAX_THREAD) value = value * 10 + bytes[at++]! - 48;
    if (bytes[at] === LESS) at = afterName(bytes, at, end);
    if (at === first || value > MAX_THREAD || bytes[at] !== CLOSE_BRACKET || at >= end) return -1;
    this.thread = value;
    this.prefixed = true;
    return at + 1;
  }

  /** A thread id and a time, either, or neither. */
  private numbers(bytes: Buffer, start: number, end: number): number {
    let at = start;
    for (let token = 0; token < 2; token++) {
      const first = at;
      let value = 0;
      while (at < end && isDigit(bytes[at]!)) value = value * 10 + bytes[at++]! - 48;
      if (at === first || at - first > 12) return first;
      if (bytes[at] === LESS && this.thread === 0) at = afterName(bytes, at, end);
      const after = at < end ? bytes[at]! : 0;
      if (after === DOT) return this.clock(value, bytes, at, end);
      if (after === COLON) return this.timeOfDay(value, bytes, at, end, first);
      if (after !== SPACE && after !== TAB) return first;
      if (value > MAX_THREAD) return this.clock(value, bytes, at, end);
      if (this.thread !== 0) return first;
      this.thread = value;
      at = skipSpaces(bytes, at, end);
    }
    return at;
  }

  private clock(seconds: number, bytes: Buffer, start: number, end: number): number {
    const fraction = this.fraction(bytes, start, end);
    const us = seconds * 1_000_000 + fraction;
    this.set(seconds < RELATIVE_BELOW_S ? this.timeUs + us : us);
    return this.afterTime(bytes, end);
  }

  private timeOfDay(hours: number, bytes: Buffer, start: number, end: number, first: number): number {
    if (end - start < 6 || bytes[start + 3] !== COLON || hours > 23) return first;
    const minutes = twoDigits(bytes, start + 1);
    const seconds = twoDigits(bytes, start + 4);
    if (minutes > 59 || seconds > 60) return first;
    let us = ((hours * 60 + minutes) * 60 + seconds) * 1_000_000 + this.fraction(bytes, start + 6, end) + this.dayUs;
    if (this.started && us < this.timeUs - DAY_US / 2) {
      this.dayUs += DAY_US;
      us += DAY_US;
    }
    this.set(us);
    return this.afterTime(bytes, end);
  }

  /** Microseconds of `.639990` at `start`, none where there is no dot; leaves `next` behind it. */
  private fraction(bytes: Buffer, start: number, end: number): number {
    let at = start;
    let us = 0;
    if (at < end && bytes[at] === DOT) {
      at++;
      let unit = 100_000;
      while (at < end && isDigit(bytes[at]!)) {
        us += (bytes[at++]! - 48) * unit;
        unit = unit > 1 ? unit / 10 : 0;
      }
    }
    this.next = at;
    return us;
  }

  /** `-r` beside another clock writes `(+     0.000021)`. */
  private afterTime(bytes: Buffer, end: number): number {
    const at = skipSpaces(bytes, this.next, end);
    if (bytes[at] !== 40 || bytes[at + 1] !== 43) return at;
    const close = indexWithin(bytes, 41, at, end);
    return close < 0 ? at : skipSpaces(bytes, close + 1, end);
  }

  /**
   * A time that runs ahead by more than an hour is believed when the next one agrees: one damaged digit must not
   * carry the stream's time into the future, from where it cannot return.
   */
  private set(us: number): void {
    if (this.started && us > this.timeUs + HOUR_US && !(Math.abs(us - this.suspectUs) <= HOUR_US)) {
      this.suspectUs = us;
      return;
    }
    this.suspectUs = Number.NaN;
    this.started = true;
    this.timed = true;
    this.timeUs = us;
  }
}

/** Behind the name of a process, `<sh>`, which `--decode-pids=comm` (`-Y`) writes after its id. */
function afterName(bytes: Buffer, start: number, end: number): number {
  const close = indexWithin(bytes, GREATER, start, Math.min(end, start + MAX_NAME_BYTES));
  return close < 0 ? start : close + 1;
}

/** Behind `00007f7a8c1d2e57] ` or `   0] `; -1 where it is neither. */
function afterHex(bytes: Buffer, start: number, end: number): number {
  let at = skipSpaces(bytes, start, end);
  while (at < end && isHex(bytes[at]!)) at++;
  return at < end && at > start && bytes[at] === CLOSE_BRACKET ? skipSpaces(bytes, at + 1, end) : -1;
}

function isHex(byte: number): boolean {
  return isDigit(byte) || (byte >= 97 && byte <= 102) || byte === 63;
}

function twoDigits(bytes: Buffer, at: number): number {
  const [tens, ones] = [bytes[at]!, bytes[at + 1]!];
  return isDigit(tens) && isDigit(ones) ? (tens - 48) * 10 + ones - 48 : 99;
}
