import { z } from 'zod';

import { AttackPath, Joins, Level } from './verdict.js';

/** The version of the OCSF schema that alerts follow. */
export const OCSF_VERSION = '1.8.0';

/** What happened to the incident: OCSF's activity of a finding. */
export const ACTIVITIES = { create: 1, update: 2, close: 3 } as const;
export type Activity = keyof typeof ACTIVITIES;

const ACTIVITY_NAMES = { 1: 'Create', 2: 'Update', 3: 'Close' } as const;
const SEVERITIES = { 1: 'Informational', 2: 'Low', 3: 'Medium', 4: 'High', 5: 'Critical', 6: 'Fatal' } as const;
const CONFIDENCES = { 1: 'Low', 2: 'Medium', 3: 'High' } as const;
const STATUSES = { 1: 'New', 2: 'In Progress', 3: 'Suppressed', 4: 'Resolved', 5: 'Archived' } as const;

export type SeverityId = keyof typeof SEVERITIES;
export type ConfidenceId = keyof typeof CONFIDENCES;
export type StatusId = keyof typeof STATUSES;

/** Milliseconds since the epoch. */
const TimeMs = z.number().int().nonnegative();
const Text = z.string().max(4096);
const Word = z.string().max(512);

/** An incident's identity, as `identity` makes it. */
const IncidentUid = z.string().regex(/^[0-9a-f]{32}$/);

const Named = z.strictObject({ uid: Word, name: Word.optional() });

const Attack = z.strictObject({
  version: Word,
  tactic: Named.optional(),
  technique: Named.optional(),
  sub_technique: Named.optional(),
});

const Analytic = z.strictObject({
  uid: Word,
  name: Word,
  /** 2 behavioural, 3 statistical, 4 learning. */
  type_id: z.literal([2, 3, 4]),
  type: Word,
  version: Word.optional(),
  category: Word.optional(),
  algorithm: Word.optional(),
  desc: Text.optional(),
});

const TimeSpan = z.strictObject({ start_time: TimeMs, end_time: TimeMs, type_id: z.literal(9) });
const Observation = z.strictObject({
  value: Text,
  count: z.number().int().nonnegative().optional(),
  timespan: TimeSpan.optional(),
});
const Observed = z.strictObject({
  observation_type: Word,
  observation_parameter: Word,
  observed_pattern: Word.optional(),
  observations: z.array(Observation).max(32),
});

/** What Plimsoll says of one observation beyond OCSF's own attributes. */
const EvidenceData = z.strictObject({
  /** RFC 3339 with microseconds, and the same in microseconds since the epoch. */
  time: Word,
  time_us: z.number().nonnegative(),
  level: Level,
  detector: Word,
  finding: Word,
  event: Word,
  observed: Text,
  expected: Text,
  score: z.number(),
  p_value: z.number(),
  workload: Word,
  verdict: Word,
  profile_version: Word,
  /** The act follows from what the incident's principal did to the same objects, and is another's. */
  consequence: z.literal(true).optional(),
  /** Digests and numbers that name the request, the connection, the session or token, and the thread. */
  joins: z.strictObject(Joins.shape).optional(),
});

const EvidenceArtifact = z.strictObject({
  uid: Word,
  /** Kind of the observation. */
  name: Word,
  data: EvidenceData,
  container: z.strictObject({ uid: Word }),
  actor: z
    .strictObject({
      user: z.strictObject({ name: Word }).optional(),
      session: z.strictObject({ uid: Word.optional(), credential_uid: Word.optional() }).optional(),
    })
    .optional(),
  /** The page; `args` names the parameter that told most, without its value. */
  http_request: z
    .strictObject({
      http_method: Word,
      url: z.strictObject({ path: z.string().max(2048) }),
      args: Word.optional(),
      user_agent: Word.optional(),
    })
    .optional(),
  http_response: z.strictObject({ code: z.number().int() }).optional(),
  src_endpoint: z.strictObject({ ip: Word }).optional(),
  verdict_id: z.literal(4),
  verdict: z.literal('Suspicious'),
});

/** What Plimsoll says of an incident beyond OCSF's own attributes; OCSF's place for it is `unmapped`. */
const PlimsollFacts = z.strictObject({
  application: Word,
  path: AttackPath,
  /** What tells this incident from others of the application. */
  about: z.strictObject({ by: z.enum(['principal', 'many', 'workload']), name: Word }),
  principals: z.array(Word).max(16),
  workloads: z.array(Word).max(16),
  p_value: z.number(),
  /** Whether anything was seen to happen (else the severity is an estimate), and the columns that were written. */
  impact: z.strictObject({ seen: z.boolean(), columns: z.array(z.string().max(128)).max(16) }),
  levels: z
    .array(
      z.strictObject({
        level: Level,
        state: z.enum(['anomalous', 'weak', 'normal', 'insufficient', 'gap', 'warming', 'absent']),
        p_value: z.number(),
        min_p_value: z.number(),
        score: z.number(),
        anomalous: z.number().int().nonnegative(),
        judged: z.number().int().nonnegative(),
        profiles: z.array(Word).max(16),
      }),
    )
    .max(4),
  findings: z
    .array(z.strictObject({ level: Level, detector: Word, finding: Word, count: z.number().int().positive() }))
    .max(64),
  revision: z.number().int().positive(),
  /** How severe the revision before it was, where this one is more severe. */
  raised_from: z.literal([1, 2, 3, 4, 5, 6]).optional(),
  merged_into: IncidentUid.optional(),
  /** What a person decided; only in messages of type `io.plimsoll.incident.status`. */
  decision: z
    .strictObject({
      status: z.enum(['new', 'in-progress', 'resolved', 'benign']),
      by: Word,
      at_ms: TimeMs,
      note: Text,
      /** Who takes care of it from then on; empty: nobody. Absent from before anybody could. */
      assignee: Word.optional(),
      /** How severe the incident was then; absent from before that was kept. */
      severity: z.literal([1, 2, 3, 4, 5, 6]).optional(),
      /** The incident that it was made about, where that has become part of this one. */
      about: IncidentUid.optional(),
      sequence: z.number().int().positive(),
    })
    .optional(),
});

