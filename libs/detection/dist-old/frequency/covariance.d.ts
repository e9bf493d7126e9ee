/** Where benign points lie and how they spread: `covariance` is the lower triangle, row by row. */
export interface Spread {
    readonly mean: Float64Array;
    readonly covariance: Float64Array;
}
/**
 * Mean and covariance of `points`, the covariance drawn towards a multiple of the identity by as much as makes its
 * expected error least (Ledoit and Wolf 2004): with fewer windows than features the plain estimate has no inverse.
 * Cost: points · features².
 */
export declare function spreadOf(points: readonly Float64Array[]): Spread;
export declare function triangle(size: number): number;
/** Cholesky's factor of a covariance, lower triangle; throws `bad-profile` where it is not positive definite. */
export declare function choleskyOf(covariance: ArrayLike<number>, size: number): Float64Array;
/** Mahalanobis's distance of `point` from the mean (Mahalanobis 1936); 0 is the mean, and benign ones are about √features. */
export declare function distanceOf(point: Float64Array, mean: ArrayLike<number>, factor: Float64Array): number;
//# sourceMappingURL=covariance.d.ts.map