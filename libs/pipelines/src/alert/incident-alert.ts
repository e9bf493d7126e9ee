import {
  activityOf,
  ALERT_TYPES,
  alertHeaders,
  attacksOf,
  confidenceOf,
  encodeJson,
  identity,
  isoTime,
  messageRevision,
  OCSF_VERSION,
  severityOf,
  statusOf,
  TOPICS,
  US_PER_MS,
  weaknessesOf,
  type Alert,
  type AlertEvidence,
  type Level,
  type RequestFacts,
} from '@plimsoll/contracts';
import type { FusedEvidence, Incident, IncidentChange, LevelReport } from '@plimsoll/detection';
import type { OutgoingRecord } from '@plimsoll/streaming';

import { cut, descriptionOf, levelWords, shortNumber, titleOf } from './incident-words.js';

/** Version of Plimsoll that alerts name. */
export const PRODUCT_VERSION = '0.1.0';

const ANALYSES: Readonly<Record<Level, { readonly type: string; readonly id: 2 | 3; readonly observation: string }>> = {
  sequence: { type: 'Behavioral', id: 2, observation: 'Sequence Analysis' },
  frequency: { type: 'Statistical', id: 3, observation: 'Frequency Analysis' },
  log: { type: 'Behavioral', id: 2, observation: 'Association Analysis' },
  process: { type: 'Behavioral', id: 2, observation: 'Process Analysis' },
};

/** Kinds of finding that an alert tells one by one. */
const MAX_FINDINGS = 32;

/**
 * A change of an incident as a record of `alerts`. Everything in it follows from the change: no clock, and the id is a
 * function of the content, so a change that is published again is the same to the byte.
 */
export function alertRecord(change: IncidentChange, closesAfterUs: number): OutgoingRecord {
  const alert = alertOf(change, closesAfterUs);
  const headers = alertHeaders({
    type: ALERT_TYPES[change.kind],
    application: change.incident.application,
    id: alert.metadata.uid,
    time: isoTime(alert.time * US_PER_MS),
    incident: change.incident.id,
    revision: messageRevision(change.revision),
  });
  return { topic: TOPICS.alerts.name, key: change.incident.id, value: encodeJson(alert), headers };
}

/** The Detection Finding of a change. A close by inactivity is timed `closesAfterUs` after the last observation. */
export function alertOf(change: IncidentChange, closesAfterUs: number): Alert {
  const { kind, incident, revision, evidence, mergedInto } = change;
  const inactive = kind === 'close' && mergedInto === undefined;
  const time = ms(incident.lastUs + (inactive ? closesAfterUs : 0));
  const title = titleOf(incident);
  const weaknesses = weaknessesOf(incident.path, incident.cwe);
  const content: Omit<Alert, 'metadata'> = {
    ...activityOf(kind),
    category_uid: 2,
    category_name: 'Findings',
    class_uid: 2004,
    class_name: 'Detection Finding',
    time,
    start_time: ms(incident.firstUs),
    end_time: ms(incident.lastUs),
    ...severityOf(incident.severity),
    ...statusAt(change),
    ...(kind === 'close' ? { status_detail: closeWords(mergedInto, closesAfterUs) } : {}),
    ...confidenceOf(incident.confidence),
    is_alert: kind !== 'close',
    count: incident.anomalous,
    message: title,
    finding_info: findingInfo(change, title, time),
    evidences: evidence.map(artifact),
    anomaly_analyses: incident.levels.map((level) => analysis(level, incident, evidence)),
    resources: incident.containers.map((uid) => ({
      uid,
      ...(incident.workloads.length === 1 ? { name: incident.workloads[0]! } : {}),
      type: 'container',
      role_id: 3,
      role: 'Affected',
    })),
    ...(weaknesses === undefined ? {} : { vulnerabilities: weaknesses }),
    unmapped: facts(change),
  };
  const uid = identity('alert', incident.id, revision, JSON.stringify(content));
  return { ...content, metadata: metadata(uid, incident, revision) };
}

/** A merged incident is put away: what it held goes on under another name. Else only the first message has a status. */
function statusAt({ kind, mergedInto }: IncidentChange): Pick<Alert, 'status_id' | 'status'> {
  if (mergedInto !== undefined) return statusOf(5);
  return kind === 'create' ? statusOf(1) : {};
}

function metadata(uid: string, incident: Incident, revision: number): Alert['metadata'] {
  return {
    version: OCSF_VERSION,
    uid,
    sequence: messageRevision(revision),
    correlation_uid: incident.id,
    labels: [`application:${incident.application}`, `path:${incident.path}`],
    product: {
      name: 'Plimsoll',
      vendor_name: 'Plimsoll',
      version: PRODUCT_VERSION,
      feature: { uid: 'fusion', name: 'alert-service' },
    },
  };
}

function findingInfo({ incident, mergedInto }: IncidentChange, title: string, time: number): Alert['finding_info'] {
  const { path, levels } = incident;
  return {
    uid: incident.id,
    title,
    desc: descriptionOf(incident),
    types: [path],
    analytic: {
      uid: 'plimsoll.fusion',
      name: 'Fusion of sequence, frequency and log verdicts',
      type_id: 3,
      type: 'Statistical',
      version: PRODUCT_VERSION,
      algorithm: 'harmonic mean of dependent p-values',
    },
    related_analytics: levels.flatMap(({ level, profiles }) =>
      profiles.map((profile) => {
        const at = profile.lastIndexOf('@');
        return {
          uid: profile,
          name: profile.slice(0, at),
          type_id: ANALYSES[level].id,
          type: ANALYSES[level].type,
          version: profile.slice(at + 1),
          category: level,
        };
      }),
    ),
    attacks: attacksOf(path, incident.techniques),
    created_time: ms(incident.firstUs),
    modified_time: time,
    first_seen_time: ms(incident.firstUs),
    last_seen_time: ms(incident.lastUs),
    data_sources: [...incident.workloads],
    ...(mergedInto === undefined
      ? {}
      : { related_events: [{ uid: mergedInto, title: 'the incident that this one belongs to', type: 'merged-into' }] }),
    related_events_count: incident.verdicts,
  };
}

