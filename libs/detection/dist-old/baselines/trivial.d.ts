import { type Baseline } from './baseline.js';
/** Always alarms: its threshold, the highest calibration score, is never reached by benign windows of score 0. */
export declare const ALWAYS: Baseline;
export declare const NEVER: Baseline;
/** Accepted connections in a window: what a threshold on the rate of events can do where a trace has no times. */
export declare function eventRate(acceptCalls: readonly number[]): Baseline;
//# sourceMappingURL=trivial.d.ts.map