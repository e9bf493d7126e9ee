import { windowsOf } from './baseline.js';
/** Always alarms: its threshold, the highest calibration score, is never reached by benign windows of score 0. */
export const ALWAYS = constant('always', Infinity);
export const NEVER = constant('never', 0);
function constant(name, score) {
    return {
        name,
        fit: () => ({ windows: (trace, windowCalls) => windowsOf(trace, windowCalls).map(() => score) }),
    };
}
/** Accepted connections in a window: what a threshold on the rate of events can do where a trace has no times. */
export function eventRate(acceptCalls) {
    return {
        name: 'event rate (connections a window)',
        fit: () => ({
            windows: (trace, windowCalls) => windowsOf(trace, windowCalls).map(([from, to]) => {
                let accepted = 0;
                for (let i = from; i < to; i++)
                    if (acceptCalls.includes(trace[i]))
                        accepted += 1;
                return (accepted * windowCalls) / (to - from);
            }),
        }),
    };
}
//# sourceMappingURL=trivial.js.map