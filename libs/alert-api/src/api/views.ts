import { Alert, AttackPath, strongestRequest } from '@plimsoll/contracts';
import { suppressionOf, type IncidentRecord, type Suppression } from '@plimsoll/incidents';
import { z } from 'zod';

/** A text that is data: any characters, bounded. */
export const Text = (max: number) => z.string().min(1).max(max);

/** Where a page begins, as the page before it said. */
export const PageStart = z.string().regex(/^\d{1,16}-[0-9a-f]{32}$/);

export const IncidentId = z.string().regex(/^[0-9a-f]{32}$/);
export const Status = z.enum(['new', 'in-progress', 'resolved', 'benign']);
export const State = z.enum(['open', 'closed', 'merged']);
const Time = z.iso.datetime();
/** A time that a caller gives, with any offset (RFC 3339). */
export const GivenTime = z.iso.datetime({ offset: true });

export const SuppressionView = z
  .strictObject({
    id: z.string(),
    kind: z.enum(['suppression', 'maintenance']),
    application: z.string(),
    path: AttackPath.optional(),
    finding: z.string().optional(),
    principal: z.string().optional(),
    workload: z.string().optional(),
    reason: z.string(),
    by: z.string(),
    created: Time,
    starts: Time,
    expires: Time,
  })
  .meta({ id: 'Suppression' });

const LevelView = z.strictObject({
  level: z.string(),
  state: z.string(),
  p_value: z.number(),
  anomalous: z.number().int(),
  judged: z.number().int(),
});

const summaryShape = z.strictObject({
  id: IncidentId,
  application: z.string(),
  path: AttackPath,
  title: z.string(),
  state: State,
  status: Status,
  severity: z.number().int(),
  confidence: z.number().int(),
  p_value: z.number(),
  first_seen: Time,
  last_seen: Time,
  anomalous: z.number().int(),
  principals: z.array(z.string()),
  workloads: z.array(z.string()),
  levels: z.array(LevelView),
  revision: z.number().int(),
  merged_into: z.string().optional(),
  /** Why it raises no alarm now; absent where it does. */
  suppressed: z.strictObject({ id: z.string(), reason: z.string(), by: z.string(), until: Time }).optional(),
  /** Of its latest change: where a stream of changes resumes. */
  sequence: z.number().int(),
  /** Who takes care of it; absent where nobody does. */
  assignee: z.string().optional(),
  /** The strongest evidence that is a web request: the page, the parameter that told most, the client. */
  request: z
    .strictObject({
      method: z.string(),
      path: z.string(),
      parameter: z.string().optional(),
      status: z.number().int().optional(),
      address: z.string().optional(),
      user_agent: z.string().optional(),
      /** The account that the web server's log names. */
      account: z.string().optional(),
    })
    .optional(),
});
/** One line of a list. */
export const IncidentSummary = summaryShape.meta({ id: 'IncidentSummary' });
export type IncidentSummary = z.infer<typeof IncidentSummary>;

const DecisionView = z.strictObject({
  status: Status,
  by: z.string(),
  at: Time,
  note: z.string(),
  assignee: z.string().optional(),
  /** The incident that it was made about, where that has become part of this one. */
  about: IncidentId.optional(),
});

/** Everything that is known of an incident. */
export const IncidentDetail = summaryShape
  .extend({
    decisions: z.array(DecisionView),
    /** Incidents that have become part of it, at most 50. */
    absorbed: z.array(IncidentId),
    /** As OCSF has it: the strongest of all revisions, by time. */
    evidence: Alert.shape.evidences,
    /** The latest revision, as it stands on the topic. */
    alert: Alert.meta({ id: 'Alert' }),
  })
  .meta({ id: 'Incident' });
export type IncidentDetail = z.infer<typeof IncidentDetail>;

/** The incident as a list shows it; undefined where nothing but a decision is known of it. */
export function summaryOf(record: IncidentRecord, suppressions: readonly Suppression[]): IncidentSummary | undefined {
  const { alert } = record;
  if (alert === undefined) return undefined;
  const { unmapped } = alert;
  const suppression = suppressionOf(record, suppressions);
  return {
    id: record.id,
    application: unmapped.application,
    path: unmapped.path,
    title: alert.message,
    state: record.state,
    status: record.status,
    severity: alert.severity_id,
    confidence: alert.confidence_id,
    p_value: unmapped.p_value,
    first_seen: iso(alert.start_time),
    last_seen: iso(alert.end_time),
    anomalous: alert.count,
    principals: unmapped.principals,
    workloads: unmapped.workloads,
    levels: unmapped.levels.map(({ level, state, p_value, anomalous, judged }) => ({
      level,
      state,
      p_value,
      anomalous,
      judged,
    })),
    revision: alert.unmapped.revision,
    ...(unmapped.merged_into === undefined ? {} : { merged_into: unmapped.merged_into }),
    ...(suppression === undefined
      ? {}
      : {
          suppressed: {
            id: suppression.id,
            reason: suppression.reason,
            by: suppression.by,
            until: iso(suppression.expiresMs),
          },
        }),
    sequence: record.sequence,
    ...assigneeOf(record),
    ...requestOf(record),
  };
}

function assigneeOf({ decisions }: IncidentRecord): Pick<IncidentSummary, 'assignee'> {
  const assignee = decisions[0]?.assignee ?? '';
  return assignee === '' ? {} : { assignee };
}

function requestOf({ evidence }: IncidentRecord): Pick<IncidentSummary, 'request'> {
  const request = strongestRequest(evidence);
  return request === undefined ? {} : { request };
}

export function detailOf(
  record: IncidentRecord,
  suppressions: readonly Suppression[],
): Omit<IncidentDetail, 'absorbed'> | undefined {
  const summary = summaryOf(record, suppressions);
  if (summary === undefined || record.alert === undefined) return undefined;
  return {
    ...summary,
    decisions: record.decisions.map(({ status, by, at_ms, note, assignee, about }) => ({
      status,
      by,
      at: iso(at_ms),
      note,
      ...(assignee === undefined ? {} : { assignee }),
      ...(about === undefined ? {} : { about }),
    })),
    evidence: [...record.evidence],
    alert: record.alert,
  };
}

export function suppressionView(suppression: Suppression): z.infer<typeof SuppressionView> {
  const { createdMs, startsMs, expiresMs, path, finding, principal, workload, ...rest } = suppression;
  return {
    ...rest,
    ...(path === undefined ? {} : { path }),
    ...(finding === undefined ? {} : { finding }),
    ...(principal === undefined ? {} : { principal }),
    ...(workload === undefined ? {} : { workload }),
    created: iso(createdMs),
    starts: iso(startsMs),
    expires: iso(expiresMs),
  };
}

/** RFC 3339; a time beyond the year 9999 is shown as its end. */
export function iso(timeMs: number): string {
  return new Date(Math.min(timeMs, 253_402_300_799_999)).toISOString();
}
