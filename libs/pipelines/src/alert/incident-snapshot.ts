import {
  encodeJson,
  MAX_SNAPSHOT_DECISIONS,
  MAX_SNAPSHOT_EVIDENCE,
  TOPICS,
  type AlertEvidence,
  type IncidentSnapshot,
} from '@plimsoll/contracts';
import type { IncidentRecord } from '@plimsoll/incidents';
import type { OutgoingRecord } from '@plimsoll/streaming';

/** What is to be kept of an incident beyond the life of `alerts`; undefined while nothing but a decision is known. */
export function snapshotOf({ alert, evidence, decisions }: IncidentRecord): IncidentSnapshot | undefined {
  if (alert === undefined) return undefined;
  return {
    schema: 1,
    alert,
    evidence: [...evidence].sort(compareStrength).slice(0, MAX_SNAPSHOT_EVIDENCE),
    decisions: decisions.slice(0, MAX_SNAPSHOT_DECISIONS),
  };
}

/** The snapshot as a record of `incidents`. */
export function snapshotRecord(id: string, snapshot: IncidentSnapshot): OutgoingRecord {
  return { topic: TOPICS.incidents.name, key: id, value: encodeJson(snapshot) };
}

function compareStrength(a: AlertEvidence, b: AlertEvidence): number {
  return a.data.p_value - b.data.p_value || b.data.score - a.data.score || (a.uid < b.uid ? -1 : 1);
}
