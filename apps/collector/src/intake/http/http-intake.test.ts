import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { request as httpsRequest } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

import { decodeJson, decodeSyscallBatch, LogEvent, PlimsollError } from '@plimsoll/contracts';
import type { OutgoingRecord } from '@plimsoll/streaming';
import { afterEach, describe, expect, it } from 'vitest';

import { Arrivals } from '../arrivals.js';
import { AuditWebhook } from './audit-webhook.js';
import { IntakeServer, type IntakeServerOptions } from './intake-server.js';
import { JsonLinesIntake } from './json-lines-intake.js';

const CLUSTER = { application: 'cluster', workload: 'apiserver', container: 'c1', stream: 'audit' };
/** Later than every line of these tests. */
const ARRIVALS = new Arrivals(() => Date.UTC(2100, 0));
const TOKEN = 'a-token-of-the-test';

/** Where records are safe; away or slow as the test says. */
class Shelf {
  readonly records: OutgoingRecord[] = [];
  away = false;
  failures = 0;
  hold: Promise<void> = Promise.resolve();

  async accept(records: readonly OutgoingRecord[]): Promise<void> {
    await this.hold;
    if (this.away) {
      this.failures++;
      throw new PlimsollError('unavailable', 'neither log nor disk');
    }
    this.records.push(...records);
  }

  get ids(): string[] {
    return this.records.map(({ value }) => {
      const event = decodeJson(LogEvent, value, 'a record of the test');
      return event.type === 'k8s-audit' ? event.auditId : event.type;
    });
  }
}

