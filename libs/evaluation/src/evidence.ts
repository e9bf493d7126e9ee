import { Alert, decodeJson, type Verdict } from '@plimsoll/contracts';
import type { LogRecord } from '@plimsoll/streaming';

import type { AlertEvidence } from './action-scoring.js';

/** The evidence of anomalous verdicts: events by their own time, a window without any by its end. */
export function verdictEvidence(verdicts: readonly Verdict[]): AlertEvidence[] {
  return verdicts.filter((verdict) => verdict.state === 'anomalous').flatMap(evidenceTimes);
}

/** What one verdict points at. */
export function evidenceTimes({ evidence, window, path, severity, impact, id }: Verdict): AlertEvidence[] {
  const times = evidence.length > 0 ? evidence.map(({ timeUs }) => timeUs) : [window.endUs];
  return times.map((timeUs) => ({ timeUs, path, severity, estimated: impact === undefined, incident: id }));
}

/**
 * The evidence that published alerts show, over every revision, each observation once. Path and severity are the incident's last
 * ones; what a merged incident showed counts for the one it was merged into.
 */
export function alertEvidence(records: readonly LogRecord[]): AlertEvidence[] {
  const alerts = records.map((record) => decodeJson(Alert, record.value, 'an alert'));
  const last = new Map(alerts.map((alert) => [alert.finding_info.uid, alert]));
  const survivor = (uid: string): string => {
    const into = last.get(uid)?.unmapped.merged_into;
    return into === undefined || into === uid || !last.has(into) ? uid : survivor(into);
  };
  const seen = new Map<string, AlertEvidence>();
  for (const { finding_info, evidences } of alerts) {
    const incident = survivor(finding_info.uid);
    const { severity_id, unmapped } = last.get(incident)!;
    for (const { uid, data } of evidences) {
      seen.set(`${incident} ${uid} ${data.verdict}`, {
        timeUs: data.time_us,
        path: unmapped.path,
        severity: severity_id,
        estimated: !unmapped.impact.seen,
        incident,
      });
    }
  }
  return [...seen.values()];
}
