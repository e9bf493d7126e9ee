import { US_PER_SECOND } from '@plimsoll/contracts';
import { keepSmallest } from './bounded.js';
export const MINUTE_US = 60 * US_PER_SECOND;
const MAX_IDS = 1_024;
/** Three levels for half a day; the oldest go first. */
export const MAX_COVERAGE_MINUTES = 2_160;
/** Counts a coverage record, or a verdict that judged nothing remarkable. Answers whether it was new. */
export function addCoverage(coverage, message) {
    const minute = Math.floor(message.window.endUs / MINUTE_US);
    const key = `${message.level}|${minute}`;
    let at = coverage.get(key);
    if (at === undefined) {
        at = { level: message.level, minute, ids: [], windows: {} };
        coverage.set(key, at);
    }
    if (at.ids.includes(message.id))
        return false;
    keepSmallest(at.ids, message.id, MAX_IDS);
    const windows = message.type === 'coverage' ? message.windows : { [message.state]: 1 };
    for (const state of STATES) {
        const count = windows[state] ?? 0;
        if (count > 0)
            at.windows[state] = (at.windows[state] ?? 0) + count;
    }
    return true;
}
/** Windows of a level from the minute of `firstUs` to the one after that of `lastUs`. */
export function coverageOf(coverage, level, firstUs, lastUs) {
    const total = { normal: 0, anomalous: 0, warming: 0, insufficient: 0, gap: 0 };
    const last = Math.floor(lastUs / MINUTE_US) + 1;
    for (let minute = Math.floor(firstUs / MINUTE_US); minute <= last; minute++) {
        const windows = coverage.get(`${level}|${minute}`)?.windows;
        if (windows === undefined)
            continue;
        for (const state of STATES)
            total[state] += windows[state] ?? 0;
    }
    return total;
}
/** Forgets minutes before `untilUs`, and the oldest beyond the limit. */
export function pruneCoverage(coverage, untilUs) {
    const before = Math.floor(untilUs / MINUTE_US);
    for (const [key, { minute }] of coverage)
        if (minute < before)
            coverage.delete(key);
    if (coverage.size <= MAX_COVERAGE_MINUTES)
        return;
    const byAge = [...coverage.entries()].sort(([, a], [, b]) => a.minute - b.minute);
    for (const [key] of byAge.slice(0, coverage.size - MAX_COVERAGE_MINUTES))
        coverage.delete(key);
}
const STATES = ['normal', 'anomalous', 'warming', 'insufficient', 'gap'];
//# sourceMappingURL=coverage.js.map