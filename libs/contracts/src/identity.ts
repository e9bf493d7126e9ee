import { createHash } from 'node:crypto';

/**
 * A stable identity: the first 128 bits of SHA-256 over the parts, in hex. The same parts give the same identity on
 * every run, which is what makes a replayed verdict or alert recognisable. A part's length goes in with it, so
 * `('ab', 'c')` and `('a', 'bc')` differ.
 */
export function identity(...parts: readonly (string | number)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) {
    const text = String(part);
    hash.update(`${Buffer.byteLength(text)}:`).update(text);
  }
  return hash.digest('hex').slice(0, 32);
}
