import { type AttackPath } from '@plimsoll/contracts';
import type { Atom } from './atom.js';
import type { CoverageByMinute } from './coverage.js';
import type { Families } from './families.js';
import type { Carry, Group } from './grouping.js';
/** What has been published of an incident that nothing says is over. */
export interface Published {
    revision: number;
    /**
     * Stream time when it was found to belong to another incident, and closed; undefined while it is open. Kept for a
     * while: a verdict on its way may bring it back, and its revisions then go on.
     */
    retiredUs?: number | undefined;
    severity: number;
    /** Kinds of finding that revisions have told, as far as a new one is worth a revision at once. */
    told: string[];
    /** Minute of stream time in which revisions are counted, and how many it has had. */
    minute: number;
    used: number;
    readonly path: AttackPath;
}
/** What fusion counts; the pipeline reports it. */
export interface FusionCounts {
    accepted: number;
    duplicates: number;
    late: number;
    /** Signals that joined a neighbouring bucket because there were too many buckets. */
    crowded: number;
    superseded: number;
}
/** What one application's fusion remembers. */
export interface FusionState {
    /** The newest event time that a verdict or coverage has shown. */
    streamUs: number;
    atoms: Map<string, Atom>;
    carries: Map<string, Carry>;
    families: Families;
    coverage: CoverageByMinute;
    published: Map<string, Published>;
    counts: FusionCounts;
    /** Follows from atoms and carries; computed anew where it is undefined. */
    groups: Map<string, Group> | undefined;
}
export declare function emptyFusionState(): FusionState;
export declare function encodeFusionState(state: FusionState): Uint8Array;
/** Throws `unknown-version` on a state of a release that this one does not know. */
export declare function decodeFusionState(bytes: Uint8Array): FusionState;
//# sourceMappingURL=fusion-state.d.ts.map