/**
 * One change of one incident: the value of a record on `alerts`, an OCSF 1.8.0 Detection Finding. The schema holds the
 * attributes that Plimsoll writes and no others; a test holds it against OCSF's own.
 */
export const Alert = z.strictObject({
  activity_id: z.literal([1, 2, 3]),
  activity_name: Word,
  category_uid: z.literal(2),
  category_name: z.literal('Findings'),
  class_uid: z.literal(2004),
  class_name: z.literal('Detection Finding'),
  type_uid: z.literal([200401, 200402, 200403]),
  type_name: Word,
  /** Event time of the change; `start_time` and `end_time` span what was observed. */
  time: TimeMs,
  start_time: TimeMs,
  end_time: TimeMs,
  severity_id: z.literal([1, 2, 3, 4, 5, 6]),
  severity: Word,
  /**
   * Of an incident's first message and of people's decisions. Fusion's later messages have none: they tell what was
   * found, and whoever keeps the last status that was told keeps what a person decided.
   */
  status_id: z.literal([1, 2, 3, 4, 5]).optional(),
  status: Word.optional(),
  status_detail: Text.optional(),
  confidence_id: z.literal([1, 2, 3]),
  confidence: Word,
  is_alert: z.boolean(),
  /** Anomalous verdicts. */
  count: z.number().int().nonnegative(),
  message: Text,
  comment: Text.optional(),
  metadata: z.strictObject({
    version: z.literal(OCSF_VERSION),
    uid: Word,
    /** The incident's revision. */
    sequence: z.number().int().positive(),
    correlation_uid: IncidentUid,
    labels: z.array(Word).max(8),
    product: z.strictObject({
      name: z.literal('Plimsoll'),
      vendor_name: z.literal('Plimsoll'),
      version: Word,
      feature: Named,
    }),
  }),
  finding_info: z.strictObject({
    uid: IncidentUid,
    title: Word,
    desc: Text,
    types: z.array(Word).max(16),
    analytic: Analytic,
    related_analytics: z.array(Analytic).max(48),
    attacks: z.array(Attack).max(16),
    created_time: TimeMs,
    modified_time: TimeMs,
    first_seen_time: TimeMs,
    last_seen_time: TimeMs,
    data_sources: z.array(Word).max(16),
    related_events: z
      .array(z.strictObject({ uid: Word, title: Word, type: Word }))
      .max(1)
      .optional(),
    related_events_count: z.number().int().nonnegative(),
  }),
  evidences: z.array(EvidenceArtifact).max(256),
  anomaly_analyses: z
    .array(
      z.strictObject({
        analysis_targets: z.array(z.strictObject({ name: Word, type: Word })).max(16),
        anomalies: z.array(Observed).max(64),
        baselines: z.array(Observed).max(64),
      }),
    )
    .max(4),
  resources: z
    .array(
      z.strictObject({
        uid: Word,
        name: Word.optional(),
        type: Word,
        role_id: z.literal(3),
        role: z.literal('Affected'),
      }),
    )
    .max(32),
  vulnerabilities: z
    .array(z.strictObject({ cwe: z.strictObject({ uid: Word, caption: Word.optional() }) }))
    .max(16)
    .optional(),
  unmapped: PlimsollFacts,
});
export type Alert = z.infer<typeof Alert>;

export type AlertEvidence = Alert['evidences'][number];
export type AlertFacts = Alert['unmapped'];

/** The attributes that say what happened, from its name. */
export function activityOf(
  activity: Activity,
): Pick<Alert, 'activity_id' | 'activity_name' | 'type_uid' | 'type_name'> {
  const activity_id = ACTIVITIES[activity];
  const activity_name = ACTIVITY_NAMES[activity_id];
  const type_uid = activity_id === 1 ? 200401 : activity_id === 2 ? 200402 : 200403;
  return { activity_id, activity_name, type_uid, type_name: `Detection Finding: ${activity_name}` };
}

export function severityOf(severity: number): Pick<Alert, 'severity_id' | 'severity'> {
  const severity_id = Math.min(6, Math.max(1, Math.round(severity))) as SeverityId;
  return { severity_id, severity: SEVERITIES[severity_id] };
}

export function confidenceOf(confidence_id: ConfidenceId): Pick<Alert, 'confidence_id' | 'confidence'> {
  return { confidence_id, confidence: CONFIDENCES[confidence_id] };
}

export function statusOf(status_id: StatusId): Required<Pick<Alert, 'status_id' | 'status'>> {
  return { status_id, status: STATUSES[status_id] };
}
