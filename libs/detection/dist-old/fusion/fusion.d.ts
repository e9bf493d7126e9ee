import type { VerdictMessage } from '@plimsoll/contracts';
import type { FusionConfig } from './fusion-config.js';
import type { FusionState } from './fusion-state.js';
import { type Incident } from './incident.js';
import { type IncidentChange } from './revisions.js';
/** What one message led to. */
export interface FusionStep {
    readonly changes: readonly IncidentChange[];
    /** `late`: further behind the newest event time than `graceUs`; `duplicate`: the same verdict again. */
    readonly ignored: 'late' | 'duplicate' | undefined;
}
/**
 * Verdicts and coverage of one application in, changes of incidents out: a pure state machine in event time.
 *
 * The identity and the final state of an incident depend on the set of verdicts alone, in whatever order they come, as
 * long as none comes later than `graceUs` behind the newest; revisions on the way may differ. An incident is created
 * at once and closed when the stream has moved on by `gapUs` + `graceUs`; one that turns out to belong to another is
 * closed with a reference to it.
 *
 * Every anomalous verdict's strongest evidence stands in at least one published revision, at the latest when its
 * incident closes.
 *
 * State: bounded by `maxAtoms` buckets, each with at most `evidencePerFinding` evidences, the open incidents' sums, and
 * half a day of coverage counts. A message that meets a bucket it already knows costs a few look-ups; one that opens
 * a bucket costs a pass over all of them.
 */
export declare function fuse(state: FusionState, application: string, message: VerdictMessage, config: FusionConfig): FusionStep;
/** The published incidents that are still open, as they stand now, by identity. */
export declare function openIncidents(state: FusionState, application: string, config: FusionConfig): readonly Incident[];
//# sourceMappingURL=fusion.d.ts.map