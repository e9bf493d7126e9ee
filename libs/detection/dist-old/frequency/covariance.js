import { PlimsollError } from '@plimsoll/contracts';
/** Least variance of a feature: under a tenth of a percent of a share nothing is strange. */
const VARIANCE_FLOOR = 1e-6;
/**
 * Mean and covariance of `points`, the covariance drawn towards a multiple of the identity by as much as makes its
 * expected error least (Ledoit and Wolf 2004): with fewer windows than features the plain estimate has no inverse.
 * Cost: points · features².
 */
export function spreadOf(points) {
    const n = points.length;
    const size = points[0]?.length ?? 0;
    if (n === 0 || size === 0)
        throw new PlimsollError('empty-source', 'frequency: no benign window to learn from');
    const mean = new Float64Array(size);
    for (const point of points)
        for (let i = 0; i < size; i++)
            mean[i] = mean[i] + point[i] / n;
    const covariance = new Float64Array(triangle(size));
    let fourth = 0;
    const centred = new Float64Array(size);
    for (const point of points) {
        let squares = 0;
        for (let i = 0; i < size; i++) {
            centred[i] = point[i] - mean[i];
            squares += centred[i] * centred[i];
        }
        fourth += (squares * squares) / n;
        for (let i = 0, at = 0; i < size; i++) {
            for (let j = 0; j <= i; j++, at++)
                covariance[at] = covariance[at] + (centred[i] * centred[j]) / n;
        }
    }
    shrink(covariance, size, n, fourth);
    return { mean, covariance };
}
function shrink(covariance, size, n, fourth) {
    let trace = 0;
    let squares = 0;
    for (let i = 0, at = 0; i < size; i++) {
        for (let j = 0; j <= i; j++, at++) {
            const value = covariance[at];
            squares += (i === j ? 1 : 2) * value * value;
            if (i === j)
                trace += value;
        }
    }
    const average = trace / size;
    const distance = squares - average * average * size;
    const error = Math.min(Math.max((fourth - squares) / n, 0), distance);
    const towards = distance > 0 ? error / distance : 1;
    for (let i = 0, at = 0; i < size; i++) {
        for (let j = 0; j <= i; j++, at++) {
            covariance[at] = covariance[at] * (1 - towards) + (i === j ? Math.max(towards * average, VARIANCE_FLOOR) : 0);
        }
    }
}
export function triangle(size) {
    return (size * (size + 1)) / 2;
}
/** Cholesky's factor of a covariance, lower triangle; throws `bad-profile` where it is not positive definite. */
export function choleskyOf(covariance, size) {
    const factor = new Float64Array(triangle(size));
    for (let i = 0; i < size; i++) {
        const row = triangle(i);
        for (let j = 0; j <= i; j++) {
            const other = triangle(j);
            let rest = covariance[row + j];
            for (let k = 0; k < j; k++)
                rest -= factor[row + k] * factor[other + k];
            if (i === j && !(rest > 0))
                throw new PlimsollError('bad-profile', 'frequency: a covariance that is none');
            factor[row + j] = i === j ? Math.sqrt(rest) : rest / factor[other + j];
        }
    }
    return factor;
}
/** Mahalanobis's distance of `point` from the mean (Mahalanobis 1936); 0 is the mean, and benign ones are about √features. */
export function distanceOf(point, mean, factor) {
    const solved = new Float64Array(point.length);
    let squares = 0;
    for (let i = 0; i < point.length; i++) {
        const row = triangle(i);
        let rest = point[i] - mean[i];
        for (let k = 0; k < i; k++)
            rest -= factor[row + k] * solved[k];
        solved[i] = rest / factor[row + i];
        squares += solved[i] * solved[i];
    }
    return Math.sqrt(squares);
}
//# sourceMappingURL=covariance.js.map