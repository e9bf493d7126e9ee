import { type ProfileFile, type SyscallBatch, type Where } from '@plimsoll/contracts';
import type { FoldLearner } from '../calibration/cross-calibration.js';
import { type SequenceOptions } from './options.js';
/** Learns the order of a workload's calls. Memory: the distinct runs (`Trails`) and 200 bytes a calibrated window. */
export declare class SequenceLearner implements FoldLearner<SyscallBatch> {
    #private;
    constructor(of: Pick<Where, 'application' | 'workload'>, options?: Partial<SequenceOptions>);
    learn(batch: SyscallBatch): void;
    calibrate(batch: SyscallBatch): void;
    /** Takes over what another learner of the same options calibrated: one fold of a cross-calibration. */
    adoptCalibration(from: this): void;
    finish(): ProfileFile;
}
/** A learner for one workload. */
export declare function sequenceLearner(options?: Partial<SequenceOptions>): (of: Pick<Where, "application" | "workload">) => SequenceLearner;
//# sourceMappingURL=sequence-learner.d.ts.map