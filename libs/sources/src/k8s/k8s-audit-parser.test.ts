import type { SourceItem } from '@plimsoll/contracts';
import { describe, expect, it } from 'vitest';

import { context, rawEvent } from './audit-fixtures.js';
import { K8sAuditParser } from './k8s-audit-parser.js';
import { K8sAuditWebhook } from './k8s-audit-webhook.js';

const line = (changes: Readonly<Record<string, unknown>>): string => JSON.stringify(rawEvent(changes));

function read(text: string, chunkBytes = text.length): { items: SourceItem[]; counts: K8sAuditParser['counts'] } {
  const parser = new K8sAuditParser(context());
  const bytes = Buffer.from(text);
  const items: SourceItem[] = [];
  for (let start = 0; start < bytes.length; start += chunkBytes) {
    items.push(...parser.push(bytes.subarray(start, start + chunkBytes)));
  }
  items.push(...parser.end());
  return { items, counts: parser.counts };
}

const ids = (items: readonly SourceItem[]): string[] =>
  items.flatMap((item) => (item.type === 'event' ? [item.event.id.split('/', 2).join('/')] : []));

describe('the audit log', () => {
  const log = [line({ auditID: 'a' }), 'not json', '', line({ auditID: 'b' }), '[1]', '{"items":[7]}', '{"a":1}'].join(
    '\n',
  );

  it('is the same however it is cut into chunks', () => {
    const whole = read(log);
    expect(ids(whole.items)).toEqual(['a/ResponseComplete', 'b/ResponseComplete']);
    expect(whole.counts).toMatchObject({ lines: 6, events: 2, malformed: 4 });
    expect(whole.items.at(-1)).toEqual({ type: 'end' });
    for (const chunkBytes of [1, 7, 100]) expect(read(log, chunkBytes)).toEqual(whole);
  });

  it('holds each request once, whatever stages it shows', () => {
    const stages = [
      line({ auditID: 'watch', verb: 'watch', stage: 'ResponseStarted' }),
      line({ auditID: 'get', stage: 'RequestReceived', responseStatus: undefined }),
      line({ auditID: 'get', stage: 'ResponseComplete' }),
      line({ auditID: 'lost', stage: 'RequestReceived', responseStatus: undefined }),
      line({ auditID: 'watch', verb: 'watch', stage: 'ResponseComplete' }),
      line({ auditID: 'get', stage: 'ResponseComplete' }),
    ].join('\n');
    expect(ids(read(stages).items)).toEqual(['watch/ResponseStarted', 'get/ResponseComplete', 'lost/RequestReceived']);
  });

  it('goes on after a line without end, and says that something is missing', () => {
    const { items, counts } = read(
      `${line({ auditID: 'a' })}\n"${'x'.repeat(5_000_000)}"\n${line({ auditID: 'b' })}\n`,
    );
    expect(items.map(({ type }) => type)).toEqual(['event', 'gap', 'event', 'end']);
    expect(counts.malformed).toBe(1);
  });
});

describe('a request', () => {
  const received = '2026-11-23T10:00:00.000001Z';
  const requests = (changes: readonly Readonly<Record<string, unknown>>[]) => {
    const { items, counts } = read(changes.map((change) => line({ auditID: 'chosen', ...change })).join('\n'));
    return { events: items.flatMap((item) => (item.type === 'event' ? [item.event] : [])), counts };
  };

  it.each([
    ['the time of its arrival', { requestReceivedTimestamp: '2026-11-23T10:00:05.000001Z' }],
    ['its verb', { verb: 'delete' }],
    ['its URI', { requestURI: '/api/v1/secrets' }],
    ['its user', { user: { username: 'mallory' } }],
    ['the time of its stage', { stageTimestamp: '2026-11-23T10:00:00.750000Z' }],
  ])('is another where %s is, whatever auditID its client chose', (_what, change) => {
    const { events, counts } = requests([{}, change]);
    expect(new Set(events.map(({ id }) => id)).size).toBe(2);
    expect(counts).toMatchObject({ lines: 2, read: 2, ignored: 0 });
  });

  it('says that its auditID was used for another', () => {
    const { events, counts } = requests([{}, { requestURI: '/api/v1/secrets' }, {}]);
    expect(events.map((event) => event.type === 'k8s-audit' && event.auditIdReused)).toEqual([undefined, true]);
    expect(counts).toMatchObject({ reused: 1, ignored: 1 });
  });

  it('is the same where the log repeats it, or an aggregated API server logs it too', () => {
    expect(requests([{}, {}, { stage: 'Panic' }]).events).toHaveLength(1);
    const aggregated = requests([{}, { requestReceivedTimestamp: received.replace('0001Z', '0900Z') }]);
    expect(aggregated.events.map((event) => event.type === 'k8s-audit' && event.auditIdReused)).toEqual([
      undefined,
      undefined,
    ]);
  });

  it('is of unknown content where the API server cut its bodies off', () => {
    const { events, counts } = requests([{ annotations: { 'audit.k8s.io/truncated': 'true' } }]);
    expect(events[0]).toMatchObject({ truncated: true, level: 'Metadata' });
    expect(counts.truncated).toBe(1);
  });
});

