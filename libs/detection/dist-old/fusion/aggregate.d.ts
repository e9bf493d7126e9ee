import type { Level } from '@plimsoll/contracts';
import { type Damage } from './damage.js';
import { type FusedEvidence, type Signal } from './signal.js';
/** What one level said, summed up. */
export interface LevelSum {
    count: number;
    anomalous: number;
    minP: number;
    /** Sum of `1/p` in whole numbers: the harmonic mean's, exact in any order. */
    reciprocals: number;
    maxScore: number;
    /** `detector@version`. */
    profiles: string[];
}
/** One kind of finding, summed up. */
export interface FindingSum {
    level: Level;
    detector: string;
    finding: string;
    count: number;
    firstUs: number;
    lastUs: number;
    minP: number;
    top: FusedEvidence[];
}
/**
 * What a number of signals come to. Adding a signal and merging two sums are commutative and associative, and every
 * list is bounded, so the sum depends on the set of signals alone, and its size does not depend on their number.
 */
export interface Sum {
    firstUs: number;
    lastUs: number;
    count: number;
    anomalous: number;
    damage: Damage;
    cwe: string[];
    techniques: string[];
    workloads: string[];
    containers: string[];
    principals: string[];
    levels: Partial<Record<Level, LevelSum>>;
    /** By `level|detector|finding`. */
    findings: Record<string, FindingSum>;
}
/** The name of findings beyond the limit. */
export declare const OTHER_FINDINGS = "*";
export declare function emptySum(): Sum;
export declare function addSignal(sum: Sum, signal: Signal, finding: string, evidencePerFinding: number): void;
/** Adds `other` to `sum`; `other` stays as it is. */
export declare function mergeSum(sum: Sum, other: Sum, evidencePerFinding: number): void;
/** The levels in the order in which everything names them. */
export declare const LEVELS: readonly Level[];
/** Gives every finding of the sum one name: what they are called once there are too many kinds of them. */
export declare function renameFindings(sum: Sum, finding: string, evidencePerFinding: number): Sum;
//# sourceMappingURL=aggregate.d.ts.map