import type { Decision, IncidentRecord } from './incident-record.js';

/** Who opens an incident again that has outgrown what a person closed. */
const REOPENED_BY = 'plimsoll';

export function closes({ status }: Pick<Decision, 'status'>): boolean {
  return status === 'resolved' || status === 'benign';
}

/**
 * The decision that opens an incident again: it is more severe now than when a person closed it, and nobody has closed
 * that. Undefined where it stays as it is. A function of the record alone, so that a store that is built again comes to
 * the same.
 */
export function reopeningDecision({ alert, decisions, state }: IncidentRecord): Decision | undefined {
  const [decision] = decisions;
  if (alert === undefined || decision === undefined || state === 'merged' || !closes(decision)) return undefined;
  const { severity_id: severity } = alert;
  // Decisions from before their severity was kept stand.
  if (decision.severity === undefined || severity <= decision.severity) return undefined;
  return {
    status: 'new',
    by: REOPENED_BY,
    at_ms: Math.max(decision.at_ms, alert.end_time),
    note: `severity ${severity} now; ${decision.status} by ${decision.by} at severity ${decision.severity}`,
    ...(decision.assignee === undefined ? {} : { assignee: decision.assignee }),
    severity,
    sequence: decision.sequence + 1,
  };
}
