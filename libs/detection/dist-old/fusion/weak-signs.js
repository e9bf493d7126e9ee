import { LEVELS } from './aggregate.js';
import { MINUTE_US } from './coverage.js';
const MINUTES_PER_DAY = 1_440;
/** The combined p-value at which signs too weak for each level alone make an incident: one test a minute. */
export function weakThreshold(config) {
    return (config.falseAlertsPerDay * config.weakShare) / MINUTES_PER_DAY;
}
/**
 * Whether the atoms of one incident, none of them anomalous in itself, are strange together within one minute: the
 * harmonic mean of their p-values, over as many windows as the levels judge in a minute (the others counted as
 * entirely ordinary), reaches the threshold. It can only become true as signals are added, never false again.
 */
export function strangeTogether(atoms, config) {
    const minutes = new Map();
    for (const { bucket, sum } of atoms) {
        const minute = Math.floor((bucket * config.bucketUs) / MINUTE_US);
        const sums = minutes.get(minute);
        if (sums === undefined)
            minutes.set(minute, [sum]);
        else
            sums.push(sum);
    }
    for (const sums of minutes.values())
        if (minuteP(sums, config) <= weakThreshold(config))
            return true;
    return false;
}
function minuteP(sums, config) {
    let strength = 0;
    for (const level of LEVELS) {
        let reciprocals = 0;
        for (const sum of sums)
            reciprocals += sum.levels[level]?.reciprocals ?? 0;
        strength += Math.max(1, reciprocals / config.windowsPerMinute[level]);
    }
    return LEVELS.length / strength;
}
/** The budget of each level and of weak signs together, so that their sum is what the user allows. */
export function budgetShares(falseAlertsPerDay, levels, weakShare) {
    const weak = falseAlertsPerDay * weakShare;
    return { perLevel: (falseAlertsPerDay - weak) / Math.max(1, levels), weak };
}
//# sourceMappingURL=weak-signs.js.map