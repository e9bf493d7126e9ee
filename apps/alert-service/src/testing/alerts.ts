import { Alert, identity } from '@plimsoll/contracts';

/** A finding as fusion publishes it, to be altered. */
export function alertFor(
  name: string,
  change: {
    readonly revision?: number;
    readonly path?: Alert['unmapped']['path'];
    readonly atMs?: number;
    readonly severity?: number;
  } = {},
): Alert {
  const { revision = 1, path = 'sqli', atMs = 1_790_000_000_000, severity = 4 } = change;
  const uid = identity('test', name);
  return Alert.parse({
    activity_id: revision === 1 ? 1 : 2,
    activity_name: revision === 1 ? 'Create' : 'Update',
    category_uid: 2,
    category_name: 'Findings',
    class_uid: 2004,
    class_name: 'Detection Finding',
    type_uid: revision === 1 ? 200401 : 200402,
    type_name: 'Detection Finding: Create',
    time: atMs,
    start_time: atMs,
    end_time: atMs,
    severity_id: severity,
    severity: 'High',
    status_id: 1,
    status: 'New',
    confidence_id: 2,
    confidence: 'Medium',
    is_alert: true,
    count: revision,
    message: `${name} in shop`,
    metadata: {
      version: '1.8.0',
      uid: identity('alert', name, revision),
      sequence: revision,
      correlation_uid: uid,
      labels: [],
      product: { name: 'Plimsoll', vendor_name: 'Plimsoll', version: '0.1.0', feature: { uid: 'fusion' } },
    },
    finding_info: {
      uid,
      title: name,
      desc: name,
      types: [path],
      analytic: { uid: 'plimsoll.fusion', name: 'fusion', type_id: 3, type: 'Statistical' },
      related_analytics: [],
      attacks: [],
      created_time: atMs,
      modified_time: atMs,
      first_seen_time: atMs,
      last_seen_time: atMs,
      data_sources: ['web'],
      related_events_count: 1,
    },
    evidences: [
      {
        uid: identity('evidence', name, revision),
        name: 'parameter-shape',
        data: {
          time: new Date(atMs).toISOString(),
          time_us: atMs * 1_000 + revision,
          level: 'log',
          detector: 'web',
          finding: 'parameter-shape',
          event: 'access.log:1',
          observed: 'seen',
          expected: 'normal',
          score: revision,
          p_value: 1e-6,
          workload: 'web',
          verdict: identity('verdict', name, revision),
          profile_version: '0123456789abcdef',
        },
        container: { uid: 'web-1' },
        verdict_id: 4,
        verdict: 'Suspicious',
      },
    ],
    anomaly_analyses: [],
    resources: [],
    unmapped: {
      application: 'shop',
      path,
      about: { by: 'principal', name: 'session:mallory' },
      principals: ['session:mallory'],
      workloads: ['web'],
      p_value: 1e-6,
      levels: [],
      findings: [{ level: 'log', detector: 'web', finding: 'parameter-shape', count: revision }],
      revision,
    },
  });
}
