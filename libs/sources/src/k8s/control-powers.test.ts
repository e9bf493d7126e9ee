import { Buffer } from 'node:buffer';

import { describe, expect, it } from 'vitest';

import { ADA, ADA_AS_MASTER, SCHEDULER } from './certificate-fixtures.js';
import { requestSubject } from './certificate-request.js';
import { controlOf } from './control-powers.js';
import { kubeletCall } from './kubelet-call.js';

const SERVICE = { service: { namespace: 'guard', name: 'hook', path: '/mutate' }, caBundle: 'Cg==' };
const EVERY = { apiGroups: ['*'], apiVersions: ['*'], operations: ['CREATE'], resources: ['*/*'] };
const PODS = { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] };

const powers = (resource: string, body: unknown, more: object = {}): readonly string[] =>
  controlOf({ resource, object: undefined, subresource: undefined, user: 'ada', body, ...more })?.powers ?? ['none'];
const mutating = (...webhooks: object[]): readonly string[] => powers('mutatingwebhookconfigurations', { webhooks });

describe('a webhook configuration', () => {
  it('tells which requests it sees or alters, and of the system too', () => {
    expect(mutating({ clientConfig: SERVICE, rules: [PODS], failurePolicy: 'Ignore' })).toEqual([
      'covers-system',
      'ignores-failures',
      'mutates-pods',
    ]);
    expect(mutating({ clientConfig: SERVICE, rules: [EVERY] })).toEqual(['covers-system', 'mutates-all']);
    const secrets = { ...PODS, resources: ['secrets'] };
    expect(powers('validatingwebhookconfigurations', { webhooks: [{ rules: [secrets] }] })).toContain('sees-secrets');
    const own = { apiGroups: ['cert-manager.io'], apiVersions: ['v1'], operations: ['*'], resources: ['*/*'] };
    expect(mutating({ clientConfig: SERVICE, rules: [own] })).toEqual([]);
  });

  it.each([
    [{ matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'NotIn', values: ['kube-system'] }] }, false],
    [{ matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'In', values: ['kube-system'] }] }, true],
    [{ matchLabels: { inject: 'enabled' } }, false],
    [{ matchExpressions: [{ key: 'inject', operator: 'DoesNotExist' }] }, true],
    [{}, true],
  ])('knows whether %j takes kube-system', (namespaceSelector, takes) => {
    expect(mutating({ rules: [PODS], namespaceSelector }).includes('covers-system')).toBe(takes);
  });

  it.each([
    ['https://198.51.100.9:8443/hook', true],
    ['https://collect.example.net/', true],
    ['https://hook.guard.svc:443/mutate', false],
    ['https://hook.guard.svc.cluster.local/mutate', false],
    ['https://hook.svc.example.net@203.0.113.4/', true],
    ['nonsense', true],
  ])('knows whether %s is outside', (url, outside) => {
    expect(mutating({ clientConfig: { url } }).includes('calls-outside')).toBe(outside);
  });

  it('counts by what a patch puts in: a bundle of certificates is nothing', () => {
    const step = (path: string, value: unknown): readonly string[] =>
      powers('mutatingwebhookconfigurations', [{ op: 'replace', path, value }]);
    expect(step('/webhooks/0/clientConfig/caBundle', 'Cg==')).toEqual([]);
    expect(step('/webhooks/0/clientConfig/url', 'https://198.51.100.9/')).toEqual(['calls-outside']);
    expect(step('/webhooks/-', { clientConfig: SERVICE, rules: [EVERY] })).toContain('mutates-all');
    expect(step('/webhooks/0/rules/0/resources/-', 'secrets')).toContain('mutates-secrets');
    expect(
      powers('mutatingwebhookconfigurations', { webhooks: [{ name: 'x', clientConfig: { caBundle: '' } }] }),
    ).toEqual([]);
  });

  it('names whom it calls, alike for alike', () => {
    const target = (clientConfig: object): readonly string[] =>
      controlOf({
        resource: 'mutatingwebhookconfigurations',
        object: 'x',
        subresource: undefined,
        user: 'ada',
        body: { webhooks: [{ clientConfig }] },
      })?.targets ?? [];
    expect(target(SERVICE)).toEqual(target({ service: { namespace: 'guard', name: 'hook' } }));
    expect(target(SERVICE)).not.toEqual(target({ service: { namespace: 'red', name: 'hook' } }));
  });

  it('bears anything', () => {
    const odd = [null, 7, 'x', [], [7, { path: 3 }], { webhooks: 5 }, { webhooks: [null, { rules: [null, 7] }] }];
    for (const body of odd)
      for (const resource of ['mutatingwebhookconfigurations', 'apiservices', 'certificatesigningrequests'])
        expect(() => powers(resource, body)).not.toThrow();
    expect(powers('pods', {})).toEqual(['none']);
  });
});