function artifact(evidence: FusedEvidence): AlertEvidence {
  const { kind, timeUs, level, detector, finding, event, observed, expected, score, pValue, workload, joins } =
    evidence;
  const actor = actorOf(evidence.principal, evidence.request?.account);
  return {
    uid: identity('evidence', evidence.verdict, kind, event, timeUs),
    name: kind,
    data: {
      time: isoTime(timeUs),
      time_us: timeUs,
      level,
      detector,
      finding,
      event,
      observed,
      expected,
      score,
      p_value: pValue,
      workload,
      verdict: evidence.verdict,
      profile_version: evidence.profileVersion,
      ...(joins === undefined ? {} : { joins }),
      ...(evidence.consequence === undefined ? {} : { consequence: evidence.consequence }),
    },
    container: { uid: evidence.container },
    ...(actor === undefined ? {} : { actor }),
    ...(evidence.request === undefined ? {} : requestOf(evidence.request)),
    verdict_id: 4,
    verdict: 'Suspicious',
  };
}

/** A request as OCSF tells it. What the verdict has a page for, but no client, says nothing of a client. */
function requestOf({ method, path, status, parameter, address, agent }: RequestFacts): Partial<AlertEvidence> {
  return {
    http_request: {
      http_method: method,
      url: { path },
      ...(parameter === undefined ? {} : { args: parameter }),
      ...(agent === undefined ? {} : { user_agent: agent }),
    },
    ...(status === 0 ? {} : { http_response: { code: status } }),
    ...(address === undefined ? {} : { src_endpoint: { ip: address } }),
  };
}

/** Who acted: the principal, and the account that a log names. */
function actorOf(principal: string, account: string | undefined): AlertEvidence['actor'] {
  const at = principal.indexOf(':');
  const name = principal.slice(at + 1);
  const user = account === undefined ? {} : { user: { name: account } };
  switch (principal.slice(0, at)) {
    case 'user':
      return { user: { name } };
    case 'session':
    case 'client':
      return { ...user, session: { uid: name } };
    case 'credential':
      return { ...user, session: { credential_uid: name } };
    default:
      return account === undefined ? undefined : user;
  }
}

/** What the level saw, and beside it what is normal there. */
function analysis(
  report: LevelReport,
  incident: Incident,
  evidence: readonly FusedEvidence[],
): Alert['anomaly_analyses'][number] {
  const observation_type = ANALYSES[report.level].observation;
  const own = evidence.filter(({ level }) => level === report.level);
  const findings = incident.findings.filter(({ level }) => level === report.level).slice(0, MAX_FINDINGS);
  return {
    analysis_targets: incident.workloads.map((name) => ({ name, type: 'workload' })),
    anomalies: findings.map(({ finding, count, firstUs, lastUs }) => {
      const example = own.find((e) => e.finding === finding);
      const timespan = { start_time: ms(firstUs), end_time: ms(lastUs), type_id: 9 as const };
      return {
        observation_type,
        observation_parameter: finding,
        observed_pattern: report.state,
        observations: [{ value: example?.observed ?? finding, count, timespan }],
      };
    }),
    baselines: [
      {
        observation_type,
        observation_parameter: 'level',
        observed_pattern: report.state,
        observations: [{ value: cut(levelWords(report), 4096), count: report.scored }],
      },
      ...findings.flatMap(({ finding }) => {
        const example = own.find((e) => e.finding === finding);
        if (example === undefined) return [];
        const value = `${example.expected} (p = ${shortNumber(example.pValue)})`;
        return [{ observation_type, observation_parameter: finding, observations: [{ value }] }];
      }),
    ],
  };
}

function facts({ incident, revision, raisedFrom, mergedInto }: IncidentChange): Alert['unmapped'] {
  return {
    application: incident.application,
    path: incident.path,
    about: { by: incident.kind.by, name: incident.kind.name },
    principals: [...incident.principals],
    workloads: [...incident.workloads],
    p_value: incident.pValue,
    impact: { seen: incident.impact.seen, columns: [...incident.impact.columns] },
    levels: incident.levels.map(({ level, state, pValue, minP, maxScore, anomalous, scored, profiles }) => ({
      level,
      state,
      p_value: pValue,
      min_p_value: minP,
      score: maxScore,
      anomalous,
      judged: scored,
      profiles: [...profiles],
    })),
    findings: incident.findings.map(({ level, detector, finding, count }) => ({ level, detector, finding, count })),
    revision,
    ...(raisedFrom === undefined ? {} : { raised_from: severityOf(raisedFrom).severity_id }),
    ...(mergedInto === undefined ? {} : { merged_into: mergedInto }),
  };
}

function closeWords(mergedInto: string | undefined, closesAfterUs: number): string {
  if (mergedInto !== undefined) return `part of incident ${mergedInto}`;
  return `nothing was added for ${Math.round(closesAfterUs / 60_000_000)} minutes of event time`;
}

function ms(timeUs: number): number {
  return Math.floor(timeUs / US_PER_MS);
}
