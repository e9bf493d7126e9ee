import { type LogGap, type ProfileFile, type WebRequest, type Where } from '@plimsoll/contracts';
import type { Learner } from '../detector.js';
/** Learns how a workload is asked. Memory: the counts of `ChanceTable`, the sessions, and one number a request calibrated on. */
export declare class WebLearner implements Learner<WebRequest | LogGap> {
    #private;
    constructor({ application, workload }: Pick<Where, 'application' | 'workload'>);
    learn(input: WebRequest | LogGap): void;
    calibrate(input: WebRequest | LogGap): void;
    finish(): ProfileFile;
}
//# sourceMappingURL=web-learner.d.ts.map