import { ACTIVITIES, Alert, decodeJson, isoTime } from '@plimsoll/contracts';
import type { LogRecord } from '@plimsoll/streaming';
import pc from 'picocolors';

/** Evidence shown of each incident; the rest is in the alert itself. */
const SHOWN_EVIDENCE = 3;

/** The last alert of each incident, those merged into others left out, in the order in which they were first seen. */
export function finalFindings(records: readonly LogRecord[]): Alert[] {
  const last = new Map<string, Alert>();
  for (const record of records) {
    const alert = decodeJson(Alert, record.value, 'an alert');
    last.set(alert.finding_info.uid, alert);
  }
  return [...last.values()]
    .filter((alert) => alert.unmapped.merged_into === undefined)
    .sort((a, b) => a.start_time - b.start_time);
}

/** Incidents as a person reads them: what, where, how sure, which levels, and why. */
export function incidentReport(alerts: readonly Alert[]): string {
  if (alerts.length === 0) return 'No incident.';
  return alerts.map(describeIncident).join('\n\n');
}

/** What became of an incident: all of it when it is new, one line for each change and its end. */
export function describeChange(alert: Alert): string {
  if (alert.activity_id === ACTIVITIES.create) return `New: ${describeIncident(alert)}\n`;
  const { finding_info, unmapped, count, status_detail } = alert;
  const what = `${plain(finding_info.title)}  ${pc.dim(finding_info.uid)}`;
  if (alert.activity_id === ACTIVITIES.update) {
    return `Update: ${what}, severity ${alert.severity_id}, ${count} verdicts, until ${isoTime(alert.end_time * 1000)}`;
  }
  const why = unmapped.merged_into === undefined ? '' : `: ${plain(status_detail ?? '')}`;
  return `${unmapped.merged_into === undefined ? 'Over' : 'Merged'}: ${what}${why}`;
}

/** One incident, several lines. */
export function describeIncident(alert: Alert): string {
  const { unmapped, finding_info, evidences } = alert;
  const levels = unmapped.levels.map(({ level, state }) => `${level} ${state}`).join(', ');
  const about = `severity ${alert.severity_id} (${alert.severity}${impactOf(alert)}), confidence ${alert.confidence.toLowerCase()}, p ${unmapped.p_value.toExponential(1)}`;
  const techniques = finding_info.attacks.flatMap(
    ({ technique, sub_technique }) => sub_technique?.uid ?? technique?.uid ?? [],
  );
  return [
    `${pc.bold(plain(finding_info.title))}  ${pc.dim(finding_info.uid)}`,
    `  ${about}`,
    `  ${isoTime(alert.start_time * 1000)} to ${isoTime(alert.end_time * 1000)}, ${alert.count} verdict${alert.count === 1 ? '' : 's'}`,
    `  on ${listed(unmapped.workloads)}; containers ${listed(alert.resources.map(({ uid }) => uid))}`,
    ...(unmapped.principals.length > 0 ? [`  by ${listed(unmapped.principals)}`] : []),
    `  levels: ${levels}${techniques.length > 0 ? `; ATT&CK ${techniques.join(', ')}` : ''}`,
    ...decisionLines(alert),
    ...evidences
      .slice(0, SHOWN_EVIDENCE)
      .flatMap(({ data }) => [
        `  - ${data.time} ${plain(data.workload)}, ${plain(data.finding)}: ${plain(data.observed)}`,
        `    ${pc.dim(`normal: ${plain(data.expected)}`)}`,
      ]),
    ...(evidences.length > SHOWN_EVIDENCE ? [`  … and ${evidences.length - SHOWN_EVIDENCE} more observations`] : []),
  ].join('\n');
}

/** What the severity stands for: the columns that were written, or that it is an estimate. */
function impactOf({ unmapped: { impact } }: Alert): string {
  if (!impact.seen) return ', an estimate';
  return impact.columns.length === 0 ? '' : `: wrote ${plain(impact.columns.join(', '))}`;
}

/** Names shown of a list before the rest is counted. */
const SHOWN_NAMES = 4;

function listed(names: readonly string[]): string {
  const more = names.length > SHOWN_NAMES ? ` and ${names.length - SHOWN_NAMES} more` : '';
  return `${names.slice(0, SHOWN_NAMES).map(plain).join(', ')}${more}`;
}

/** What somebody decided, where the record tells a decision; and why an incident is over. */
function decisionLines({ unmapped, status_detail, comment }: Alert): string[] {
  if (status_detail === undefined) return [];
  const note = unmapped.decision === undefined ? '' : (comment ?? '');
  return [`  ${plain(status_detail)}${note === '' ? '' : `: ${plain(note)}`}`];
}

/** What attackers wrote is shown without what a terminal would obey. */
export function plain(text: string): string {
  const visible = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '·');
  return visible.length > 240 ? `${visible.slice(0, 239)}…` : visible;
}
