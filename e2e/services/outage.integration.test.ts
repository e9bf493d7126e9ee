import { createHash, randomBytes } from 'node:crypto';

import { afterAll, beforeAll, expect, it } from 'vitest';

import { freePort, startLocalRedis, TcpProxy } from '../servers/index.js';
import { ServiceProcess } from './service-process.js';

/** What client libraries say of a lost connection, and where the servers are. */
const FOREIGN = /connect ECONN|ioredis|kafkajs|retries|writeable|127\.0\.0\.1/i;
const WAIT = { timeout: 30_000, interval: 250 };
const token = `plimsoll_${randomBytes(32).toString('base64url')}`;

let redis: Awaited<ReturnType<typeof startLocalRedis>>;
let link: TcpProxy;
let service: ServiceProcess;

beforeAll(async () => {
  redis = await startLocalRedis();
  link = await TcpProxy.start(redis.port);
  const sha256 = createHash('sha256').update(token).digest('hex');
  service = await ServiceProcess.start('alert-service', {
    REDIS_URL: `redis://127.0.0.1:${link.port}`,
    KAFKA_BROKERS: `127.0.0.1:${await freePort()}`,
    PLIMSOLL_API_TOKENS: JSON.stringify({ tokens: [{ name: 'ann', role: 'viewer', sha256 }] }),
  });
}, 60_000);
afterAll(async () => {
  await service.stop();
  await link.close();
  await redis.close();
}, 60_000);

it('names the part of the service that is away, and no client library speaks', async () => {
  await expect.poll(async () => (await service.get('/api/v1/incidents', token)).status, WAIT).toBe(200);
  const { body: health } = await service.get('/api/v1/health', token);
  const { parts } = JSON.parse(health) as { parts: { name: string; ready: boolean; reason?: string }[] };
  expect(parts).toContainEqual({ name: 'kafka', ready: false, reason: expect.any(String) as string });
  expect(parts).toContainEqual({ name: 'redis', ready: true });
  expect(health).not.toMatch(FOREIGN);

  link.break();
  await expect.poll(async () => (await service.get('/api/v1/incidents', token)).status, WAIT).toBe(503);
  for (const path of ['incidents', 'profiles', 'pipeline', 'health']) {
    const { status, body } = await service.get(`/api/v1/${path}`, token);
    expect([path, status, body]).toEqual([path, 503, expect.stringContaining('Redis is away; try again')]);
    expect(body).not.toMatch(FOREIGN);
  }
}, 120_000);
