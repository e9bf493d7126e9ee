const QUOTE = 34;
const BACKSLASH = 92;
const UPPER_X = 120;

/** What a letter behind a backslash stands for; 0 where it stands for itself. */
const LETTERS = new Uint8Array(256);
for (const [letter, byte] of [
  ['n', 10],
  ['t', 9],
  ['r', 13],
  ['f', 12],
  ['v', 11],
  ['b', 8],
  ['a', 7],
  ['e', 27],
] as const) {
  LETTERS[letter.charCodeAt(0)] = byte;
}

/**
 * strace's strings as the bytes that they stand for, one behind the other in one buffer that is used again and again: what
 * `view` lends is good until the next `begin`.
 */
export class DecodedStrings {
  /** Bytes since `begin`. */
  length = 0;
  /** Where the last string ends: at its closing quote, or at the end of what was looked at. */
  close = 0;
  private out = new Uint8Array(65_536);

  /** `close` is `start` until a string is taken in. */
  begin(start = 0): void {
    this.length = 0;
    this.close = start;
  }

  view(): Uint8Array {
    return this.out.subarray(0, this.length);
  }

  /** Takes in the string from `start` on (`\n`, `\"`, `\0` to `\377`, `\x23`), at most `limit` bytes of it. */
  add(bytes: Uint8Array, start: number, end: number, limit: number): void {
    const stop = this.length + Math.min(limit, end - start);
    if (this.out.length < stop) this.grow(stop);
    const { out } = this;
    let { length } = this;
    let at = start;
    while (at < end && length < stop) {
      const byte = bytes[at]!;
      if (byte === QUOTE) break;
      at++;
      if (byte !== BACKSLASH || at >= end) {
        out[length++] = byte;
        continue;
      }
      const next = bytes[at++]!;
      if (next >= 48 && next <= 55) {
        let value = next - 48;
        for (let digits = 1; digits < 3 && at < end && isOctal(bytes[at]!); digits++)
          value = value * 8 + bytes[at++]! - 48;
        out[length++] = value;
      } else if (next === UPPER_X) {
        let value = 0;
        for (let digits = 0; digits < 2 && at < end && hexValue(bytes[at]!) >= 0; digits++) {
          value = value * 16 + hexValue(bytes[at++]!);
        }
        out[length++] = value;
      } else {
        out[length++] = LETTERS[next]! || next;
      }
    }
    this.length = length;
    this.close = stringEnd(bytes, at, end);
  }

  private grow(least: number): void {
    const larger = new Uint8Array(least * 2);
    larger.set(this.out.subarray(0, this.length));
    this.out = larger;
  }
}

/** Where the string ends that `start` is within: at its closing quote, or at `end`. */
function stringEnd(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH ? 2 : 1;
  return Math.min(at, end);
}

function isOctal(byte: number): boolean {
  return byte >= 48 && byte <= 55;
}

function hexValue(byte: number): number {
  if (byte >= 48 && byte <= 57) return byte - 48;
  if (byte >= 97 && byte <= 102) return byte - 87;
  return byte >= 65 && byte <= 70 ? byte - 55 : -1;
}
