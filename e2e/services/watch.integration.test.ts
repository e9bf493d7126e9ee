import { spawn } from 'node:child_process';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';

import { decodeJson, isWatchRecord, sealProfile, TOPICS, WatchEvent } from '@plimsoll/contracts';
import { applyTopics, KafkaLog } from '@plimsoll/kafka-log';
import { parseRedisUrl, RedisConnection, RedisProfileStore } from '@plimsoll/redis-store';
import { testServers } from '@plimsoll/streaming/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { reading } from '../records.js';
import { hasProgram, startLocalRedis, type LocalRedis } from '../servers/index.js';
import { ServiceProcess } from './service-process.js';

const servers = testServers();
const possible = servers !== undefined && (await hasProgram('strace'));
const MINUTE_MS = 60_000;
const WAIT = { timeout: 90_000, interval: 100 };
const run = randomUUID().slice(0, 8);
/** Its program ends while its collector lives; its collector is killed; its collector was never started. */
const [quiet, deserted, unheard] = [`quiet-${run}`, `deserted-${run}`, `unheard-${run}`];
const token = `plimsoll_${randomBytes(32).toString('base64url')}`;

describe.skipIf(!possible)('a watch that is lost', () => {
  const kafka = { brokers: (servers?.kafkaBrokers ?? '').split(',') };
  const log = new KafkaLog(kafka);
  const program = spawn('sh', ['-c', 'while :; do sleep 0.2; done'], { stdio: 'ignore' });
  const started = new Set<ServiceProcess>();
  const told: { readonly atMs: number; readonly event: WatchEvent }[] = [];
  let folder: string;
  let redis: LocalRedis;
  let alertService: ServiceProcess;

  const start = async (app: string, settings: Readonly<Record<string, string>>): Promise<ServiceProcess> => {
    const service = await ServiceProcess.start(app, { KAFKA_BROKERS: kafka.brokers.join(','), ...settings });
    started.add(service);
    await service.readiness(200);
    return service;
  };
  const startAlertService = (): Promise<ServiceProcess> => {
    const sha256 = createHash('sha256').update(token).digest('hex');
    const tokens = JSON.stringify({ tokens: [{ name: 'ann', role: 'viewer', sha256 }] });
    return start('alert-service', { REDIS_URL: redis.url, PLIMSOLL_API_TOKENS: tokens });
  };
  /** A collector that follows a log of `web`, and traces `traced` as `db`. */
  const startCollector = async (application: string, traced?: number): Promise<ServiceProcess> => {
    const [accessLog, targets] = ['access.log', 'targets.json'].map((name) => join(folder, `${application}-${name}`));
    await writeFile(accessLog!, '');
    const targetsOf = [
      { name: 'access', workload: 'web', kind: 'access-log', path: accessLog },
      ...(traced === undefined ? [] : [{ name: 'trace', workload: 'db', attach: { pid: traced } }]),
    ];
    await writeFile(targets!, JSON.stringify({ application, targets: targetsOf }));
    return start('collector', { PLIMSOLL_STATE_DIR: join(folder, application), PLIMSOLL_TARGETS_PATH: targets! });
  };
  const heard = async (application: string): Promise<boolean> => {
    const { body } = await alertService.get('/api/v1/pipeline', token);
    const { workloads } = JSON.parse(body) as {
      workloads: { application: string; levels: { level: string; state: string }[] }[];
    };
    const own = workloads.filter((one) => one.application === application);
    return own.length > 0 && own.every(({ levels }) => levels.every(({ state }) => state !== 'silent'));
  };
  const lossOf = (subject: Partial<WatchEvent['unmapped']>, activity = 'Stop'): number | undefined => {
    const found = told.find(({ event: { activity_name, unmapped } }) => {
      const matches = Object.entries(subject).every(([name, value]) => unmapped[name as 'workload'] === value);
      return activity_name === activity && matches;
    });
    return found?.atMs;
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'watch-'));
    await applyTopics(kafka, Object.values(TOPICS));
    redis = await startLocalRedis();
    const connection = new RedisConnection(parseRedisUrl(redis.url));
    await connection.ready();
    const profiles = new RedisProfileStore(connection);
    const learned = { streams: ['web-1'], events: 10_000, novelty: 0, complete: true, notes: [] };
    const slots = [
      { application: quiet, workload: 'db', detector: 'web' },
      { application: deserted, workload: 'web', detector: 'web' },
      { application: unheard, workload: 'web', detector: 'web' },
    ];
    for (const slot of slots) {
      const profile = sealProfile({ ...slot, learned, model: { kind: 'web/2', table: [], views: {} } });
      await profiles.put(profile, profile.version, Buffer.from(JSON.stringify(profile)));
      await profiles.activate(profile, profile.version, 'ann');
    }
    await connection.close();
    await log.consume({
      topic: TOPICS.alerts.name,
      group: randomUUID(),
      handler: reading((record) => {
        if (!isWatchRecord(record)) return;
        const event = decodeJson(WatchEvent, record.value, 'a watch event');
        if (event.unmapped.application.endsWith(run)) told.push({ atMs: Date.now(), event });
      }),
    });
  });
  afterAll(async () => {
    program.kill('SIGKILL');
    await Promise.allSettled([...started].map((service) => service.stop()));
    await log.close();
    await redis.close();
    await rm(folder, { recursive: true });
  });

  it('is told within a minute of a program that ended, of a collector that was killed, and of one that never came', async () => {
    await start('log-detector', { REDIS_URL: redis.url });
    alertService = await startAlertService();
    const knownMs = Date.now();
    await startCollector(quiet, program.pid);
    const killed = await startCollector(deserted);
    for (const application of [quiet, deserted]) await expect.poll(() => heard(application), WAIT).toBe(true);

    program.kill('SIGKILL');
    killed.signal('SIGKILL');
    started.delete(killed);
    const goneMs = Date.now();
    const losses = {
      program: { application: quiet, workload: 'db', source: 'trace' },
      collector: { application: deserted, workload: 'web', source: 'access' },
      never: { application: unheard, workload: 'web' },
    };
    const all = (): boolean => Object.values(losses).every((subject) => lossOf(subject) !== undefined);
    await expect.poll(all, WAIT).toBe(true);
    const seconds = Object.fromEntries(
      Object.entries(losses).map(([name, subject]) => {
        return [name, (lossOf(subject)! - (name === 'never' ? knownMs : goneMs)) / 1_000];
      }),
    );
    process.stderr.write(`a lost watch is told after s: ${JSON.stringify(seconds)}\n`);
    expect(Math.max(...Object.values(seconds)) * 1_000).toBeLessThan(MINUTE_MS);
    // The log of the application whose program ended is still followed.
    expect(lossOf({ application: quiet, workload: 'web' })).toBeUndefined();
    const { body } = await alertService.get('/metrics');
    for (const application of [deserted, unheard]) {
      expect(body).toMatch(new RegExp(`plimsoll_level_watch\\{[^}]*"${application}"[^}]*state="silent"[^}]*\\} 1`));
    }
  }, 240_000);

  it('is listed by a service that was started again, told no second time, and told when it is regained', async () => {
    await alertService.stop();
    started.delete(alertService);
    const before = told.length;
    alertService = await startAlertService();
    for (const application of [deserted, unheard]) {
      await expect.poll(() => heard(application), WAIT).toBe(false);
    }
    await startCollector(deserted);
    const regained = (): boolean => lossOf({ application: deserted, workload: 'web' }, 'Start') !== undefined;
    await expect.poll(regained, WAIT).toBe(true);
    expect(await heard(deserted)).toBe(true);
    expect(told.slice(before).map(({ event }) => event.activity_name)).toEqual(['Start']);
  }, 240_000);
});
