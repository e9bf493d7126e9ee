import { type ProfileFile, type SyscallBatch, type Where } from '@plimsoll/contracts';
import type { FoldLearner } from '../calibration/cross-calibration.js';
import { type FrequencyOptions } from './options.js';
/** Learns what a workload's calls are made of. Memory: up to 4,096 windows of counts, sparse. */
export declare class FrequencyLearner implements FoldLearner<SyscallBatch> {
    #private;
    constructor(of: Pick<Where, 'application' | 'workload'>, options?: Partial<FrequencyOptions>);
    learn(batch: SyscallBatch): void;
    calibrate(batch: SyscallBatch): void;
    adoptCalibration(from: this): void;
    finish(): ProfileFile;
}
/** A learner for one workload. */
export declare function frequencyLearner(options?: Partial<FrequencyOptions>): (of: Pick<Where, "application" | "workload">) => FrequencyLearner;
//# sourceMappingURL=frequency-learner.d.ts.map