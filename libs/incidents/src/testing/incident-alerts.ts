import { Alert, identity, messageRevision } from '@plimsoll/contracts';

/** What a test says of a finding; the rest is as plain as OCSF allows. */
export interface AlertChange {
  readonly revision?: number;
  readonly activity?: 1 | 2 | 3;
  readonly atMs?: number;
  readonly severity?: number;
  readonly path?: Alert['unmapped']['path'];
  readonly evidence?: number;
  /** Of the client. */
  readonly address?: string;
  /** Name of the incident that it became part of. */
  readonly mergedInto?: string;
  readonly decision?: Alert['unmapped']['decision'];
  /** Severity that was told before. */
  readonly raisedFrom?: Alert['severity_id'];
}

/** A finding of the incident `name`. */
export function incidentAlert(name: string, change: AlertChange = {}): Alert {
  const { revision = 1, activity = 1, atMs = 1_790_000_000_000, severity = 4, path = 'sqli', evidence = 1 } = change;
  const uid = identity('test', name);
  const named = { uid: 'test', name: 'test' };
  return Alert.parse({
    activity_id: activity,
    activity_name: 'any',
    category_uid: 2,
    category_name: 'Findings',
    class_uid: 2004,
    class_name: 'Detection Finding',
    type_uid: 200400 + activity,
    type_name: 'any',
    time: atMs,
    start_time: atMs,
    end_time: atMs,
    severity_id: severity,
    severity: 'any',
    ...(activity === 1 ? { status_id: 1, status: 'New' } : {}),
    confidence_id: 2,
    confidence: 'Medium',
    is_alert: true,
    count: revision,
    message: `${name} in shop`,
    metadata: {
      version: '1.8.0',
      uid: identity('alert', name, revision),
      sequence: messageRevision(revision),
      correlation_uid: uid,
      labels: [],
      product: { name: 'Plimsoll', vendor_name: 'Plimsoll', version: '0', feature: named },
    },
    finding_info: {
      uid,
      title: name,
      desc: name,
      types: [path],
      analytic: { ...named, type_id: 3, type: 'Statistical' },
      related_analytics: [],
      attacks: [],
      created_time: atMs,
      modified_time: atMs,
      first_seen_time: atMs,
      last_seen_time: atMs,
      data_sources: ['web'],
      related_events_count: 1,
    },
    evidences: Array.from({ length: evidence }, (_, i) => ({
      uid: identity('evidence', name, revision, i),
      name: 'parameter-shape',
      data: {
        time: new Date(atMs).toISOString(),
        time_us: atMs * 1_000 + revision * 1_000 + i,
        level: 'log',
        detector: 'web',
        finding: 'parameter-shape',
        event: 'access.log:1',
        observed: 'seen',
        expected: 'normal',
        score: revision,
        p_value: 1e-6,
        workload: 'web',
        verdict: identity('verdict', name, revision, i),
        profile_version: '0123456789abcdef',
      },
      http_request: { http_method: 'GET', url: { path: '/search' }, args: 'q' },
      src_endpoint: { ip: change.address ?? '192.0.2.1' },
      container: { uid: 'web-1' },
      verdict_id: 4,
      verdict: 'Suspicious',
    })),
    anomaly_analyses: [],
    resources: [],
    unmapped: {
      impact: { seen: false, columns: [] },
      application: 'shop',
      path,
      about: { by: 'principal', name: 'session:mallory' },
      principals: ['session:mallory'],
      workloads: ['web'],
      p_value: 1e-6,
      levels: [],
      findings: [{ level: 'log', detector: 'web', finding: 'parameter-shape', count: revision }],
      revision,
      ...(change.mergedInto === undefined ? {} : { merged_into: identity('test', change.mergedInto) }),
      ...(change.raisedFrom === undefined ? {} : { raised_from: change.raisedFrom }),
      ...(change.decision === undefined ? {} : { decision: change.decision }),
    },
  });
}
