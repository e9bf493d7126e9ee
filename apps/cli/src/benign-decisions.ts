import type { AuditEntry, IncidentRecord } from '@plimsoll/incidents';

/** What is known of an incident that a person may have called benign. */
type Decided = Pick<IncidentRecord, 'id' | 'status' | 'decisions'>;

/**
 * Whether an incident is called benign, and by somebody whom the audit trail shows deciding so. Whoever may write to the
 * topic of alerts can write a decision; only the interface, which asks for a role, writes the trail. What is learned from
 * must not hang on the first alone.
 */
export function benignBy(trail: readonly AuditEntry[]): (incident: Decided) => 'no' | 'yes' | 'untrailed' {
  const decided = new Set(trail.filter(isBenign).map(({ target, by }) => JSON.stringify([target, by])));
  return ({ id, status, decisions: [latest] }) => {
    if (status !== 'benign') return 'no';
    return decided.has(JSON.stringify([id, latest?.by])) ? 'yes' : 'untrailed';
  };
}

function isBenign({ action, detail }: AuditEntry): boolean {
  return action === 'incident.status' && detail.startsWith('benign:');
}
