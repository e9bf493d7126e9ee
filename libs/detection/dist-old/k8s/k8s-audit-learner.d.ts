import { type K8sAuditEvent, type LogGap, type ProfileFile, type Where } from '@plimsoll/contracts';
import type { Learner } from '../detector.js';
/**
 * Learns a cluster's audit events: who asks what, where, with which answer; then scores benign events that it did not
 * learn, for the calibration. Memory is bounded by the limits of its tables, and one state a user while calibrating.
 */
export declare class K8sAuditLearner implements Learner<K8sAuditEvent | LogGap> {
    #private;
    constructor(of: Pick<Where, 'application' | 'workload'>);
    learn(input: K8sAuditEvent | LogGap): void;
    calibrate(input: K8sAuditEvent | LogGap): void;
    finish(): ProfileFile;
}
//# sourceMappingURL=k8s-audit-learner.d.ts.map