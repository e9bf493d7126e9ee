import type { Decision, IncidentRecord } from './incident-record.js';
import { closes } from './reopened.js';
import type { IncidentStore } from './incident-store.js';

/** Longest chain of merged incidents that is followed. */
const MAX_STEPS = 16;
/** Absorbed incidents that are looked at of one. */
export const MAX_ABSORBED = 50;

/** The incident that `record` has become part of, at the end of the chain as far as it is known; itself where it stands. */
export async function standingFor(
  record: IncidentRecord,
  incidents: Pick<IncidentStore, 'get'>,
): Promise<IncidentRecord> {
  let standing = record;
  for (let step = 0; step < MAX_STEPS; step++) {
    const into = standing.state === 'merged' ? standing.alert?.unmapped.merged_into : undefined;
    const next = into === undefined ? undefined : await incidents.get(into);
    if (next?.alert === undefined) return standing;
    standing = next;
  }
  return standing;
}

/**
 * What a decision about an incident says of the one that it has become part of; undefined where it says nothing new.
 *
 * A decision about the successor itself stands, whatever was absorbed. Else the latest decision about anything absorbed
 * does, with note and assignee. It closes the successor only where that is of the same path and no more severe than what
 * the person saw: nobody has closed the rest, so that it is new again.
 */
export function inheritedDecision(absorbed: IncidentRecord, successor: IncidentRecord): Decision | undefined {
  const [decision] = absorbed.decisions;
  const [standing] = successor.decisions;
  if (decision === undefined || absorbed.alert === undefined || successor.alert === undefined) return undefined;
  if (standing !== undefined && (standing.about === undefined || standing.at_ms >= decision.at_ms)) return undefined;
  const seen =
    absorbed.alert.unmapped.path === successor.alert.unmapped.path &&
    successor.alert.severity_id <= (decision.severity ?? 0);
  return {
    ...decision,
    status: closes(decision) && !seen ? 'new' : decision.status,
    about: decision.about ?? absorbed.id,
    sequence: (standing?.sequence ?? 0) + 1,
  };
}
