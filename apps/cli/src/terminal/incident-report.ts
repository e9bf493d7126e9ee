import { ACTIVITIES, Alert, decodeJson, isoTime, strongestRequest, type AlertEvidence } from '@plimsoll/contracts';
import type { LogRecord } from '@plimsoll/streaming';
import pc from 'picocolors';

/** Evidence shown of each incident; the rest is in the alert itself. */
const SHOWN_EVIDENCE = 3;
/** Observations shown of an update. */
const SHOWN_NEWS = 3;

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

/** Incidents of which is remembered what was told; the one longest unchanged goes first. */
const MAX_FOLLOWED = 1_024;

/**
 * Tells what becomes of incidents, message by message: all of it when one is new, then what each change adds to what was
 * told before, one line at its end.
 */
export class ChangeTeller {
  /** By incident: the evidence that was told, and the number of the last decision. */
  readonly #told = new Map<string, { readonly evidence: Set<string>; decision: number }>();

  /** Empty where it only repeats a decision, as the stream does after each update of what was decided about. */
  words(alert: Alert): string {
    const { finding_info, unmapped, count, status_detail } = alert;
    const { news, isNewDecision } = this.#news(alert);
    if (unmapped.decision !== undefined && !isNewDecision && news.length === 0) return '';
    if (alert.activity_id === ACTIVITIES.create) return `New: ${describeIncident(alert)}\n`;
    const what = `${plain(finding_info.title)}  ${pc.dim(finding_info.uid)}`;
    if (alert.activity_id === ACTIVITIES.update) {
      const raised = unmapped.raised_from === undefined ? '' : ` (was ${unmapped.raised_from})`;
      const state = `severity ${alert.severity_id}${raised}, ${count} verdicts, until ${isoTime(alert.end_time * 1000)}`;
      return [`Update: ${what}, ${state}`, ...newsLines(news)].join('\n');
    }
    // What somebody decided about goes on.
    if (unmapped.decision === undefined) this.#told.delete(finding_info.uid);
    return `${unmapped.merged_into === undefined ? 'Over' : 'Merged'}: ${what}: ${plain(status_detail ?? '')}`;
  }

  /** Evidence that no earlier message of the incident had, and whether the decision is new; from now on both are told. */
  #news({ finding_info: { uid }, evidences, unmapped: { decision } }: Alert): {
    news: readonly AlertEvidence[];
    isNewDecision: boolean;
  } {
    const told = this.#told.get(uid) ?? { evidence: new Set<string>(), decision: 0 };
    const news = evidences.filter((one) => !told.evidence.has(one.uid));
    for (const one of news) told.evidence.add(one.uid);
    const isNewDecision = decision !== undefined && decision.sequence > told.decision;
    if (isNewDecision) told.decision = decision.sequence;
    this.#told.delete(uid);
    this.#told.set(uid, told);
    if (this.#told.size > MAX_FOLLOWED) this.#told.delete(this.#told.keys().next().value!);
    return { news, isNewDecision };
  }
}

/** The same observation in several requests is one line. */
function newsLines(news: readonly AlertEvidence[]): string[] {
  const told = new Map<string, { first: AlertEvidence; times: number }>();
  for (const one of news) {
    const said = saidBy(one);
    const known = told.get(said);
    if (known === undefined) told.set(said, { first: one, times: 1 });
    else known.times += 1;
  }
  const firsts = [...told.values()].map(({ first }) => first);
  const lines = inTurns(firsts, SHOWN_NEWS).map((one) => {
    const { times } = told.get(saidBy(one))!;
    return `  + ${one.data.time} ${saidBy(one)}${times === 1 ? '' : ` (${times} times)`}`;
  });
  const more = firsts.length - lines.length;
  return more > 0 ? [...lines, `  … and ${more} more`] : lines;
}

function saidBy({ data }: AlertEvidence): string {
  return `${plain(data.workload)}, ${plain(data.finding)}: ${plain(data.observed)}`;
}

/** `count` of them as they stand: findings take turns, the strongest of each first, so that none crowds out another. */
function inTurns(evidences: readonly AlertEvidence[], count: number): AlertEvidence[] {
  const turns = new Map<string, number>();
  const ranked = [...evidences]
    .sort((a, b) => a.data.p_value - b.data.p_value)
    .map((one) => {
      const turn = turns.get(one.data.finding) ?? 0;
      turns.set(one.data.finding, turn + 1);
      return { one, turn };
    })
    .sort((a, b) => a.turn - b.turn);
  const chosen = new Set(ranked.slice(0, count).map(({ one }) => one));
  return evidences.filter((one) => chosen.has(one));
}

/**
 * The alert as it is shown where its source ended before it did: a run closes what is open then, which is no sign that
 * nothing came for minutes. `lastUs`: until when the source was read.
 */
export function asEnded(alert: Alert, lastUs: number): Alert {
  const isQuiet = alert.activity_id === ACTIVITIES.close && alert.unmapped.merged_into === undefined;
  if (!isQuiet || alert.time * 1000 <= lastUs) return alert;
  return { ...alert, status_detail: 'still open when watching ended' };
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
    ...requestLines(alert),
    `  levels: ${levels}${techniques.length > 0 ? `; ATT&CK ${techniques.join(', ')}` : ''}`,
    ...decisionLines(alert),
    ...inTurns(evidences, SHOWN_EVIDENCE).flatMap((one) => [
      `  - ${one.data.time} ${saidBy(one)}`,
      `    ${pc.dim(`normal: ${plain(one.data.expected)}`)}`,
    ]),
    ...(evidences.length > SHOWN_EVIDENCE ? [`  … and ${evidences.length - SHOWN_EVIDENCE} more observations`] : []),
  ].join('\n');
}

/** The page and the client of what told most. */
function requestLines({ evidences }: Alert): string[] {
  const asked = strongestRequest(evidences);
  if (asked === undefined) return [];
  const { method, path, parameter, status, address, account, user_agent: agent } = asked;
  const words = [
    `${method} ${path}`,
    ...(parameter === undefined ? [] : [`parameter ${parameter}`]),
    ...(status === undefined ? [] : [`answered ${status}`]),
    ...(address === undefined ? [] : [`from ${address}`]),
    ...(account === undefined ? [] : [`account ${account}`]),
    ...(agent === undefined ? [] : [`agent ${agent}`]),
  ];
  return [`  request: ${words.map(plain).join(', ')}`];
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
