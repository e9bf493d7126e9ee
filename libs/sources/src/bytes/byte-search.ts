/** Where `word` (a byte, or latin1 text) begins in `bytes[start, end)`, or -1. Never looks beyond `end`. */
export function indexWithin(bytes: Buffer, word: number | string, start: number, end: number): number {
  if (start >= end) return -1;
  const at = bytes.subarray(start, end).indexOf(word, 0, 'latin1');
  return at < 0 ? -1 : start + at;
}

/** `bytes[start, end)` begins with `text`. */
export function matches(bytes: Uint8Array, start: number, end: number, text: string): boolean {
  if (end - start < text.length) return false;
  for (let i = 0; i < text.length; i++) if (bytes[start + i] !== text.charCodeAt(i)) return false;
  return true;
}

export function isDigit(byte: number): boolean {
  return byte >= 48 && byte <= 57;
}

/** The first of `bytes[start, end)` that is neither blank nor tab. */
export function skipSpaces(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && (bytes[at] === 32 || bytes[at] === 9)) at++;
  return at;
}
