/**
 * Two fixed random 32-bit numbers for each call. A bag's key is the pair of sums over its calls (order does not matter,
 * and a sliding bag costs one addition and one subtraction), an n-gram's the pair of polynomials (order matters).
 * Two keys of 32 bits make 64: with a million bags learned, the chance that an unseen one is taken for a known one is
 * under 10^-13 a look-up. The numbers never change: profiles and states do not hold keys, but results must repeat.
 *
 * Source: the sum as a hash of multisets is from Clarke et al. 2003; the polynomial from Karp and Rabin 1987.
 */
export declare const HASH_A: Int32Array<ArrayBufferLike>;
export declare const HASH_B: Int32Array<ArrayBufferLike>;
/** Odd multipliers of the two polynomials. */
export declare const FACTOR_A = 739982445;
export declare const FACTOR_B = 695872825;
/** `factor` to the power of `exponent`, in 32 bits. */
export declare function power(factor: number, exponent: number): number;
//# sourceMappingURL=call-hash.d.ts.map