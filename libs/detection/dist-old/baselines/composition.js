import { CALL_NUMBERS } from '@plimsoll/contracts';
import { choleskyOf, distanceOf, spreadOf } from '../frequency/covariance.js';
import { windowsOf } from './baseline.js';
/** Shares of the calls that learning knows, and of all others, in the `lookBack` calls that end at `end`. */
function shares(trace, end, lookBack, known) {
    const from = Math.max(0, end - lookBack);
    const counts = new Uint32Array(CALL_NUMBERS);
    for (let i = from; i < end; i++)
        counts[trace[i]] = counts[trace[i]] + 1;
    const point = new Float64Array(known.length + 1);
    let others = end - from;
    known.forEach((call, i) => {
        point[i] = counts[call] / (end - from);
        others -= counts[call];
    });
    point[known.length] = others / (end - from);
    return point;
}
function knownCalls(traces) {
    return [...new Set(traces.flatMap((trace) => [...new Set(trace)]))].sort((one, other) => one - other);
}
/** Mahalanobis's distance of the shares in the last `lookBack` calls, plain (no transform), covariance shrunk. */
export function compositionDistance(lookBack) {
    return {
        name: `frequency, ${lookBack} calls, Mahalanobis`,
        fit(traces) {
            const known = knownCalls(traces);
            const points = traces.flatMap((trace) => windowsOf(trace, 1_000).map(([, to]) => shares(trace, to, lookBack, known)));
            const { mean, covariance } = spreadOf(points);
            const factor = choleskyOf(covariance, mean.length);
            return {
                windows: (trace, windowCalls) => windowsOf(trace, windowCalls).map(([, to]) => distanceOf(shares(trace, to, lookBack, known), mean, factor)),
            };
        },
    };
}
const TREES = 100;
const SAMPLE = 256;
/** Isolation forest (Liu, Ting and Zhou 2008) on the shares of a window: 100 trees of 256 windows, seeded. */
export function isolationForest(seed = 1) {
    return {
        name: 'isolation forest',
        fit(traces) {
            const known = knownCalls(traces);
            const points = traces.flatMap((trace) => windowsOf(trace, 1_000).map(([from, to]) => shares(trace, to, to - from, known)));
            const random = seeded(seed);
            const sample = Math.min(SAMPLE, points.length);
            const trees = Array.from({ length: TREES }, () => grow(drawn(points, sample, random), 0, Math.ceil(Math.log2(Math.max(sample, 2))), random));
            const expected = averagePath(sample);
            return {
                windows: (trace, windowCalls) => windowsOf(trace, windowCalls).map(([from, to]) => {
                    const point = shares(trace, to, to - from, known);
                    const mean = trees.reduce((sum, tree) => sum + depth(tree, point, 0), 0) / TREES;
                    return 2 ** (-mean / expected);
                }),
            };
        },
    };
}
function grow(points, level, limit, random) {
    if (level >= limit || points.length <= 1)
        return { size: points.length };
    const varying = [...points[0].keys()].filter((i) => points.some((point) => point[i] !== points[0][i]));
    if (varying.length === 0)
        return { size: points.length };
    const feature = varying[Math.floor(random() * varying.length)];
    const values = points.map((point) => point[feature]);
    const low = Math.min(...values);
    const at = low + random() * (Math.max(...values) - low);
    return {
        feature,
        at,
        low: grow(points.filter((point) => point[feature] < at), level + 1, limit, random),
        high: grow(points.filter((point) => point[feature] >= at), level + 1, limit, random),
    };
}
function depth(node, point, level) {
    if ('size' in node)
        return level + averagePath(node.size);
    return depth(point[node.feature] < node.at ? node.low : node.high, point, level + 1);
}
/** Mean path length of an unsuccessful search in a binary tree of `n`. */
function averagePath(n) {
    if (n <= 1)
        return 0;
    if (n === 2)
        return 1;
    return 2 * (Math.log(n - 1) + 0.5772156649) - (2 * (n - 1)) / n;
}
function drawn(from, count, random) {
    const rest = [...from];
    for (let i = 0; i < count; i++) {
        const j = i + Math.floor(random() * (rest.length - i));
        [rest[i], rest[j]] = [rest[j], rest[i]];
    }
    return rest.slice(0, count);
}
/** Deterministic uniform numbers (mulberry32). */
function seeded(seed) {
    let state = seed >>> 0;
    return () => {
        state = (state + 0x6d2b79f5) >>> 0;
        let t = Math.imul(state ^ (state >>> 15), 1 | state);
        t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
        return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
    };
}
//# sourceMappingURL=composition.js.map