import { hash } from 'node:crypto';

/**
 * A stable identity: the first 128 bits of SHA-256 over the parts, in hex. The same parts give the same identity on
 * every run, which is what makes a replayed verdict or alert recognisable. A part's length goes in with it, so
 * `('ab', 'c')` and `('a', 'bc')` differ.
 */
export function identity(...parts: readonly (string | number)[]): string {
  let whole = '';
  for (const part of parts) {
    const text = String(part);
    // A number's digits are a byte each.
    whole += `${typeof part === 'number' ? text.length : Buffer.byteLength(text)}:${text}`;
  }
  return hash('sha256', whole).slice(0, 32);
}
