import {
  activityOf,
  ALERT_TYPES,
  alertHeaders,
  encodeJson,
  identity,
  isoTime,
  messageRevision,
  statusOf,
  TOPICS,
  US_PER_MS,
  type Alert,
  type StatusId,
} from '@plimsoll/contracts';
import { MAX_INCIDENT_EVIDENCE, type Decision, type IncidentRecord } from '@plimsoll/incidents';
import type { OutgoingRecord } from '@plimsoll/streaming';

const STATUS_IDS: Readonly<Record<Decision['status'], StatusId>> = {
  new: 1,
  'in-progress': 2,
  // OCSF's Suppressed is 'reviewed, determined to be benign or a false positive'.
  benign: 3,
  resolved: 4,
};

/**
 * The finding that tells a person's decision: what fusion last said, with the decision's status and words. Fusion's own
 * revisions go on beside it, and neither changes what the other said. 'Benign' names verdicts and profiles, from which
 * learning takes what it shall know next time.
 */
export function decisionAlert(alert: Alert, decision: Decision): Alert {
  const { metadata, unmapped, ...rest } = alert;
  const merged = unmapped.merged_into !== undefined;
  const over = merged || decision.status === 'resolved' || decision.status === 'benign';
  const content = {
    ...rest,
    ...activityOf(over ? 'close' : 'update'),
    ...statusOf(STATUS_IDS[decision.status]),
    time: decision.at_ms,
    status_detail: `${decision.status} by ${decision.by}`,
    is_alert: false,
    comment: decision.note,
    unmapped: { ...unmapped, decision },
  };
  const uid = identity('decision', alert.finding_info.uid, JSON.stringify(content));
  return { ...content, metadata: { ...metadata, uid, sequence: revisionOf(alert, decision) } };
}

function revisionOf({ unmapped }: Alert, { sequence }: Decision): number {
  return messageRevision(unmapped.revision, sequence);
}

/** The decision as a record of `alerts`: as it is made, or told again with a later finding, which makes it an update. */
export function decisionRecord(alert: Alert, decision: Decision, as: 'status' | 'update' = 'status'): OutgoingRecord {
  const told = decisionAlert(alert, decision);
  const headers = alertHeaders({
    type: ALERT_TYPES[as],
    application: alert.unmapped.application,
    id: told.metadata.uid,
    time: isoTime(decision.at_ms * US_PER_MS),
    incident: alert.finding_info.uid,
    revision: revisionOf(alert, decision),
  });
  return { topic: TOPICS.alerts.name, key: alert.finding_info.uid, value: encodeJson(told), headers };
}

/** The findings from which a store that never saw the incident comes to the same record. */
export function findingsOf(record: Pick<IncidentRecord, 'alert' | 'evidence' | 'decisions'>): Alert[] {
  const { alert } = record;
  if (alert === undefined) return [];
  const evidences = record.evidence.slice(0, MAX_INCIDENT_EVIDENCE);
  return [{ ...alert, evidences }, ...record.decisions.map((decision) => decisionAlert(alert, decision))];
}