const servers: IntakeServer[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

function serverOf(options: Partial<IntakeServerOptions> = {}): IntakeServer {
  const server = new IntakeServer({
    host: '127.0.0.1',
    port: 0,
    bearerToken: TOKEN,
    maxBodyBytes: 1_000_000,
    ...options,
  });
  servers.push(server);
  return server;
}

async function post(
  server: IntakeServer,
  path: string,
  body: string | Buffer,
  headers: Record<string, string> = {},
): Promise<{ status: number; answer: Record<string, unknown> }> {
  // prettier-ignore
  const response = await fetch(`http://127.0.0.1:${server.address.port}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : new Uint8Array(body),
  });
  return { status: response.status, answer: (await response.json()) as Record<string, unknown> };
}

function event(auditID: string, stage = 'ResponseComplete', kind?: string): Record<string, unknown> {
  return {
    ...(kind !== undefined && { kind, apiVersion: 'audit.k8s.io/v1' }),
    level: 'Metadata',
    auditID,
    stage,
    requestURI: '/api/v1/namespaces/shop/pods',
    verb: 'list',
    user: { username: 'system:serviceaccount:shop:web', groups: [] },
    sourceIPs: ['10.0.0.9'],
    objectRef: { resource: 'pods', namespace: 'shop', apiVersion: 'v1' },
    responseStatus: { code: 200 },
    requestReceivedTimestamp: '2026-11-23T17:40:02.120000Z',
    stageTimestamp: '2026-11-23T17:40:02.125000Z',
  };
}

function list(...items: unknown[]): string {
  return JSON.stringify({ kind: 'EventList', apiVersion: 'audit.k8s.io/v1', metadata: {}, items });
}

async function webhook(
  shelf: Shelf,
  options: Partial<IntakeServerOptions> = {},
): Promise<[IntakeServer, AuditWebhook]> {
  const server = serverOf(options);
  const receiver = new AuditWebhook(server, {
    cluster: CLUSTER,
    privacy: 'balanced',
    outbox: shelf,
    arrivals: ARRIVALS,
  });
  await server.listen();
  return [server, receiver];
}

const AUDIT = '/v1/k8s-audit';

describe('AuditWebhook', () => {
  it('takes lists whose items lack their kind, and a bare event', async () => {
    const shelf = new Shelf();
    const [server, receiver] = await webhook(shelf);
    expect(await post(server, AUDIT, list(event('a'), event('b')))).toEqual({ status: 200, answer: { events: 2 } });
    expect((await post(server, AUDIT, JSON.stringify(event('c', 'ResponseComplete', 'Event')))).status).toBe(200);
    expect(shelf.ids).toEqual(['a', 'b', 'c']);
    expect(receiver.counts).toEqual({ deliveries: 2, events: 3, tooLarge: 0 });
  });

  it('counts a repeated delivery once, and delivers what waited for its answer at the end', async () => {
    const shelf = new Shelf();
    const [server, receiver] = await webhook(shelf);
    await post(server, AUDIT, list(event('a', 'RequestReceived'), event('a'), event('b', 'RequestReceived')));
    expect((await post(server, AUDIT, list(event('a')))).answer).toEqual({ events: 0 });
    expect(shelf.ids).toEqual(['a']);
    await receiver.stop();
    expect(shelf.ids).toEqual(['a', 'b']);
  });

  it('answers 503 while nothing is safe, and 200 to the retry only when everything is, each event once', async () => {
    const shelf = new Shelf();
    const [server] = await webhook(shelf);
    shelf.away = true;
    const refused = await post(server, AUDIT, list(event('a'), event('b')));
    expect(refused).toMatchObject({ status: 503, answer: { code: 'unavailable' } });
    expect((await post(server, AUDIT, list(event('a'), event('b')))).status).toBe(503);
    shelf.away = false;
    expect((await post(server, AUDIT, list(event('a'), event('b')))).status).toBe(200);
    expect((await post(server, AUDIT, list(event('c')))).status).toBe(200);
    expect(shelf.ids).toEqual(['a', 'b', 'c']);
  });

  it('does not call a repetition safe while the first delivery is still under way', async () => {
    const shelf = new Shelf();
    const [server] = await webhook(shelf);
    let open = (): void => undefined;
    shelf.hold = new Promise<void>((resolve) => {
      open = resolve;
    });
    const answered: string[] = [];
    const first = post(server, AUDIT, list(event('a'))).then(() => answered.push('first'));
    const second = post(server, AUDIT, list(event('a'))).then(() => answered.push('second'));
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(answered).toEqual([]);
    open();
    await Promise.all([first, second]);
    expect(shelf.ids).toEqual(['a']);
  });

  it('refuses what is no JSON for good, and what is too large with a gap to those it may concern', async () => {
    const shelf = new Shelf();
    const [server, receiver] = await webhook(shelf, { maxBodyBytes: 20_000 });
    expect((await post(server, AUDIT, 'nothing')).status).toBe(400);
    await post(server, AUDIT, list(event('a')));
    expect((await post(server, AUDIT, list(...new Array<unknown>(400).fill(event('x'))))).status).toBe(413);
    expect(
      (await post(server, AUDIT, gzipSync(Buffer.alloc(100_000, ' ')), { 'content-encoding': 'gzip' })).status,
    ).toBe(413);
    await post(server, AUDIT, list(event('b')));
    expect(shelf.ids).toEqual(['a', 'gap', 'gap', 'b']);
    expect(receiver.counts.tooLarge).toBe(2);
  });

  it('answers 429 when too much is under way, and takes the same later', async () => {
    const shelf = new Shelf();
    const refused: number[] = [];
    const [server] = await webhook(shelf, { maxHeldBytes: 1_200, onRefused: (status) => refused.push(status) });
    let open = (): void => undefined;
    shelf.hold = new Promise<void>((resolve) => {
      open = resolve;
    });
    const first = post(server, AUDIT, list(event('a'), event('b')));
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect((await post(server, AUDIT, list(event('c'), event('d')))).status).toBe(429);
    open();
    expect((await first).status).toBe(200);
    expect((await post(server, AUDIT, list(event('c'), event('d')))).status).toBe(200);
    expect(shelf.ids).toEqual(['a', 'b', 'c', 'd']);
    expect(refused).toEqual([429]);
  });

  it('takes nothing from whom it does not know, and does not start without a way to know', async () => {
    const shelf = new Shelf();
    const [server] = await webhook(shelf);
    const wrong = await post(server, AUDIT, list(event('a')), { authorization: 'Bearer other' });
    expect(wrong.status).toBe(401);
    expect((await post(server, AUDIT, list(event('a')), { authorization: '' })).status).toBe(401);
    expect(JSON.stringify(wrong.answer)).not.toContain(TOKEN);
    expect(shelf.records).toEqual([]);
    expect(() => new IntakeServer({ host: '::', port: 0, maxBodyBytes: 1 })).toThrow(PlimsollError);
  });
});

const SAMPLES = join(
  process.env['PLIMSOLL_SHARED_DATA'] ?? fileURLToPath(new URL('../../../../../../shared/data', import.meta.url)),
  'k8s-audit/webhook-samples',
);
if (existsSync(SAMPLES)) {
  describe('deliveries of a real API server', () => {
    it('are taken, each request once, also when all are sent again', async () => {
      const shelf = new Shelf();
      const [server, receiver] = await webhook(shelf);
      const bodies = readdirSync(SAMPLES).filter((name) => name.endsWith('.body.json'));
      for (const name of [...bodies, ...bodies]) {
        expect((await post(server, AUDIT, readFileSync(join(SAMPLES, name)))).status).toBe(200);
      }
      await receiver.stop();
      const sent = bodies.flatMap((name) => {
        const { items } = JSON.parse(readFileSync(join(SAMPLES, name), 'utf8')) as { items: { auditID: string }[] };
        return items.map(({ auditID }) => auditID);
      });
      expect(bodies).not.toEqual([]);
      expect([...shelf.ids].sort()).toEqual([...new Set(sent)].sort());
    });
  });
}

const LINES = '/v1/lines?application=shop&workload=web&container=web-1';
const ACCESS = '127.0.0.1 - - [23/Nov/2026:17:40:02 +0000] "GET /index.php?q=1 HTTP/1.1" 200 512 "-" "curl/8"\n';

async function lines(shelf: Shelf, arrivals = ARRIVALS): Promise<IntakeServer> {
  const server = serverOf();
  new JsonLinesIntake(server, { privacy: 'balanced', outbox: shelf, arrivals });
  await server.listen();
  return server;
}

function timesOf(records: readonly OutgoingRecord[]): { year: number[]; calls: number[] } {
  const year = records
    .filter(({ topic }) => topic === 'logs')
    .map(({ value }) => new Date(decodeJson(LogEvent, value, 'a record').timeUs / 1_000).getUTCFullYear());
  const batches = records.filter(({ topic }) => topic === 'syscalls').map(({ value }) => decodeSyscallBatch(value));
  return { year, calls: batches.flatMap(({ baseTimeUs, offsetsUs }) => [...offsetsUs].map((us) => baseTimeUs + us)) };
}

describe('JsonLinesIntake', () => {
  it('takes lines of any kind, plain and gzip, and goes on in a stream', async () => {
    const shelf = new Shelf();
    const server = await lines(shelf);
    const path = `${LINES}&kind=access-log&stream=s`;
    expect((await post(server, path, ACCESS.repeat(2))).answer).toEqual({
      lines: 2,
      events: 2,
      malformed: 0,
      repeated: false,
    });
    const packed = gzipSync(ACCESS.trimEnd());
    expect((await post(server, path, packed, { 'content-encoding': 'gzip' })).status).toBe(200);
    const ids = shelf.records.map(({ value }) => decodeJson(LogEvent, value, 'a record').id);
    expect(ids.map((id) => id.replace(/^s@[0-9a-f-]{36}\.0:/, ''))).toEqual(['1', '2', '3']);
    const falco = JSON.stringify({ output_fields: { 'evt.type': 'execve', 'evt.dir': '<', 'container.id': 'abcabcabcabc' }, time: '2026-11-23T17:40:02Z' }); // prettier-ignore
    expect((await post(server, `${LINES}&kind=sysdig-json&stream=f`, falco)).answer).toMatchObject({ events: 1 });
    expect(shelf.records.at(-1)).toMatchObject({ topic: 'syscalls', key: 'abcabcabcabc' });
  });

  it('takes a numbered body once', async () => {
    const shelf = new Shelf();
    const server = await lines(shelf);
    const path = `${LINES}&kind=access-log&stream=s&sequence=`;
    shelf.away = true;
    expect((await post(server, `${path}1`, ACCESS)).status).toBe(503);
    shelf.away = false;
    expect((await post(server, `${path}1`, ACCESS)).answer).toMatchObject({ repeated: true });
    expect((await post(server, `${path}2`, ACCESS)).answer).toMatchObject({ repeated: false });
    expect(shelf.records).toHaveLength(2);
  });

  it('never gives new lines the names of old ones after a restart, and the same to a body that is sent again', async () => {
    const idsOf = async (path: string, body: string): Promise<string[]> => {
      const shelf = new Shelf();
      expect((await post(await lines(shelf), path, body)).status).toBe(200);
      return shelf.records.map(({ value }) => decodeJson(LogEvent, value, 'a record').id);
    };
    const path = `${LINES}&kind=access-log&stream=s`;
    expect(await idsOf(path, ACCESS)).not.toEqual(await idsOf(path, ACCESS));
    expect(await idsOf(`${path}&sequence=7`, ACCESS)).toEqual(['s#7.0']);
    expect(await idsOf(`${path}&sequence=7`, ACCESS)).toEqual(['s#7.0']);
  });

  it('sets times of the future to their arrival, tells it, and goes on in the present', async () => {
    const shelf = new Shelf();
    const nowMs = Date.UTC(2026, 10, 23, 17, 40, 3);
    const arrivals = new Arrivals(() => nowMs);
    const server = await lines(shelf, arrivals);
    const at = (year: number): string => ACCESS.replace('2026', String(year));
    await post(server, `${LINES}&kind=access-log&stream=s`, at(2100) + at(2100) + at(2026) + at(2020));
    const jump = [0, 1, 2_300_000_000, 2_300_000_060, 2]
      .map((s) => `100 ${nowMs / 1_000 + s}.000000 read(5, "x", 1) = 1 <0.000010>\n`)
      .join('');
    await post(server, `${LINES}&kind=strace&stream=t`, jump);
    const { year, calls } = timesOf(shelf.records);
    // The last three tell the minutes in which the trace was watched: before, of, and after the jump.
    expect(year).toEqual([2026, 2026, 2026, 2020, 2026, 2026, 2026]);
    expect(calls.map((us) => Math.round(us / 1_000 - nowMs))).toEqual([0, 1_000, 1_000, 1_000, 2_000]);
    // Two lines, a call, and the minute of that call: the parser passes over the first line whose time jumps.
    expect(arrivals.skewed).toBe(4);
    expect(arrivals.health()).toMatchObject({ ready: true, reason: expect.stringContaining('s: 2 times') as string });
  });

  it('says what is wrong with a request', async () => {
    const server = await lines(new Shelf());
    expect((await post(server, '/v1/lines?kind=access-log', ACCESS)).status).toBe(400);
    expect(await post(server, `${LINES}&kind=sysdig-json&stream=x`, ACCESS.repeat(9))).toMatchObject({
      status: 400,
      answer: { code: 'wrong-kind', message: expect.stringContaining('look like access-log') as string },
    });
    expect((await post(server, `${LINES}&kind=access-log&stream=s`, 'x', { 'content-encoding': 'gzip' })).status).toBe(
      400,
    );
  });
});

const openssl = opensslAnswers();
if (openssl) {
  describe('IntakeServer over TLS', () => {
    it('takes what a client with a certificate of the authority sends, and nothing from others', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'plimsoll-tls-'));
      try {
        const { ca, server: own, client } = certificates(folder);
        const shelf = new Shelf();
        const server = new IntakeServer({
          host: '127.0.0.1',
          port: 0,
          tls: { ...own, clientCa: ca },
          maxBodyBytes: 100_000,
        });
        servers.push(server);
        new AuditWebhook(server, { cluster: CLUSTER, privacy: 'balanced', outbox: shelf, arrivals: ARRIVALS });
        await server.listen();
        const send = (tls: object): Promise<number> =>
          new Promise((resolve, reject) => {
            const sent = httpsRequest(
              {
                host: '127.0.0.1',
                port: server.address.port,
                path: AUDIT,
                method: 'POST',
                ca,
                servername: 'localhost',
                ...tls,
              },
              (response) => {
                // prettier-ignore
                response.resume();
                resolve(response.statusCode ?? 0);
              },
            );
            sent.on('error', reject);
            sent.end(list(event('a')));
          });
        expect(await send(client)).toBe(200);
        await expect(send({})).rejects.toThrow();
        expect(shelf.ids).toEqual(['a']);
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    });
  });
}

function opensslAnswers(): boolean {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** An authority and two certificates of it, made for one run. */
function certificates(folder: string): {
  ca: Buffer;
  server: { cert: Buffer; key: Buffer };
  client: { cert: Buffer; key: Buffer };
} {
  // prettier-ignore
  const at = (name: string): string => join(folder, name);
  const run = (...args: string[]): void => {
    execFileSync('openssl', args, { stdio: 'ignore' });
  };
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  run('req', '-x509', ...curve, '-keyout', at('ca.key'), '-out', at('ca.pem'), '-subj', '/CN=authority', '-days', '2');
  const issue = (name: string): { cert: Buffer; key: Buffer } => {
    const subject = ['-subj', `/CN=${name}`, '-addext', 'subjectAltName=DNS:localhost'];
    run('req', ...curve, '-keyout', at(`${name}.key`), '-out', at(`${name}.csr`), ...subject);
    run('x509', '-req', '-in', at(`${name}.csr`), '-CA', at('ca.pem'), '-CAkey', at('ca.key'), '-CAcreateserial', '-copy_extensions', 'copy', '-out', at(`${name}.pem`), '-days', '2'); // prettier-ignore
    return { cert: readFileSync(at(`${name}.pem`)), key: readFileSync(at(`${name}.key`)) };
  };
  return { ca: readFileSync(at('ca.pem')), server: issue('server'), client: issue('client') };
}

describe('tokens bound to applications', () => {
  const OWN = 'the-token-of-the-host-of-shop';
  const sha256 = createHash('sha256').update(OWN).digest('hex');
  const line = '1.2.3.4 - - [29/Nov/2026:08:00:00 +0000] "GET /a?b=c HTTP/1.1" 200 12 "-" "agent"';
  const linesOf = (application: string) =>
    `/v1/lines?kind=access-log&stream=log&application=${application}&workload=web&container=web-1`;

  it('speak for no other', async () => {
    const accepted: OutgoingRecord[] = [];
    const outbox = { accept: (records: readonly OutgoingRecord[]) => Promise.resolve(void accepted.push(...records)) };
    const server = serverOf({ boundTokens: [{ name: 'host-1', sha256, applications: ['shop'] }] });
    new JsonLinesIntake(server, { privacy: 'balanced', outbox, arrivals: ARRIVALS });
    const cluster = { application: 'cluster', workload: 'c', container: 'c', stream: 'k8s-audit/c' };
    new AuditWebhook(server, { cluster, privacy: 'balanced', outbox, arrivals: ARRIVALS });
    await server.listen();
    const own = { authorization: `Bearer ${OWN}` };
    expect((await post(server, linesOf('shop'), line, own)).status).toBe(200);
    const told = accepted.length;
    const other = await post(server, linesOf('bank'), line, own);
    expect([other.status, JSON.stringify(other.answer)]).toEqual([
      400,
      expect.stringContaining('not for the application'),
    ]);
    expect((await post(server, '/v1/k8s-audit', JSON.stringify(event('a')), own)).status).toBe(400);
    expect(accepted).toHaveLength(told);
    // The token that is bound to none speaks for all, as before; one that nobody knows for none.
    expect((await post(server, linesOf('bank'), line)).status).toBe(200);
    expect((await post(server, linesOf('shop'), line, { authorization: 'Bearer guess' })).status).toBe(401);
  });

  it('place containers nowhere else, whatever the lines say of them', async () => {
    const accepted: OutgoingRecord[] = [];
    const outbox = { accept: (records: readonly OutgoingRecord[]) => Promise.resolve(void accepted.push(...records)) };
    const server = serverOf({ boundTokens: [{ name: 'host-1', sha256, applications: ['shop'] }] });
    const whereOf = () => ({ application: 'bank', workload: 'vault', container: 'vault-1' });
    new JsonLinesIntake(server, { privacy: 'balanced', outbox, arrivals: ARRIVALS, whereOf });
    await server.listen();
    const path = linesOf('shop').replace('kind=access-log', 'kind=tetragon');
    const answer = await post(
      server,
      path,
      `{"process_kprobe":{"process":{"pid":52699,"tid":52700,"docker":"551e000000000000000000000000000"},"function_name":"__x64_sys_openat","args":[{"int_arg":-100},{"string_arg":"/etc/shadow"}],"return":{"int_arg":-13},"action":"KPROBE_ACTION_POST"},"node_name":"n1","time":"2024-03-05T10:20:30.124456789Z"}`,
      { authorization: `Bearer ${OWN}` },
    );
    expect(answer.status).toBe(200);
    expect(accepted.length).toBeGreaterThan(0);
    for (const { value } of accepted) expect(Buffer.from(value).includes('bank')).toBe(false);
  });
});
