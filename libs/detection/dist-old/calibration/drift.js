const BINS = 64;
/** The slopes of the three bets: none, mild and strong favour of small p-values. */
const SLOPES = [0, -1, -2];
/** Share of each stake that is laid out evenly again before a bet: how fast the martingale forgets the past. */
const JUMP = 0.01;
/** A histogram remembers about this many p-values. */
const MEMORY = 2_000;
/** p-values under this are attacks' business: they count as this much, so that one attack is no drift. */
const FLOOR = 0.005;
/** Odds of a thousand to one. */
const LOG10_AGEING = 3;
const DISTANCE_AGEING = 0.1;
/** A martingale that lost does not sink without bound: a change after a long calm is noticed as fast as at the start. */
const LOG_CAPITAL_FLOOR = -2;
export function startDrift() {
    return { count: 0, logCapital: 0, stakes: [1 / 3, 1 / 3, 1 / 3], bins: new Array(BINS).fill(0) };
}
/** Takes in the p-value of one judged window. Alters `state`. */
export function updateDrift(state, p) {
    const clipped = Math.min(Math.max(p, FLOOR), 1);
    let total = 0;
    for (let i = 0; i < SLOPES.length; i++) {
        const stake = (1 - JUMP) * state.stakes[i] + JUMP / SLOPES.length;
        state.stakes[i] = stake * (1 + SLOPES[i] * (clipped - 0.5));
        total += state.stakes[i];
    }
    for (let i = 0; i < SLOPES.length; i++)
        state.stakes[i] /= total;
    state.logCapital = Math.max(state.logCapital + Math.log(total), LOG_CAPITAL_FLOOR);
    state.count += 1;
    const keep = 1 - 1 / MEMORY;
    for (let i = 0; i < BINS; i++)
        state.bins[i] *= keep;
    const bin = Math.min(BINS - 1, Math.floor(clipped * BINS));
    state.bins[bin] = state.bins[bin] + 1;
}
export function driftReport(state) {
    const mass = state.bins.reduce((sum, count) => sum + count, 0);
    let seen = 0;
    let distance = 0;
    for (let i = 0; mass > 0 && i < BINS; i++) {
        seen += state.bins[i];
        distance = Math.max(distance, seen / mass - (i + 1) / BINS);
    }
    const log10Capital = state.logCapital / Math.LN10;
    return {
        count: state.count,
        log10Capital,
        distance,
        ageing: log10Capital >= LOG10_AGEING && distance >= DISTANCE_AGEING,
    };
}
//# sourceMappingURL=drift.js.map