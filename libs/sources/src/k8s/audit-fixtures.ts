import type { SourceContext } from '../source.js';

/** Where the tests' events belong. */
export function context(privacy: SourceContext['privacy'] = 'full'): SourceContext {
  return { application: 'app', workload: 'cluster-a', container: 'cluster-a', stream: 'test', privacy };
}

/** An audit event as an API server writes it, with what a test alters. */
export function rawEvent(changes: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    level: 'RequestResponse',
    auditID: '4f6e27a4-0c6b-4d1c-8a57-2c8a4f1b0001',
    stage: 'ResponseComplete',
    requestURI: '/api/v1/namespaces/red/pods',
    verb: 'list',
    user: {
      username: 'system:serviceaccount:red:painter',
      groups: ['system:serviceaccounts', 'system:authenticated'],
      extra: {
        'authentication.kubernetes.io/credential-id': ['JTI=6f1b'],
        'authentication.kubernetes.io/pod-name': ['painter-7d9f-abcde'],
        'authentication.kubernetes.io/pod-uid': ['pod-uid-1'],
        'authentication.kubernetes.io/node-name': ['node-a'],
      },
    },
    sourceIPs: ['10.0.0.5'],
    userAgent: 'painter/1.2 (linux)',
    objectRef: { resource: 'pods', namespace: 'red', apiVersion: 'v1' },
    responseStatus: { metadata: {}, code: 200 },
    requestReceivedTimestamp: '2026-11-23T10:00:00.000001Z',
    stageTimestamp: '2026-11-23T10:00:00.250000Z',
    annotations: {
      'authorization.k8s.io/decision': 'allow',
      'authorization.k8s.io/reason':
        'RBAC: allowed by RoleBinding "painter/red" of Role "painter" to ServiceAccount "painter/red"',
    },
    ...changes,
  };
}
