import { CALL_NUMBERS } from '@plimsoll/contracts';

/**
 * Two fixed random 32-bit numbers for each call. A bag's key is the pair of sums over its calls (order does not matter,
 * and a sliding bag costs one addition and one subtraction), an n-gram's the pair of polynomials (order matters).
 * Two keys of 32 bits make 64: with a million bags learned, the probability that an unseen one is taken for a known one is
 * under 10^-13 a look-up by both, and under 2^-32 by the first look (`KeyTable.tags`). The numbers never change: profiles and states do not hold keys, but results must repeat.
 *
 * Source: the sum as a hash of multisets is from Clarke et al. 2003; the polynomial from Karp and Rabin 1987.
 */
export const HASH_A = randomNumbers(0x9e3779b9);
export const HASH_B = randomNumbers(0x85ebca6b);

/** Odd multipliers of the two polynomials. */
export const FACTOR_A = 0x2c1b3c6d;
export const FACTOR_B = 0x297a2d39;

function randomNumbers(seed: number): Int32Array {
  const numbers = new Int32Array(CALL_NUMBERS);
  let state = seed;
  for (let i = 0; i < numbers.length; i++) {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    numbers[i] = t ^ (t >>> 14);
  }
  return numbers;
}

/** `factor` to the power of `exponent`, in 32 bits. */
export function power(factor: number, exponent: number): number {
  let result = 1;
  for (let i = 0; i < exponent; i++) result = Math.imul(result, factor);
  return result;
}