describe('an APIService', () => {
  const of = (object: string, spec: object): readonly string[] => powers('apiservices', { spec }, { object });

  it('is strange where it serves a group of the API server elsewhere', () => {
    const service = { namespace: 'red', name: 'painter' };
    expect(of('v1.apps', { group: 'apps', service })).toEqual(['serves-built-in-group']);
    expect(of('v1.', { group: '', service })).toEqual(['serves-built-in-group']);
    expect(of('v1.rbac.authorization.k8s.io', { service })).toEqual(['serves-built-in-group']);
    expect(of('v1beta1.metrics.k8s.io', { service })).toEqual(['serves-group']);
    expect(of('v1.example.org', { group: 'example.org' })).toEqual([]);
  });
});

describe('a certificate request', () => {
  const asks = (spec: object, more: object = {}): readonly string[] =>
    powers('certificatesigningrequests', { spec }, more);
  const client = { signerName: 'kubernetes.io/kube-apiserver-client', usages: ['client auth'] };

  it('tells as whom it is to act', () => {
    expect(asks({ ...client, request: ADA })).toEqual(['asks-for-user']);
    expect(asks({ ...client, request: ADA }, { user: 'bo' })).toEqual(['asks-for-another', 'asks-for-user']);
    expect(asks({ ...client, request: ADA_AS_MASTER })).toEqual(['asks-for-masters', 'asks-for-user']);
    expect(asks({ ...client, request: SCHEDULER })).toContain('asks-for-system');
    expect(asks({ ...client, request: 'nonsense' })).toEqual(['asks-for-user']);
  });

  it('is nothing where the signer makes no client of the API server, or a node asks for itself', () => {
    const kubelet = { signerName: 'kubernetes.io/kube-apiserver-client-kubelet', request: SCHEDULER };
    expect(asks({ signerName: 'kubernetes.io/kubelet-serving', request: ADA })).toEqual([]);
    expect(asks(kubelet, { user: 'system:node:node-a' })).toEqual([]);
    expect(asks(kubelet, { user: 'system:bootstrap:abcdef' })).toEqual([]);
    expect(asks(kubelet)).toEqual(['asks-for-node']);
  });

  it('is held against who asked when it is approved, and against who approves', () => {
    const spec = { ...client, request: ADA, username: 'ada' };
    expect(asks(spec, { user: 'bo', subresource: 'approval' })).toEqual(['asks-for-user']);
    expect(asks(spec, { subresource: 'approval' })).toEqual(['approves-own-request', 'asks-for-user']);
  });

  it('is read no further than it is whole', () => {
    expect(requestSubject(ADA_AS_MASTER)).toEqual({ commonName: 'ada', organizations: ['system:masters'] });
    const pem = Buffer.from(ADA_AS_MASTER, 'base64').toString('latin1').split('\n');
    const der = Buffer.from(pem.slice(1, -2).join(''), 'base64');
    const again = (bytes: Buffer): unknown =>
      requestSubject(
        Buffer.from(
          `-----BEGIN CERTIFICATE REQUEST-----\n${bytes.toString('base64')}\n-----END CERTIFICATE REQUEST-----`,
        ).toString('base64'),
      );
    expect(again(der)).toEqual(requestSubject(ADA_AS_MASTER));
    for (let length = 0; length < der.length; length++) {
      expect(() => again(der.subarray(0, length))).not.toThrow();
      const damaged = Buffer.from(der);
      damaged[length] = damaged[length]! ^ 0xff;
      expect(() => again(damaged)).not.toThrow();
    }
    expect(requestSubject('A'.repeat(40_000))).toBeUndefined();
    expect(requestSubject(7)).toBeUndefined();
  });
});

describe("a node's proxy", () => {
  it.each([
    ['/api/v1/nodes/node-a/proxy/run/red/painter/main?cmd=id', 'runs'],
    ['/api/v1/nodes/node-a:10250/proxy/exec/red/painter/main?command=sh', 'runs'],
    ['/api/v1/nodes/node-a/proxy/%72un/red/painter/main', 'runs'],
    ['/api/v1/nodes/node-a/proxy/pods', 'reads'],
    ['/api/v1/nodes/node-a/proxy//containerLogs/red/painter/main', 'reads'],
    ['/api/v1/nodes/node-a/proxy/metrics/cadvisor', 'other'],
    ['/api/v1/nodes/node-a/proxy', 'other'],
    ['/api/v1/nodes/node-a/proxy/%zz', 'other'],
  ])('%s %s', (uri, call) => {
    expect(kubeletCall(uri)).toBe(call);
  });
});
