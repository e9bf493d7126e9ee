import { parseIsoTime, US_PER_SECOND, type TimeUs } from '@plimsoll/contracts';

const DAY_US = 86_400 * US_PER_SECOND;
const DOT = 46;
const COLON = 58;

/** Nanoseconds in at least this many digits are a time since the epoch, not a short span. */
const EPOCH_NS_DIGITS = 16;

/**
 * Reads the times that capture tools print. Nanoseconds lie beyond a number's exact integers, so digits are read as
 * they stand and the last three left out. A time of day has no date: days are counted on when it jumps back.
 */
export class CallTime {
  #lastOfDayUs = 0;
  #days = 0;

  /** `1659087941552081087` (ns), `1411600345.632450573` (s), `10:09:01.552081087`, RFC 3339; undefined for anything else. */
  read(bytes: Buffer, start: number, end: number): TimeUs | undefined {
    if (end <= start || end - start > 40) return undefined;
    let at = start;
    let whole = 0;
    let before = 0;
    for (; at < end && isDigit(bytes[at]!); at++) {
      if (at - start >= 3) before = before * 10 + bytes[at - 3]! - 48;
      whole = whole * 10 + bytes[at]! - 48;
    }
    const digits = at - start;
    if (digits === 0) return undefined;
    if (at === end) {
      if (digits >= EPOCH_NS_DIGITS) return digits > 19 ? undefined : before;
      return whole * US_PER_SECOND;
    }
    if (bytes[at] === DOT && digits <= 11) {
      const us = fractionUs(bytes, at + 1, end);
      return us === undefined ? undefined : whole * US_PER_SECOND + us;
    }
    if (bytes[at] === COLON && digits <= 2) return this.#ofDay(bytes, start, end);
    return parseIsoTime(isoForm(bytes.toString('latin1', start, end)));
  }

  #ofDay(bytes: Buffer, start: number, end: number): TimeUs | undefined {
    let us = 0;
    let at = start;
    for (let part = 0; part < 3; part++) {
      let value = 0;
      const from = at;
      for (; at < end && isDigit(bytes[at]!) && at - from < 2; at++) value = value * 10 + bytes[at]! - 48;
      if (at === from || value > 60) return undefined;
      us = us * 60 + value;
      if (part < 2 && bytes[at++] !== COLON) return undefined;
    }
    us *= US_PER_SECOND;
    if (at < end) {
      const fraction = bytes[at] === DOT ? fractionUs(bytes, at + 1, end) : undefined;
      if (fraction === undefined) return undefined;
      us += fraction;
    }
    if (us + DAY_US / 2 < this.#lastOfDayUs) this.#days++;
    this.#lastOfDayUs = us;
    return this.#days * DAY_US + us;
  }
}

function fractionUs(bytes: Buffer, start: number, end: number): number | undefined {
  let us = 0;
  for (let i = 0; i < 6; i++) {
    const digit = start + i < end ? bytes[start + i]! : 48;
    if (!isDigit(digit)) return undefined;
    us = us * 10 + digit - 48;
  }
  for (let at = start + 6; at < end; at++) if (!isDigit(bytes[at]!)) return undefined;
  return us;
}

/** `2022-07-29 09:45:41.552081087` and `…+0000`, as RFC 3339 has it. */
function isoForm(text: string): string {
  const zoned = /(?:Z|[+-]\d{2}:?\d{2})$/.test(text) ? text : `${text}Z`;
  return zoned.replace(/([+-]\d{2})(\d{2})$/, '$1:$2').replace(/(\.\d{9})\d+/, '$1');
}

function isDigit(byte: number): boolean {
  return byte >= 48 && byte <= 57;
}
