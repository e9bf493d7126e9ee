import 'reflect-metadata';

import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { PlimsollError } from '@plimsoll/contracts';
import type { Health, StreamEvent, TaskId } from '@plimsoll/streaming';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { JsonLogger, openLog } from './json-logger.js';
import { ServiceModule } from './service.module.js';
import { StreamMetrics } from './stream-metrics.js';
import { streamReport } from './stream-report.js';

@Module({})
class NoWork {}

const task: TaskId = { group: 'g', topic: 'syscalls', partition: 3 };
const waits: StreamEvent = {
  type: 'retry',
  task,
  on: 'state-store',
  attempt: 1,
  error: new PlimsollError('unavailable', 'the store is away'),
};
const processed: StreamEvent = {
  type: 'processed',
  task,
  records: 40,
  sizeBytes: 4_000,
  skipped: 2,
  published: 5,
  cachedStates: 7,
  lag: 11,
  durationMs: 30,
};

let health: Health = { ready: true };
const lines: string[] = [];
const registry = new Registry();
const log = openLog('test', 'info', { write: (line) => void lines.push(line) });
const observe = streamReport(log, new StreamMetrics(registry));
let application: NestFastifyApplication;

beforeAll(async () => {
  const dependencies = [
    { name: 'kafka', check: () => Promise.resolve(health) },
    { name: 'redis', check: () => Promise.resolve({ ready: true } as const) },
  ];
  application = await NestFactory.create<NestFastifyApplication>(
    ServiceModule.around(NoWork, dependencies, registry),
    new FastifyAdapter(),
    { logger: new JsonLogger(log) },
  );
  await application.init();
});
afterAll(() => application.close());

async function get(url: string): Promise<{ status: number; body: string }> {
  const { statusCode, body } = await application.inject({ method: 'GET', url });
  return { status: statusCode, body };
}

describe('ServiceModule', () => {
  it('is alive whatever it waits for, and ready when it waits for nothing', async () => {
    expect(await get('/health/live')).toEqual({ status: 200, body: '{"live":true}' });
    expect(await get('/health/ready')).toEqual({ status: 200, body: '{"ready":true,"waitingFor":[]}' });
    health = { ready: false, reason: 'no broker answers' };
    expect((await get('/health/live')).status).toBe(200);
    const { status, body } = await get('/health/ready');
    expect(status).toBe(503);
    expect(JSON.parse(body)).toEqual({ ready: false, waitingFor: [{ name: 'kafka', reason: 'no broker answers' }] });
  });

  it('tells Prometheus what readiness tells', async () => {
    const states = async (): Promise<string[]> =>
      (await get('/metrics')).body.split('\n').filter((line) => /^plimsoll_dependency_state\{.* 1$/.test(line));
    health = { ready: false, reason: 'no broker answers' };
    const redis = 'plimsoll_dependency_state{on="redis",state="ready"} 1';
    expect(await states()).toEqual(['plimsoll_dependency_state{on="kafka",state="waiting"} 1', redis]);
    health = { ready: true, reason: 'something to know' };
    expect(await states()).toEqual(['plimsoll_dependency_state{on="kafka",state="noticed"} 1', redis]);
    health = { ready: true };
    expect(await states()).toEqual(['plimsoll_dependency_state{on="kafka",state="ready"} 1', redis]);
  });

  it('serves what the stream does as metrics', async () => {
    observe(processed);
    observe({ type: 'dead-letter', task, reason: 'late', offset: 9 });
    observe(waits);
    const { body } = await get('/metrics');
    for (const line of [
      'plimsoll_records_total{group="g",topic="syscalls"} 40',
      'plimsoll_lag_records{group="g",topic="syscalls",partition="3"} 11',
      'plimsoll_dead_letters_total{group="g",topic="syscalls",reason="late"} 1',
      'plimsoll_retries_total{on="state-store"} 1',
      'plimsoll_waiting{group="g",topic="syscalls",partition="3",on="state-store"} 1',
      'plimsoll_batch_duration_seconds_count{group="g",topic="syscalls"} 1',
    ]) {
      expect(body).toContain(`\n${line}\n`);
    }
    observe({ type: 'revoked', task });
    const after = (await get('/metrics')).body;
    expect(after).not.toContain('partition="3"');
    expect(after).toContain('plimsoll_records_total{group="g",topic="syscalls"} 40');
  });
});

describe('the log', () => {
  it('has one JSON line for what a person should know, and none for every batch', () => {
    lines.length = 0;
    observe(processed);
    observe(waits);
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0]!)).toMatchObject({
      level: 'warn',
      service: 'test',
      task: 'syscalls/3',
      msg: 'partition waits',
      err: { message: 'the store is away' },
    });
  });

  it('never shows what has the name of a secret', () => {
    lines.length = 0;
    log.info({ password: 'sesame', redis: { password: 'sesame' }, sasl: { username: 'u', password: 'sesame' } }, 'x');
    expect(lines.join('')).not.toContain('sesame');
  });
});
