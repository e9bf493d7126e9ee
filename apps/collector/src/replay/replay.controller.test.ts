import 'reflect-metadata';

import { gzipSync } from 'node:zlib';

import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { decodeSyscallBatch, PlimsollError, TOPICS } from '@plimsoll/contracts';
import type { EventLog, OutgoingRecord } from '@plimsoll/streaming';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { CollectorModule } from '../collector.module.js';
import { Publisher } from '../publisher.js';
import { streamBodies } from '../stream-bodies.js';

const TRACE = [
  '1795455028.100000 read(3, "x", 1) = 1 <0.000010>',
  '1795455028.200000 write(4, "y", 1) = 1 <0.000010>',
  'this line is of no kind',
  '1795455028.300000 close(4) = 0 <0.000010>',
  '',
].join('\n');

const COUNTS = { current: () => Promise.resolve({ syscalls: 2, logs: 2 }) };

const QUERY = new URLSearchParams({
  application: 'shop',
  workload: 'db',
  container: 'db-1',
  kind: 'strace',
  stream: 'monday',
});

let application: NestFastifyApplication;
let published: OutgoingRecord[];
let publish: EventLog['publish'];

beforeEach(async () => {
  published = [];
  publish = (records) => {
    published.push(...records.filter(({ headers }) => headers === undefined));
    return Promise.resolve();
  };
  const publisher = new Publisher({ publish: (records) => publish(records) }, COUNTS);
  application = await NestFactory.create<NestFastifyApplication>(
    CollectorModule.publishing(publisher, { privacy: { privacy: 'balanced' }, sources: [], replay: true }),
    new FastifyAdapter(),
    { logger: false },
  );
  streamBodies(application);
  await application.listen(0, '127.0.0.1');
});
afterEach(() => application.close());

async function send(
  query: URLSearchParams,
  body: Uint8Array<ArrayBuffer> | string,
  headers: Readonly<Record<string, string>> = {},
): Promise<{ status: number; answer: unknown }> {
  const response = await fetch(`${await application.getUrl()}/v1/replay?${query.toString()}`, {
    method: 'POST',
    headers: { 'content-type': 'application/octet-stream', ...headers },
    body,
  });
  return { status: response.status, answer: await response.json() };
}

describe('POST /v1/replay', () => {
  it('publishes what the bytes say and answers with counts', async () => {
    const { status, answer } = await send(QUERY, TRACE);
    expect(status).toBe(200);
    expect(answer).toMatchObject({ lines: 4, malformed: 1, messages: published.length });
    // The one event on `logs` tells the minute in which the trace was watched.
    const calls = published.filter(({ topic }) => topic === TOPICS.syscalls.name);
    const batches = calls.map(({ value }) => decodeSyscallBatch(value));
    expect(published.length - calls.length).toBe(1);
    expect(calls.every(({ key }) => key === 'db-1')).toBe(true);
    expect(batches.reduce((sum, { count }) => sum + count, 0)).toBe(3);
    expect(batches.at(-1)).toMatchObject({ application: 'shop', workload: 'db', stream: 'monday', last: true });
  });

  it('gives the same records for the same bytes again, packed or not', async () => {
    await send(QUERY, TRACE);
    const first = published.splice(0);
    const { status } = await send(QUERY, new Uint8Array(gzipSync(TRACE)), { 'content-encoding': 'gzip' });
    expect(status).toBe(200);
    expect(published).toEqual(first);
  });

  it('refuses a query that does not say what the stream is', async () => {
    const { status, answer } = await send(new URLSearchParams({ kind: 'poetry', application: 'shop' }), TRACE);
    expect(status).toBe(400);
    for (const name of ['kind', 'workload', 'container', 'stream']) expect(JSON.stringify(answer)).toContain(name);
  });

  it('refuses gzip that is not whole, and other content types', async () => {
    const half = new Uint8Array(gzipSync(TRACE)).slice(0, 40);
    expect(await send(QUERY, half, { 'content-encoding': 'gzip' })).toMatchObject({
      status: 400,
      answer: { code: 'unreadable-file' },
    });
    expect((await send(QUERY, '{}', { 'content-type': 'application/json' })).status).toBe(415);
  });

  it('waits while the log is away, and ends a stream under way when it stops', async () => {
    publish = () => Promise.reject(new PlimsollError('unavailable', 'no broker answers'));
    const answered = send(QUERY, TRACE);
    await new Promise((resolve) => setTimeout(resolve, 100));
    await application.close();
    expect(await answered).toMatchObject({ status: 503, answer: { code: 'stopped' } });
  });
});
