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
  items.flatMap((item) => (item.type === 'event' ? [item.event.id] : []));

describe('the audit log', () => {
  const log = [line({ auditID: 'a' }), 'not json', '', line({ auditID: 'b' }), '[1]', '{"items":[7]}', '{"a":1}'].join(
    '\n',
  );

  it('is the same however it is cut into chunks', () => {
    const whole = read(log);
    expect(ids(whole.items)).toEqual(['a/ResponseComplete', 'b/ResponseComplete']);
    expect(whole.counts).toEqual({ lines: 6, events: 2, malformed: 4 });
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
