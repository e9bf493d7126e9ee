import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';

import type { OutgoingRecord } from '@plimsoll/streaming';
import { afterEach, describe, expect, it } from 'vitest';

import { Arrivals } from '../arrivals.js';
import { IntakeServer } from './intake-server.js';
import { JsonLinesIntake } from './json-lines-intake.js';

const TOKEN = 'a-token-of-the-test';
const LIMIT = 1_000_000;
const LINE = '127.0.0.1 - - [23/Nov/2026:17:40:02 +0000] "GET /a?q=1 HTTP/1.1" 200 512 "-" "curl/8"\n';
const WHERE = 'application=shop&workload=web&container=web-1&kind=access-log&stream=s';

let server: IntakeServer;
const records: OutgoingRecord[] = [];

async function start(): Promise<void> {
  server = new IntakeServer({ host: '127.0.0.1', port: 0, bearerToken: TOKEN, maxBodyBytes: LIMIT });
  const outbox = { accept: (more: readonly OutgoingRecord[]) => Promise.resolve(void records.push(...more)) };
  new JsonLinesIntake(server, { privacy: 'balanced', outbox, arrivals: new Arrivals(() => Date.UTC(2100, 0)) });
  await server.listen();
}

afterEach(async () => {
  records.length = 0;
  await server.close();
});

async function post(query: string, body: string | Buffer, headers: Record<string, string> = {}): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${server.address.port}/v1/lines?${query}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${TOKEN}`, ...headers },
    body: typeof body === 'string' ? body : new Uint8Array(body),
  });
  await response.text();
  return response.status;
}

/** What the server answers to bytes that no client library would send. */
function raw(bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(server.address.port, '127.0.0.1', () => socket.write(bytes));
    let answer = '';
    socket.setTimeout(2_000, () => socket.destroy());
    socket.on('data', (data) => (answer += data.toString('latin1')));
    socket.on('close', () => {
      resolve(answer);
    });
    socket.on('error', reject);
  });
}

const HEAD = `POST /v1/lines?${WHERE} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${TOKEN}\r\n`;

describe('an adversary at the intake', () => {
  it.each<[string, string, string | Buffer, Record<string, string>, number]>([
    ['200 MB packed in 200 KB', WHERE, gzipSync(Buffer.alloc(200_000_000, 10)), { 'content-encoding': 'gzip' }, 413],
    ['gzip within gzip', WHERE, gzipSync(gzipSync(LINE)), { 'content-encoding': 'gzip, gzip' }, 400],
    ['a packed body cut off', WHERE, gzipSync(LINE.repeat(99)).subarray(0, 60), { 'content-encoding': 'gzip' }, 400],
    ['a body over the limit', WHERE, 'x'.repeat(LIMIT + 1), {}, 413],
    ['a kind of the prototype', WHERE.replace('access-log', '__proto__'), LINE, {}, 400],
    ['a kind of objects', WHERE.replace('access-log', 'constructor'), LINE, {}, 400],
    ['two applications', `${WHERE}&application=bank`, LINE, {}, 400],
    ['an empty stream', WHERE.replace('stream=s', 'stream='), LINE, {}, 400],
    ['a stream of 600 characters', WHERE.replace('stream=s', `stream=${'s'.repeat(600)}`), LINE, {}, 400],
    ['a sequence below the first', `${WHERE}&sequence=0`, LINE, {}, 400],
    ['a sequence that is no number', `${WHERE}&sequence=1e999`, LINE, {}, 400],
    ['a sequence in parts', `${WHERE}&sequence=1.5`, LINE, {}, 400],
    ['another case of Bearer and a blank more', WHERE, LINE, { authorization: `bearer  ${TOKEN}` }, 401],
    ['a token with something behind it', WHERE, LINE, { authorization: `Bearer ${TOKEN},${TOKEN}` }, 401],
    ['a token of 5,000 characters', WHERE, LINE, { authorization: `Bearer ${'x'.repeat(5_000)}` }, 401],
    ['the token as a parameter', `${WHERE}&authorization=Bearer+${TOKEN}`, LINE, { authorization: '' }, 401],
  ])('refuses %s, and takes nothing of it', async (_, query, body, headers, status) => {
    await start();
    expect(await post(query, body, headers)).toBe(status);
    expect(records).toEqual([]);
    expect(await post(WHERE, LINE)).toBe(200);
  });

  it.each([
    [
      'a body that is shorter and longer at once',
      `${HEAD}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    ],
    ['two lengths', `${HEAD}Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello`],
    ['a length below nothing', `${HEAD}Content-Length: -5\r\n\r\nhello`],
    ['a length with a sign', `${HEAD}Content-Length: +5\r\n\r\nhello`],
    ['a size that is none', `${HEAD}Transfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n0\r\n\r\n`],
    ['a header of 100 KB', `${HEAD}X: ${'x'.repeat(100_000)}\r\n\r\n`],
    ['a line feed within a header', `${HEAD}X: a\nContent-Length: 5\r\n\r\nhello`],
  ])('answers %s with an error, and goes on', async (_, bytes) => {
    await start();
    expect(await raw(bytes)).not.toMatch(/HTTP\/1\.1 200/);
    expect(records).toEqual([]);
    expect(await post(WHERE, LINE)).toBe(200);
  });

  it('takes names with line ends, NUL and bidi as names', async () => {
    await start();
    const odd = WHERE.replace('stream=s', 'stream=a%0a%00b%E2%80%AE../../c');
    expect([200, 400]).toContain(await post(odd, LINE));
    expect(await post(WHERE, LINE)).toBe(200);
  });
});
