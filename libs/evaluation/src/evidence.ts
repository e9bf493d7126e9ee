import { Alert, decodeJson, type Level, type TimeUs, type Verdict } from '@plimsoll/contracts';
import type { LogRecord } from '@plimsoll/streaming';

import type { AlertEvidence } from './action-scoring.js';
import type { NamedEvent } from './request-scoring.js';

/** Levels whose evidence is a window of calls rather than one event. */
const OF_WINDOWS: ReadonlySet<Level> = new Set<Level>(['sequence', 'frequency']);

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
  const { alerts, last, survivor } = incidentsOf(records);
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

/** What a test episode's run gave, as far as evidence is told by it. */
interface Run {
  readonly alerts: readonly LogRecord[];
  readonly verdicts: readonly Verdict[];
  readonly preciseUs: ReadonlyMap<string, TimeUs>;
}

/** Every event and window that published incidents name, once by incident. */
export function namedByAlerts({ alerts: records, verdicts, preciseUs }: Run): NamedEvent[] {
  const { alerts, last, survivor } = incidentsOf(records);
  const endsUs = new Map(verdicts.map(({ id, window }) => [id, window.endUs]));
  const named = new Map<string, NamedEvent>();
  for (const { finding_info, evidences } of alerts) {
    const incident = survivor(finding_info.uid);
    const { path } = last.get(incident)!.unmapped;
    for (const { data } of evidences) {
      const window = OF_WINDOWS.has(data.level);
      const id = window ? data.verdict : data.event;
      const timeUs = (window ? endsUs : preciseUs).get(id) ?? data.time_us;
      const saidUs = Math.max(timeUs, endsUs.get(data.verdict) ?? timeUs);
      named.set(`${incident} ${id}`, { id, timeUs, saidUs, window, incident, path });
    }
  }
  return [...named.values()];
}

/** The events and windows that one level's anomalous verdicts point at, each verdict as an incident of its own. */
export function namedByVerdicts(
  { verdicts, preciseUs }: Pick<Run, 'verdicts' | 'preciseUs'>,
  level: Level,
): NamedEvent[] {
  return verdicts
    .filter((verdict) => verdict.level === level && verdict.state === 'anomalous')
    .flatMap(({ id, window: { endUs }, evidence, path }): NamedEvent[] => {
      if (OF_WINDOWS.has(level) || evidence.length === 0) {
        return [{ id, timeUs: endUs, saidUs: endUs, window: true, incident: id, path }];
      }
      return evidence.map((item) => {
        const timeUs = preciseUs.get(item.event) ?? item.timeUs;
        return { id: item.event, timeUs, saidUs: Math.max(timeUs, endUs), window: false, incident: id, path };
      });
    });
}

/** The alerts of a run, each incident's last one, and the incident that one was merged into in the end. */
function incidentsOf(records: readonly LogRecord[]): {
  readonly alerts: readonly Alert[];
  readonly last: ReadonlyMap<string, Alert>;
  readonly survivor: (uid: string) => string;
} {
  const alerts = records.map((record) => decodeJson(Alert, record.value, 'an alert'));
  const last = new Map(alerts.map((alert) => [alert.finding_info.uid, alert]));
  const survivor = (uid: string): string => {
    const into = last.get(uid)?.unmapped.merged_into;
    return into === undefined || into === uid || !last.has(into) ? uid : survivor(into);
  };
  return { alerts, last, survivor };
}
