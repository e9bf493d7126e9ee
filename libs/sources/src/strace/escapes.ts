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

/** Where a string is decoded, before what it came to is copied; grown to the longest that was asked for. */
let scratch = new Uint8Array(65_536);

/**
 * The bytes that strace's string from `start` on stands for (`\n`, `\"`, `\0` to `\377`, `\x23`), at most `limit`, and
 * where it ends: at its closing quote, or at `end`.
 */
export function decodeString(
  bytes: Uint8Array,
  start: number,
  end: number,
  limit: number,
): { readonly data: Uint8Array; readonly close: number } {
  const most = Math.min(limit, end - start);
  if (scratch.length < most) scratch = new Uint8Array(most);
  const out = scratch;
  let length = 0;
  let at = start;
  while (at < end && length < most) {
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
  return { data: out.slice(0, length), close: stringEnd(bytes, at, end) };
}

/** Where the string ends that `start` is within: at its closing quote, or at `end`. */
export function stringEnd(bytes: Uint8Array, start: number, end: number): number {
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
