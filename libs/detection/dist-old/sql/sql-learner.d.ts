import { type LogGap, type ProfileFile, type SqlStatement, type Where } from '@plimsoll/contracts';
import type { Learner } from '../detector.js';
/** Learns what statements a workload's database is asked. Memory: the counts of `ChanceTable`, and one number a statement calibrated on. */
export declare class SqlLearner implements Learner<SqlStatement | LogGap> {
    #private;
    constructor({ application, workload }: Pick<Where, 'application' | 'workload'>);
    learn(input: SqlStatement | LogGap): void;
    calibrate(input: SqlStatement | LogGap): void;
    finish(): ProfileFile;
}
//# sourceMappingURL=sql-learner.d.ts.map