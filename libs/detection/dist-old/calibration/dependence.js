/**
 * How windows that follow each other share their alarms.
 *
 * A budget in alerts a day counts clusters, since consecutive alarms make one incident. The extremal index is the
 * reciprocal of a cluster's mean size: 1 where exceedances are independent, 0.2 where they come in fives.
 *
 * Source: Ferro and Segers 2003 (intervals estimator: no parameter to choose).
 */
export function extremalIndex(runs, threshold) {
    const gaps = [];
    for (const run of runs) {
        let last = -1;
        for (let i = 0; i < run.length; i++) {
            if (run[i] <= threshold)
                continue;
            if (last >= 0)
                gaps.push(i - last);
            last = i;
        }
    }
    // Two or three intervals make no estimate; independence is the cautious answer, as it lowers the threshold for p.
    if (gaps.length < 5)
        return 1;
    const long = gaps.some((gap) => gap > 2);
    let sum = 0;
    let squares = 0;
    for (const gap of gaps) {
        sum += long ? gap - 1 : gap;
        squares += long ? (gap - 1) * (gap - 2) : gap * gap;
    }
    if (squares <= 0)
        return 1;
    return Math.min(1, Math.max((2 * sum * sum) / (gaps.length * squares), 1 / MAX_CLUSTER));
}
const MAX_CLUSTER = 50;
/**
 * The maximum of each block of `size` consecutive scores of a run, the last block included however short: scores whose
 * dependence is mostly gone, at the price of `size` times fewer of them (Gumbel 1958).
 */
export function blockMaxima(run, size) {
    const maxima = [];
    for (let start = 0; start < run.length; start += size) {
        let max = -Infinity;
        for (let i = start; i < Math.min(start + size, run.length); i++)
            max = Math.max(max, run[i]);
        maxima.push(max);
    }
    return maxima;
}
//# sourceMappingURL=dependence.js.map