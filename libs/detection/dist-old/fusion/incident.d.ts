import type { AttackPath, Level } from '@plimsoll/contracts';
import { type Sum } from './aggregate.js';
import { type CoverageByMinute } from './coverage.js';
import type { FusionConfig } from './fusion-config.js';
import type { Group, GroupKind } from './grouping.js';
import { type FusedEvidence } from './signal.js';
/**
 * `anomalous`: the level fired. `weak`: nothing over its own threshold, but near it. `normal`: it judged and found
 * nothing. `insufficient`, `gap`, `warming`: it could not judge. `absent`: nobody reported for it.
 */
export type LevelState = 'anomalous' | 'weak' | 'normal' | 'insufficient' | 'gap' | 'warming' | 'absent';
/** What one level says of an incident. */
export interface LevelReport {
    readonly level: Level;
    readonly state: LevelState;
    /** Chance of this in a benign time as long, the windows that were judged normal counted in; 1 where it is silent. */
    readonly pValue: number;
    /** The strongest single verdict. */
    readonly minP: number;
    readonly maxScore: number;
    readonly anomalous: number;
    /** Windows that it judged in the incident's minutes. */
    readonly judged: number;
    /** `detector@profile version`. */
    readonly profiles: readonly string[];
}
export interface FindingReport {
    readonly level: Level;
    readonly detector: string;
    readonly finding: string;
    readonly count: number;
    readonly firstUs: number;
    readonly lastUs: number;
    readonly minP: number;
}
/** One incident of an application, as far as it is known. */
export interface Incident {
    readonly id: string;
    readonly application: string;
    readonly kind: GroupKind;
    readonly path: AttackPath;
    readonly firstUs: number;
    readonly lastUs: number;
    /** 1 informational … 6 fatal. */
    readonly severity: number;
    /** What was seen to happen; where nothing was, the severity is an estimate. */
    readonly impact: {
        readonly seen: boolean;
        readonly columns: readonly string[];
    };
    /** 1 low, 2 medium, 3 high. */
    readonly confidence: 1 | 2 | 3;
    /** Combined over the levels that judged, allowing for dependence. */
    readonly pValue: number;
    readonly verdicts: number;
    readonly anomalous: number;
    readonly levels: readonly LevelReport[];
    readonly findings: readonly FindingReport[];
    readonly workloads: readonly string[];
    readonly containers: readonly string[];
    readonly principals: readonly string[];
    readonly cwe: readonly string[];
    readonly techniques: readonly string[];
    /** The strongest, findings taking turns, so that a frequent one does not crowd out a rare one. */
    readonly evidence: readonly FusedEvidence[];
}
/** The incident that a group of atoms makes: a function of the group and of what is known of who watched. */
export declare function incidentOf(application: string, group: Group, coverage: CoverageByMinute, config: FusionConfig): Incident;
export declare function sumOf(group: Pick<Group, 'carries' | 'atoms'>, config: FusionConfig): Sum;
//# sourceMappingURL=incident.d.ts.map