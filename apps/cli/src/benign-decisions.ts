import { US_PER_MS } from '@plimsoll/contracts';
import type { AuditEntry, IncidentRecord } from '@plimsoll/incidents';
import type { IncidentSpan } from '@plimsoll/pipelines';

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

/**
 * When an incident was, as learning takes it. What came after somebody called it benign nobody has looked at: that part
 * is not. Times of recordings lie before any decision.
 */
export function spansOf(
  { id, alert, decisions: [latest] }: Pick<IncidentRecord, 'id' | 'alert' | 'decisions'>,
  benign: boolean,
): IncidentSpan[] {
  if (alert === undefined) return [];
  const span = {
    id,
    application: alert.unmapped.application,
    startUs: alert.start_time * US_PER_MS,
    endUs: (alert.end_time + 1) * US_PER_MS,
  };
  const decidedUs = (latest?.at_ms ?? 0) * US_PER_MS;
  if (!benign || decidedUs >= span.endUs) return [{ ...span, benign }];
  return [
    { ...span, endUs: Math.max(decidedUs, span.startUs), benign },
    { ...span, startUs: Math.max(decidedUs, span.startUs), benign: false },
  ];
}

function isBenign({ action, detail }: AuditEntry): boolean {
  return action === 'incident.status' && detail.startsWith('benign:');
}
