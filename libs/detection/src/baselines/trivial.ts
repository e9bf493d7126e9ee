import { type Baseline, windowsOf } from './baseline.js';

/** Always alarms: its threshold, the highest calibration score, is never reached by benign windows of score 0. */
export const ALWAYS: Baseline = constant('always', Infinity);
export const NEVER: Baseline = constant('never', 0);

function constant(name: string, score: number): Baseline {
  return {
    name,
    fit: () => ({ windows: (trace, windowCalls) => windowsOf(trace, windowCalls).map(() => score) }),
  };
}

/** The calls of a window: a threshold on volume where a trace has no times, one window a trace. */
export const VOLUME: Baseline = {
  name: 'number of calls',
  fit: () => ({ windows: (trace, windowCalls) => windowsOf(trace, windowCalls).map(([from, to]) => to - from) }),
};

/** Accepted connections in a window: what a threshold on the rate of events can do where a trace has no times. */
export function eventRate(acceptCalls: readonly number[]): Baseline {
  return {
    name: 'event rate (connections a window)',
    fit: () => ({
      windows: (trace, windowCalls) =>
        windowsOf(trace, windowCalls).map(([from, to]) => {
          let accepted = 0;
          for (let i = from; i < to; i++) if (acceptCalls.includes(trace[i]!)) accepted += 1;
          return (accepted * windowCalls) / (to - from);
        }),
    }),
  };
}
