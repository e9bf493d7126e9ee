/** Unseen bags or n-grams of each size per thousand calls; a window shorter than `rateCalls` counts as that long. */
export function unseenRates(tally, options) {
    const calls = Math.max(tally.kept, options.rateCalls);
    return Array.from(tally.unseen, (unseen) => (unseen * 1_000) / calls);
}
/**
 * What all sizes agree on: the least, over the sizes, of the unseen rate in units of the mean rate of benign windows
 * that hold any. 0 is a window in which some size knows everything; 1 is as strange as benign novelty usually is; there
 * is no upper end at which it saturates before every call is unseen.
 *
 * One size alone is easily impressed. Long bags are by a cold start, where known steps come in an order never seen
 * (caches fill, code is compiled), for thousands of calls on end; short bags are by one odd call. An attack brings new
 * steps in new surroundings, and no size is at ease.
 */
export function agreement(rates, units) {
    let least = Infinity;
    for (let i = 0; i < rates.length; i++)
        least = Math.min(least, rates[i] / units[i]);
    return least;
}
/**
 * The mean of each size's rates over the windows in which it is not zero; at least what one new step amounts to, which
 * is in as many bags as they are long. Where calibration held nothing new at all, that is all there is to go by.
 */
export function noveltyUnits(windows, sizes, options) {
    return sizes.map((size, i) => {
        const positive = windows.map((rates) => rates[i]).filter((rate) => rate > 0);
        const mean = positive.reduce((sum, rate) => sum + rate, 0) / Math.max(positive.length, 1);
        return Math.max(mean, (size * 1_000) / options.windowCalls);
    });
}
//# sourceMappingURL=agreement.js.map