describe('what clouds and shippers put around events', () => {
  const one = line({ auditID: 'a' });
  const two = line({ auditID: 'b' });
  it.each<readonly [string, string]>([
    ['aws logs tail', `2026-11-20T10:00:00.123000+00:00 kube-apiserver-audit-0a1b ${one}\n${two}`],
    [
      'CloudWatch subscription',
      JSON.stringify({
        messageType: 'DATA_MESSAGE',
        logEvents: [
          { id: '0', message: one },
          { id: '1', message: two },
        ],
      }),
    ],
    [
      'aws logs get-log-events',
      JSON.stringify({
        events: [
          { timestamp: 1, message: one },
          { timestamp: 2, message: two },
        ],
      }),
    ],
    [
      'Event Hub of AKS',
      JSON.stringify({
        records: [
          { category: 'kube-audit', properties: { log: one } },
          { category: 'kube-audit', properties: { log: two } },
        ],
      }),
    ],
    ['Docker', `${JSON.stringify({ log: `${one}\n`, stream: 'stdout' })}\n${JSON.stringify({ log: `${two}\n` })}`],
    ['CRI', `2026-11-20T10:00:00.000000000Z stdout F ${one}\n2026-11-20T10:00:00.000000001Z stdout F ${two}`],
    [
      'Google Cloud Logging of an own cluster',
      JSON.stringify([{ jsonPayload: rawEvent({ auditID: 'a' }) }, { textPayload: two }]),
    ],
    ['Elastic', `${JSON.stringify({ kubernetes: { audit: rawEvent({ auditID: 'a' }) } })}\n${two}`],
    ['a list', `[${one},${two}]`],
  ])('%s', (_name, text) => {
    const { items, counts } = read(text);
    expect(ids(items)).toEqual(['a/ResponseComplete', 'b/ResponseComplete']);
    expect(counts).toMatchObject({ lines: 2, read: 2, ignored: 0, malformed: 0 });
  });

  it('reads what GKE makes of a request', () => {
    const entry = {
      protoPayload: {
        authenticationInfo: { principalEmail: 'joe@x.test' },
        methodName: 'io.k8s.authorization.rbac.v1.clusterrolebindings.create',
        resourceName: 'rbac.authorization.k8s.io/v1/clusterrolebindings/x',
        requestMetadata: { callerIp: '192.0.2.7', callerSuppliedUserAgent: 'kubectl/v1.30' },
        request: { kind: 'ClusterRoleBinding', roleRef: { kind: 'ClusterRole', name: 'cluster-admin' }, subjects: [{ kind: 'User', name: 'joe' }] }, // prettier-ignore
        serviceName: 'k8s.io',
        status: { code: 7 },
      },
      insertId: 'i0',
      operation: { id: 'op-1', first: true, last: true },
      labels: { 'authorization.k8s.io/decision': 'forbid' },
      timestamp: '2026-11-20T10:00:00.000000Z',
    };
    const { items, counts } = read(`${JSON.stringify(entry)}\n${JSON.stringify(entry)}`);
    expect(items[0]).toMatchObject({
      event: {
        auditId: 'op-1',
        verb: 'create',
        user: { name: 'joe@x.test', kind: 'user' },
        source: { address: '192.0.2.7' },
        resource: { group: 'rbac.authorization.k8s.io', name: 'clusterrolebindings', object: 'x' },
        status: 403,
        decision: 'forbid',
        level: 'Request',
        grant: { role: 'ClusterRole/cluster-admin', subjects: ['joe'] },
      },
    });
    expect(counts).toMatchObject({ lines: 2, read: 1, ignored: 1 });
  });

  it('reads a row of AKSAudit, and passes over a control message', () => {
    const row = { AuditId: 'a', Stage: 'ResponseComplete', Level: 'Metadata', Verb: 'list', RequestUri: '/api/v1/pods', User: '{"username":"joe"}', ObjectRef: { resource: 'pods' }, ResponseStatus: '{"code":200}', RequestReceivedTime: '2026-11-20T10:00:00.1Z', StageReceivedTime: '2026-11-20T10:00:00.2Z' }; // prettier-ignore
    const { items, counts } = read(
      `${JSON.stringify(row)}\n${JSON.stringify({ messageType: 'CONTROL_MESSAGE', logEvents: [] })}`,
    );
    expect(items[0]).toMatchObject({ event: { verb: 'list', user: { name: 'joe' }, status: 200 } });
    expect(counts).toMatchObject({ lines: 2, read: 1, ignored: 1, malformed: 0 });
  });
});

describe('a webhook delivery', () => {
  const deliver = (webhook: K8sAuditWebhook, body: unknown): string[] =>
    ids(webhook.accept(Buffer.from(JSON.stringify(body))));

  it('is a list of events, or one; what comes again counts once', () => {
    const webhook = new K8sAuditWebhook(context());
    const items = [rawEvent({ auditID: 'a', kind: undefined, apiVersion: undefined }), rawEvent({ auditID: 'b' })];
    const list = { kind: 'EventList', apiVersion: 'audit.k8s.io/v1', metadata: {}, items };
    expect(deliver(webhook, list)).toEqual(['a/ResponseComplete', 'b/ResponseComplete']);
    expect(deliver(webhook, list)).toEqual([]);
    expect(deliver(webhook, rawEvent({ auditID: 'c' }))).toEqual(['c/ResponseComplete']);
  });

  it('is refused where it is no JSON', () => {
    expect(() => new K8sAuditWebhook(context()).accept(Buffer.from('{'))).toThrow('no JSON');
  });
});
