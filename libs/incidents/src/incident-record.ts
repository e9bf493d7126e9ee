import type { Alert, AlertEvidence } from '@plimsoll/contracts';

/** Evidences that an incident keeps, the strongest. */
export const MAX_INCIDENT_EVIDENCE = 200;
/** Decisions that an incident keeps. */
export const MAX_DECISIONS = 50;

/** What a person decided about an incident. */
export type Decision = NonNullable<Alert['unmapped']['decision']>;

/** One incident with everything that is known of it. */
export interface IncidentRecord {
  readonly id: string;
  /** What fusion last said: its latest revision. Undefined while only a person's decision has arrived. */
  readonly alert: Alert | undefined;
  readonly state: 'open' | 'closed' | 'merged';
  readonly status: Decision['status'];
  readonly lastSeenMs: number;
  /** The strongest of all revisions, at most `MAX_INCIDENT_EVIDENCE`, by time. */
  readonly evidence: readonly AlertEvidence[];
  /** The latest first. */
  readonly decisions: readonly Decision[];
  /** Of its latest change, over all incidents of a store. */
  readonly sequence: number;
}

/** The record after `alert`, or the same object where it adds nothing. `sequence` is filled in by the store. */
export function withAlert(record: IncidentRecord | undefined, alert: Alert): IncidentRecord {
  const before = record ?? emptyRecord(alert);
  const { decision } = alert.unmapped;
  if (decision !== undefined) return withDecision(before, decision);
  const newer = before.alert === undefined || alert.unmapped.revision > before.alert.unmapped.revision;
  const evidence = withEvidence(before.evidence, alert.evidences);
  if (!newer && evidence === before.evidence) return before;
  const latest = newer ? alert : before.alert;
  return { ...before, alert: latest, evidence, state: stateOf(latest), lastSeenMs: latest.end_time };
}

function emptyRecord(alert: Alert): IncidentRecord {
  return {
    id: alert.finding_info.uid,
    alert: undefined,
    state: 'open',
    status: 'new',
    lastSeenMs: alert.end_time,
    evidence: [],
    decisions: [],
    sequence: 0,
  };
}

function stateOf(alert: Alert): IncidentRecord['state'] {
  if (alert.activity_id !== 3) return 'open';
  return alert.unmapped.merged_into === undefined ? 'closed' : 'merged';
}

function withDecision(record: IncidentRecord, decision: Decision): IncidentRecord {
  if (record.decisions.some((known) => compareDecisions(known, decision) === 0)) return record;
  const decisions = [...record.decisions, decision].sort(compareDecisions).slice(0, MAX_DECISIONS);
  return { ...record, decisions, status: decisions[0]!.status };
}

/** The latest first. Two of one number were made at the same time: the clock, then the name, decides. */
function compareDecisions(a: Decision, b: Decision): number {
  return b.sequence - a.sequence || b.at_ms - a.at_ms || (a.by < b.by ? -1 : a.by > b.by ? 1 : 0);
}

function withEvidence(known: readonly AlertEvidence[], more: readonly AlertEvidence[]): readonly AlertEvidence[] {
  const byUid = new Map(known.map((evidence) => [evidence.uid, evidence]));
  const before = byUid.size;
  for (const evidence of more) byUid.set(evidence.uid, byUid.get(evidence.uid) ?? evidence);
  if (byUid.size === before) return known;
  const kept = [...byUid.values()].sort(compareStrength).slice(0, MAX_INCIDENT_EVIDENCE);
  return kept.sort((a, b) => a.data.time_us - b.data.time_us || compareStrength(a, b));
}

function compareStrength(a: AlertEvidence, b: AlertEvidence): number {
  return a.data.p_value - b.data.p_value || b.data.score - a.data.score || (a.uid < b.uid ? -1 : a.uid > b.uid ? 1 : 0);
}
