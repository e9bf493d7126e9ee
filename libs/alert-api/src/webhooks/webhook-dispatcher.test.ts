import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { DeadLetter, decodeJson, encodeJson, TOPICS, type Alert } from '@plimsoll/contracts';
import { MemoryIncidentStore, MemoryWatchStore } from '@plimsoll/incidents';
import { incidentAlert } from '@plimsoll/incidents/testing';
import { decisionAlert, decisionRecord, watchRecord } from '@plimsoll/pipelines';
import {
  MemoryLog,
  MemoryProfileStore,
  MemoryStateStore,
  systemClock,
  type BatchContext,
  type Clock,
  type LogRecord,
  type OutgoingRecord,
} from '@plimsoll/streaming';
import { CloudEvent } from 'cloudevents';
import { Webhook } from 'standardwebhooks';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { alertConsumers } from '../alert-consumers.js';
import { DeadLetterWatch } from '../dead-letter-watch.js';
import { PipelineWatch } from '../pipeline-watch.js';
import { WebhookDispatcher, type WebhookOutcome } from './webhook-dispatcher.js';
import { parseWebhooks, type WebhookTarget } from './webhook-target.js';

const SECRET = 'a secret of more than 24 characters';

interface Call {
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** A receiver on the loopback that answers with the statuses it was given, then with 204. */
let server: Server;
let url: string;
let calls: Call[];
let answers: number[];

beforeEach(async () => {
  calls = [];
  answers = [];
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      calls.push({ headers: request.headers, body: Buffer.concat(chunks).toString() });
      const status = answers.shift() ?? 204;
      response.writeHead(status, status === 302 ? { location: '/elsewhere' } : {}).end(status === 204 ? '' : 'text');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
});
afterEach(() => new Promise((resolve) => server.close(resolve)));

const slept: number[] = [];
const clock: Clock = {
  nowMs: () => Date.now(),
  sleep: (ms, signal) => {
    if (ms < 3_000 || ms > 3_000) slept.push(ms);
    return ms === 3_000 ? systemClock.sleep(ms, signal) : Promise.resolve();
  },
};

const context: BatchContext = {
  owned: () => true,
  signal: new AbortController().signal,
  heartbeat: () => Promise.resolve(),
  seek: () => undefined,
  endOffset: 1,
};

const recordOf = ({ value, headers = {}, key }: OutgoingRecord): LogRecord => ({
  topic: TOPICS.alerts.name,
  partition: 0,
  offset: 0,
  key,
  value,
  headers,
  timestampMs: 0,
});

function created(name: string, severity = 4): LogRecord {
  const alert = incidentAlert(name, { severity });
  const { value, headers, key } = decisionRecord(alert, { status: 'new', by: '-', at_ms: 0, note: '', sequence: 1 });
  return recordOf({
    topic: TOPICS.alerts.name,
    key,
    value: name === 'broken' ? value.subarray(1) : encodeJson(alert),
    headers: { ...headers, ce_type: 'io.plimsoll.incident.created' },
  });
}

async function dispatch(records: readonly LogRecord[], change: Partial<WebhookTarget> = {}, suppressed = false) {
  const dead: DeadLetter[] = [];
  const outcomes: WebhookOutcome[] = [];
  const lags: number[] = [];
  const incidents = new MemoryIncidentStore();
  if (suppressed) {
    await incidents.putSuppression({
      id: 's',
      kind: 'maintenance',
      application: 'shop',
      reason: 'upgrade',
      by: 'ann',
      createdMs: Date.now(),
      startsMs: 0,
      expiresMs: Date.now() + 60_000,
    });
  }
  const [target] = parseWebhooks(
    JSON.stringify({ webhooks: [{ name: 'test', url, format: 'cloudevents', secret: SECRET, ...change }] }),
  );
  const dispatcher = new WebhookDispatcher({
    target: target!,
    incidents,
    clock,
    log: {
      publish: (letters) => {
        dead.push(...letters.map(({ value }) => decodeJson(DeadLetter, value, 'a dead letter')));
        return Promise.resolve();
      },
    },
    observe: (outcome) => outcomes.push(outcome),
    observeLag: ({ alerts }) => lags.push(alerts),
  });
  slept.length = 0;
  await dispatcher.batch(0, records, context);
  return { dead, outcomes, lags };
}

describe('webhooks', () => {
  it('send a signed CloudEvent', async () => {
    const { outcomes } = await dispatch([created('injection')]);
    expect(outcomes).toEqual([{ target: 'test', outcome: 'sent' }]);
    const { headers, body } = calls[0]!;
    const id = String(headers['webhook-id']);
    expect(headers['content-type']).toBe('application/cloudevents+json');
    const event = new CloudEvent(JSON.parse(body) as Record<string, unknown>);
    expect([event.validate(), event.id, event.type]).toEqual([true, id, 'io.plimsoll.incident.created']);
  });

  // As a receiver does with the official library, whatever form the secret has.
  it.each([
    ['whsec_ and base64', 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', undefined],
    ['base64 alone', 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', undefined],
    ['any text', SECRET, { format: 'raw' }],
    ['text beyond ASCII', 'ein Schlüssel mit Umlauten: äöü', { format: 'raw' }],
  ] as const)('are verified by standardwebhooks with a secret of %s', async (_form, secret, options) => {
    await dispatch([created('injection')], { secret });
    const { headers, body } = calls[0]!;
    const key = options === undefined ? secret : new TextEncoder().encode(secret);
    expect(new Webhook(key, options).verify(body, headers as Record<string, string>)).toEqual(JSON.parse(body));
    expect(() => new Webhook(key, options).verify(`${body} `, headers as Record<string, string>)).toThrow();
  });

  it('name what a call failed at, and where, without secrets', async () => {
    const port = (server.address() as AddressInfo).port;
    await new Promise((resolve) => server.close(resolve));
    const { outcomes } = await dispatch([created('injection')], { attempts: 1, url: `${url}?token=hunter2` });
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    expect(outcomes).toEqual([{ target: 'test', outcome: 'failed', reason: `ECONNREFUSED at 127.0.0.1:${port}` }]);
    answers = [302];
    const elsewhere = await dispatch([created('injection')], { attempts: 1 });
    expect(elsewhere.outcomes[0]?.reason).toMatch(/redirect/);
  });

  it("send Falco's own form, flat and with a priority that Falco knows", async () => {
    await dispatch([created('injection', 6)], { format: 'falco' });
    const sent = JSON.parse(calls[0]!.body) as Record<string, unknown>;
    expect(sent).toMatchObject({
      priority: 'Alert',
      rule: 'Plimsoll sqli',
      source: 'plimsoll',
      tags: ['plimsoll', 'sqli'],
    });
    expect(String(sent.time)).toMatch(/^\d{4}-.*Z$/);
    for (const field of Object.values(sent.output_fields as object))
      expect(['string', 'number']).toContain(typeof field);
  });

  it.each(['cloudevents', 'falco'] as const)(
    'send as %s that a watch was lost, whatever is suppressed',
    async (format) => {
      const subject = { application: 'shop', workload: 'web', source: 'trace' };
      const lost = recordOf(watchRecord({ subject, lost: true, sinceMs: 1_790_000_000_000, atMs: 1_790_000_050_000 }));
      const { outcomes, dead } = await dispatch([lost], { format, minSeverity: 6 }, true);
      expect([outcomes, dead]).toEqual([[{ target: 'test', outcome: 'sent' }], []]);
      expect(calls[0]!.body).toContain('Watch lost: shop/web is not heard through trace since 2026-09-21T14:13:20');
      expect((await dispatch([lost], { format, activities: ['create'] })).outcomes).toEqual([]);
    },
  );

  it('try again with growing pauses while the target is away', async () => {
    answers = [503, 429, 500];
    const { outcomes, dead } = await dispatch([created('injection')]);
    expect([calls.length, outcomes.map(({ outcome }) => outcome), dead]).toEqual([4, ['sent'], []]);
    expect(slept).toHaveLength(3);
    for (const [i, wholeMs] of [500, 1_000, 2_000].entries()) {
      expect(slept[i]).toBeGreaterThanOrEqual(wholeMs / 2);
      expect(slept[i]).toBeLessThanOrEqual(wholeMs);
    }
    expect(new Set(calls.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  });

  it('put to the dead letters what was never taken, say why, and go on', async () => {
    answers = [500, 500, 400];
    const { dead } = await dispatch([created('one'), created('two'), created('three')], { attempts: 2 });
    expect(dead.map(({ reason, detail }) => [reason, detail])).toEqual([
      ['webhook-failed', 'test: status 500'],
      ['webhook-failed', 'test: status 400'],
    ]);
    expect(calls).toHaveLength(4);
  });

  it('follow nobody elsewhere', async () => {
    answers = [302, 302];
    const { dead } = await dispatch([created('injection')], { attempts: 2 });
    expect(dead).toHaveLength(1);
  });

  it('leave out what is suppressed, and count it', async () => {
    const { outcomes } = await dispatch([created('injection')], {}, true);
    expect([outcomes, calls]).toEqual([[{ target: 'test', outcome: 'suppressed' }], []]);
  });

  it('leave out what is not severe enough, and what is not asked for', async () => {
    expect((await dispatch([created('injection', 2)], { minSeverity: 3 })).outcomes).toEqual([]);
    expect((await dispatch([created('injection')], { activities: ['close'] })).outcomes).toEqual([]);
  });

  it('tell at once what has become severe enough, once', async () => {
    const raised = incidentAlert('injection', { revision: 2, activity: 2, severity: 6, raisedFrom: 2 });
    const decided = decisionAlert(raised, { status: 'in-progress', by: 'ann', at_ms: 1, note: '', sequence: 1 });
    const updated = (alert: Alert): LogRecord => {
      const record = created('injection');
      return {
        ...record,
        value: encodeJson(alert),
        headers: { ...record.headers, ce_type: 'io.plimsoll.incident.updated' },
      };
    };
    const sent = async (alert: Alert, change: Partial<WebhookTarget>): Promise<number> =>
      (await dispatch([updated(alert)], change)).outcomes.length;
    expect(await sent(raised, { minSeverity: 3 })).toBe(1);
    // It was told when it was created, is not severe enough yet, or is a decision told again.
    expect(await sent(raised, { minSeverity: 2 })).toBe(0);
    expect(await sent({ ...raised, severity_id: 3 }, { minSeverity: 4 })).toBe(0);
    expect(await sent(decided, { minSeverity: 3 })).toBe(0);
    expect(await sent(raised, { minSeverity: 3, activities: ['close'] })).toBe(0);
  });

  it('put a record that is no alert to the dead letters', async () => {
    const { dead } = await dispatch([created('broken')]);
    expect(dead.map(({ reason }) => reason)).toEqual(['bad-message']);
  });
});

describe('a dead receiver', () => {
  it('holds up no other, and its lag shows', async () => {
    const silent = createServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const log = new MemoryLog({ topics: [{ ...TOPICS.alerts, partitions: 1 }, TOPICS.deadLetters] });
    const lag = new Map<string, number>();
    const [dead, alive] = parseWebhooks(
      JSON.stringify({
        webhooks: [
          { name: 'dead', url: `http://127.0.0.1:${(silent.address() as AddressInfo).port}/`, format: 'falco' },
          { name: 'alive', url, format: 'falco' },
        ],
      }),
    );
    const steps = alertConsumers({
      log,
      incidents: new MemoryIncidentStore(),
      profiles: new MemoryProfileStore(),
      states: new MemoryStateStore(),
      observer: () => undefined,
      webhooks: [dead!, alive!],
      watch: new PipelineWatch(),
      deadLetters: new DeadLetterWatch(),
      told: new MemoryWatchStore(),
      waiting: () => undefined,
      observeLag: ({ target, alerts }) => lag.set(target, alerts),
    }).filter(({ name }) => name.startsWith('webhook-'));
    expect(steps.map(({ name }) => name)).toEqual(['webhook-dead', 'webhook-alive']);
    await log.publish(
      ['one', 'two', 'three'].map((name) => {
        const { topic, key, value, headers } = created(name);
        return { topic, key: key!, value, headers };
      }),
    );
    for (const step of steps) await step.start?.();
    await expect.poll(() => calls.length).toBe(3);
    await expect.poll(() => [lag.get('alive'), lag.get('dead')]).toEqual([0, 3]);
    silent.closeAllConnections();
    silent.close();
    for (const step of steps) await step.stop?.();
    await log.close();
  });
});

describe('the webhook file', () => {
  it('is refused with every problem, and never tells a secret', () => {
    const file = { webhooks: [{ name: 'A', url: 'ftp://user:hunter2@host', format: 'xml', secret: 'hunter2' }] };
    expect(() => parseWebhooks(JSON.stringify(file))).toThrow(/name.*url.*format.*secret/s);
    try {
      parseWebhooks(JSON.stringify(file));
    } catch (error) {
      expect(String(error)).not.toContain('hunter2');
    }
  });
});
