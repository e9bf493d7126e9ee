import { TOPICS } from '@plimsoll/contracts';
import { applyTopics } from '@plimsoll/kafka-log';
import { afterEach, beforeAll, describe, expect, inject, it } from 'vitest';

import { freePort } from '../servers/index.js';
import { ServiceProcess } from './service-process.js';

const SERVICES = ['collector', 'sequence-detector', 'frequency-detector', 'log-detector', 'alert-service'];

const KAFKA_BROKERS = inject('kafkaBrokers') ?? '';
const REDIS_URL = inject('redisUrl') ?? '';
const environment = { KAFKA_BROKERS, REDIS_URL };

beforeAll(async () => {
  if (KAFKA_BROKERS !== '') await applyTopics({ brokers: KAFKA_BROKERS.split(',') }, Object.values(TOPICS));
});

describe.skipIf(KAFKA_BROKERS === '' || REDIS_URL === '').each(SERVICES)('%s', (app) => {
  let started: ServiceProcess[] = [];
  afterEach(async () => {
    await Promise.all(started.map((service) => service.stop()));
    started = [];
  });
  const start = async (settings: Readonly<Record<string, string>>): Promise<ServiceProcess> => {
    const service = await ServiceProcess.start(app, settings);
    started.push(service);
    return service;
  };

  it('becomes ready, and stops gracefully with exit code 0', async () => {
    const service = await start(environment);
    expect(JSON.parse(await service.readiness(200))).toEqual({ ready: true, waitingFor: [] });
    expect((await service.get('/health/live')).status).toBe(200);
    expect((await service.get('/metrics')).body).toContain(`process_cpu_seconds_total{service="${app}"}`);
    const { code, output } = await service.stop();
    expect(output).toContain('"msg":"stopped"');
    expect(output).not.toContain('"level":"error"');
    expect(code).toBe(0);
  });

  it('lists every problem of a wrong configuration and ends with code 1', async () => {
    const service = await start({ KAFKA_BROKERS: 'nowhere', HTTP_PORT: 'eighty', LOG_LEVEL: 'loud' });
    const { code, output } = await service.ended();
    expect(code).toBe(1);
    expect(output).toMatch(new RegExp(`^${app} cannot start: \\d settings are wrong:`));
    for (const name of ['HTTP_PORT', 'LOG_LEVEL', 'KAFKA_BROKERS']) expect(output).toContain(`\n  ${name}: `);
    expect(output).not.toContain('    at ');
  });

  it('waits for a Kafka that is away, says so, stays alive, and can be stopped meanwhile', async () => {
    const service = await start({ ...environment, KAFKA_BROKERS: `127.0.0.1:${await freePort()}` });
    expect(await service.readiness(503)).toContain('"name":"kafka"');
    expect((await service.get('/health/live')).status).toBe(200);
    expect((await service.stop()).code).toBe(0);
  });
});
