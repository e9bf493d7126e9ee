import type { AttackPath, Evidence, Level, Verdict } from '@plimsoll/contracts';
import type { FusionConfig } from './fusion-config.js';
/** An observation as an incident keeps it: with the verdict that it came from. */
export interface FusedEvidence extends Evidence {
    readonly verdict: string;
    readonly level: Level;
    readonly detector: string;
    readonly finding: string;
    readonly workload: string;
    readonly container: string;
    readonly profileVersion: string;
    /** The verdict's own p-value and severity. */
    readonly pValue: number;
    readonly severity: number;
    /** Who or what it concerns: `user:…`, `session:…`, `credential:…`. */
    readonly principal: string;
}
/** What fusion takes from one verdict. */
export interface Signal {
    readonly id: string;
    readonly path: AttackPath;
    readonly finding: string;
    readonly level: Level;
    readonly detector: string;
    readonly workload: string;
    readonly container: string;
    readonly profile: string;
    /** Who acted, as far as the verdict says: empty where it does not. */
    readonly principal: string;
    /** Identities that other levels may share: request, connection, thread of a container. */
    readonly links: readonly string[];
    /** When: the time of the strongest evidence, at most `lookbackUs` before the window's end. */
    readonly timeUs: number;
    /** `[fromUs, toUs]`: what of the window and its evidence may overlap with other levels. */
    readonly fromUs: number;
    readonly toUs: number;
    readonly pValue: number;
    readonly score: number;
    readonly anomalous: boolean;
    readonly severity: number;
    readonly impact: Verdict['impact'];
    readonly cwe: readonly string[];
    readonly techniques: readonly string[];
    /** The strongest first. */
    readonly evidence: readonly FusedEvidence[];
}
/** The signal in a verdict, or undefined where the verdict says nothing: not judged, or neither anomalous nor weak. */
export declare function signalOf(verdict: Verdict, config: FusionConfig): Signal | undefined;
/** The order of evidences: the most surprising verdict first, then the strongest observation, then time and identity. */
export declare function compareEvidence(a: FusedEvidence, b: FusedEvidence): number;
//# sourceMappingURL=signal.d.ts.map