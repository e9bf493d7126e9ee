import { PlimsollError } from '@plimsoll/contracts';

/** Where benign points lie and how they spread: `covariance` is the lower triangle, row by row. */
export interface Spread {
  readonly mean: Float64Array;
  readonly covariance: Float64Array;
}

/** Least variance of a feature: under a tenth of a percent of a share nothing is strange. */
const VARIANCE_FLOOR = 1e-6;

/**
 * Mean and covariance of `points`, the covariance drawn towards a multiple of the identity by as much as makes its
 * expected error least (Ledoit and Wolf 2004): with fewer windows than features the plain estimate has no inverse.
 * Cost: points · features².
 */
export function spreadOf(points: readonly Float64Array[]): Spread {
  const n = points.length;
  const size = points[0]?.length ?? 0;
  if (n === 0 || size === 0) throw new PlimsollError('empty-source', 'frequency: no benign window to learn from');
  const mean = new Float64Array(size);
  for (const point of points) for (let i = 0; i < size; i++) mean[i] = mean[i]! + point[i]! / n;
  const covariance = new Float64Array(triangle(size));
  let fourth = 0;
  const centred = new Float64Array(size);
  for (const point of points) {
    let squares = 0;
    for (let i = 0; i < size; i++) {
      centred[i] = point[i]! - mean[i]!;
      squares += centred[i]! * centred[i]!;
    }
    fourth += (squares * squares) / n;
    for (let i = 0, at = 0; i < size; i++) {
      for (let j = 0; j <= i; j++, at++) covariance[at] = covariance[at]! + (centred[i]! * centred[j]!) / n;
    }
  }
  shrink(covariance, size, n, fourth);
  return { mean, covariance };
}

function shrink(covariance: Float64Array, size: number, n: number, fourth: number): void {
  let trace = 0;
  let squares = 0;
  for (let i = 0, at = 0; i < size; i++) {
    for (let j = 0; j <= i; j++, at++) {
      const value = covariance[at]!;
      squares += (i === j ? 1 : 2) * value * value;
      if (i === j) trace += value;
    }
  }
  const average = trace / size;
  const distance = squares - average * average * size;
  const error = Math.min(Math.max((fourth - squares) / n, 0), distance);
  const towards = distance > 0 ? error / distance : 1;
  for (let i = 0, at = 0; i < size; i++) {
    for (let j = 0; j <= i; j++, at++) {
      covariance[at] = covariance[at]! * (1 - towards) + (i === j ? Math.max(towards * average, VARIANCE_FLOOR) : 0);
    }
  }
}

export function triangle(size: number): number {
  return (size * (size + 1)) / 2;
}

/** Cholesky's factor of a covariance, lower triangle; throws `bad-profile` where it is not positive definite. */
export function choleskyOf(covariance: ArrayLike<number>, size: number): Float64Array {
  const factor = new Float64Array(triangle(size));
  for (let i = 0; i < size; i++) {
    const row = triangle(i);
    for (let j = 0; j <= i; j++) {
      const other = triangle(j);
      let rest = covariance[row + j]!;
      for (let k = 0; k < j; k++) rest -= factor[row + k]! * factor[other + k]!;
      if (i === j && !(rest > 0)) throw new PlimsollError('bad-profile', 'frequency: a covariance that is none');
      factor[row + j] = i === j ? Math.sqrt(rest) : rest / factor[other + j]!;
    }
  }
  return factor;
}

/**
 * Mahalanobis's distance of `point` from the mean (Mahalanobis 1936); 0 is the mean, and benign ones are about √features.
 * Column by column: what one column takes from the rows below it is independent, so that they do not wait for each other.
 */
export function distanceOf(point: Float64Array, mean: ArrayLike<number>, factor: Float64Array): number {
  const size = point.length;
  const rest = new Float64Array(size);
  for (let i = 0; i < size; i++) rest[i] = point[i]! - mean[i]!;
  let squares = 0;
  for (let k = 0, diagonal = 0; k < size; k++, diagonal += k + 1) {
    const solved = rest[k]! / factor[diagonal]!;
    squares += solved * solved;
    if (solved === 0) continue;
    for (let i = k + 1, at = diagonal + k + 1; i < size; i++) {
      rest[i] = rest[i]! - factor[at]! * solved;
      at += i + 1;
    }
  }
  return Math.sqrt(squares);
}
