import { Alert, decodeJson, type Verdict } from '@plimsoll/contracts';
import type { LogRecord } from '@plimsoll/streaming';

import type { AlertEvidence } from './action-scoring.js';

/** The evidence of anomalous verdicts: events by their own time, a window without any by its end. */
export function verdictEvidence(verdicts: readonly Verdict[]): AlertEvidence[] {
  return verdicts
    .filter((verdict) => verdict.state === 'anomalous')
    .flatMap(({ evidence, window, path, id }) =>
      (evidence.length > 0 ? evidence.map(({ timeUs }) => timeUs) : [window.endUs]).map((timeUs) => ({
        timeUs,
        path,
        incident: id,
      })),
    );
}

/**
 * The evidence that published alerts show, over every revision, each observation once. The path is the incident's last
 * one; what a merged incident showed counts for the one it was merged into.
 */
export function alertEvidence(records: readonly LogRecord[]): AlertEvidence[] {
  const alerts = records.map((record) => decodeJson(Alert, record.value, 'an alert'));
  const last = new Map(alerts.map((alert) => [alert.finding_info.uid, alert.unmapped]));
  const survivor = (uid: string): string => {
    const into = last.get(uid)?.merged_into;
    return into === undefined || into === uid || !last.has(into) ? uid : survivor(into);
  };
  const seen = new Map<string, AlertEvidence>();
  for (const { finding_info, evidences } of alerts) {
    const incident = survivor(finding_info.uid);
    const path = last.get(incident)!.path;
    for (const { uid, data } of evidences) {
      seen.set(`${incident} ${uid} ${data.verdict}`, { timeUs: data.time_us, path, incident });
    }
  }
  return [...seen.values()];
}
