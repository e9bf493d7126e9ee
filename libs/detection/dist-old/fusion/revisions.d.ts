import type { FusionConfig } from './fusion-config.js';
import type { FusionState } from './fusion-state.js';
import type { Group } from './grouping.js';
import { type Incident } from './incident.js';
import { type FusedEvidence } from './signal.js';
/** One published change of an incident. */
export interface IncidentChange {
    readonly kind: 'create' | 'update' | 'close';
    readonly incident: Incident;
    /** From 1, without gaps. */
    readonly revision: number;
    /** What this revision carries: what none carried before it, then the strongest of all. */
    readonly evidence: readonly FusedEvidence[];
    /** The incident that this one turned out to belong to; a close without it is a close by inactivity. */
    readonly mergedInto: string | undefined;
}
export interface RevisionContext {
    readonly state: FusionState;
    readonly application: string;
    readonly config: FusionConfig;
}
/**
 * The revisions of `group` that are due now: its creation; an update at once while there are few a minute, for a kind of
 * finding or a severity not told yet, or where `forced`; else when enough evidence has gathered or a minute has begun.
 */
export declare function publishDue(context: RevisionContext, group: Group, forced: boolean): IncidentChange[];
/** The last revisions of an incident to which nothing can be added: evidence not carried yet, then the close. */
export declare function publishFinal(context: RevisionContext, group: Group): IncidentChange[];
/** Closes an incident that has become part of `successor`. */
export declare function retire(context: RevisionContext, id: string, successor: Group | undefined): IncidentChange[];
/** Whether there is reason enough to publish: a level that fired, or weak signs that are strange together. */
export declare function qualifies(group: Group, config: FusionConfig): boolean;
export declare function evidenceKey({ verdict, event, timeUs, kind }: FusedEvidence): string;
//# sourceMappingURL=revisions.d.ts.map