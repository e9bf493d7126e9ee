import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';

import { sealProfile, TOPIC_ACCESS, TOPICS } from '@plimsoll/contracts';
import { applyTopics, KafkaLog } from '@plimsoll/kafka-log';
import { parseRedisUrl, RedisConnection, RedisProfileStore } from '@plimsoll/redis-store';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { prepared } from './golden/prepared.js';
import { ROOT } from './root.js';
import { makeCertificates } from './servers/certificates.js';
import {
  freePort,
  hasProgram,
  startLocalKafka,
  startLocalRedis,
  type LocalKafka,
  type LocalRedis,
} from './servers/index.js';

const programs = await Promise.all(['java', 'mvn', 'redis-server', 'openssl'].map((name) => hasProgram(name)));
const possible = programs.every(Boolean);
if (!possible) process.stderr.write('No java, mvn, redis-server and openssl here: plimsoll doctor is not tested.\n');

const BIN = join(ROOT, 'apps/cli/bin/plimsoll.js');
/** What the command promises; a busy machine starts Node slowly. */
const PROMISED_MS = 20_000;

interface Answer {
  readonly code: number;
  readonly findings: readonly string[];
  readonly unseen: readonly string[];
  readonly tookMs: number;
}

function plimsoll(env: Readonly<Record<string, string>>, ...args: string[]): Promise<{ code: number; out: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [BIN, ...args], { env: { PATH: process.env['PATH'], ...env } }, (error, out) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, out });
    });
  });
}

async function doctor(env: Readonly<Record<string, string>>): Promise<Answer> {
  const startMs = performance.now();
  const { code, out } = await plimsoll(env, 'doctor', '--json');
  const said = JSON.parse(out) as {
    findings: { area: string; what: string }[];
    unseen: { area: string; why: string }[];
  };
  return {
    code,
    findings: said.findings.map(({ area, what }) => `${area}: ${what}`),
    unseen: said.unseen.map(({ area, why }) => `${area}: ${why}`),
    tookMs: performance.now() - startMs,
  };
}

describe.skipIf(!possible)('plimsoll doctor', () => {
  let kafka: LocalKafka;
  let redis: LocalRedis;
  let log: KafkaLog;
  let env: { KAFKA_BROKERS: string; REDIS_URL: string };
  /** The same servers by TLS, with a certificate that ended yesterday. */
  let expired: Readonly<Record<string, string>>;
  let directory: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'plimsoll-doctor-'));
    const { ca, certFile, keyFile, caFile } = await makeCertificates(directory, -1);
    const keyStore = join(directory, 'keystore.pem');
    await writeFile(keyStore, (await readFile(keyFile, 'utf8')) + (await readFile(certFile, 'utf8')));
    const [kafkaPort, redisPort] = [await freePort(), await freePort()];
    [kafka, redis] = await Promise.all([
      startLocalKafka(1, {
        extraListener: { name: 'EXPIRED', protocol: 'SSL', port: kafkaPort },
        settings: {
          'listener.name.expired.ssl.keystore.type': 'PEM',
          'listener.name.expired.ssl.keystore.location': keyStore,
        },
      }),
      startLocalRedis({
        appendOnly: true,
        settings: {
          ...{ maxmemory: '256mb', 'maxmemory-policy': 'volatile-ttl' },
          ...{ 'tls-port': `${redisPort}`, 'tls-auth-clients': 'no' },
          ...{ 'tls-cert-file': certFile, 'tls-key-file': keyFile, 'tls-ca-cert-file': caFile },
        },
      }),
    ]);
    expired = {
      ...{ KAFKA_BROKERS: `127.0.0.1:${kafkaPort}`, KAFKA_TLS: 'true', KAFKA_TLS_CA: ca },
      ...{ REDIS_URL: `rediss://127.0.0.1:${redisPort}`, REDIS_TLS_CA: ca },
    };
    env = { KAFKA_BROKERS: kafka.brokers, REDIS_URL: redis.url };
    log = new KafkaLog({ brokers: kafka.brokers.split(',') });
  });
  afterAll(async () => {
    await log.close();
    await Promise.all([kafka.close(), redis.close(), rm(directory, { recursive: true })]);
  });

  it('says what a new set-up lacks', async () => {
    const { alerts, ...others } = TOPICS;
    await applyTopics({ brokers: kafka.brokers.split(',') }, Object.values(others));
    const { code, findings, unseen } = await doctor(env);
    expect({ code, unseen }).toEqual({ code: 1, unseen: [] });
    expect(findings).toEqual([
      `topics: The topic ${alerts.name} is missing.`,
      'consumer groups: Nobody reads syscalls as sequence-detector.',
      'consumer groups: Nobody reads syscalls as frequency-detector.',
      'consumer groups: Nobody reads logs as log-detector.',
      'consumer groups: Nobody reads verdicts as alert-service.',
      expect.stringMatching(/^sources: No source publishes: nothing came to syscalls or logs/),
      expect.stringMatching(/^profiles: No profile is active/),
    ]);
  });

  it('finds nothing once topics, services, a source and a profile are there', async () => {
    expect(await plimsoll(env, 'topics', 'apply')).toMatchObject({ code: 0 });
    const handler = {
      assigned: () => Promise.resolve(undefined),
      batch: () => Promise.resolve(),
      revoked: () => Promise.resolve(),
    };
    for (const { service, reads, groups } of TOPIC_ACCESS) {
      if (groups.length > 0) await log.consume({ topic: reads[0]!, group: service, handler });
    }
    await log.publish([{ topic: TOPICS.logs.name, key: 'shop', value: Buffer.from('{}') }]);
    const connection = new RedisConnection(parseRedisUrl(redis.url));
    await connection.ready();
    const episodes = { from: 'cluster', learn: ['benign-day1'], calibrate: ['benign-day2-morning'], replayed: '' };
    const { version: _version, schema: _schema, ...content } = (await prepared(episodes, 'shop')).profiles[0]!;
    const profile = sealProfile({ ...content, learned: { ...content.learned, complete: true } });
    const profiles = new RedisProfileStore(connection);
    await profiles.put(profile, profile.version, Buffer.from(JSON.stringify(profile)));
    await profiles.activate(profile, profile.version, 'ann');
    await connection.close();
    await expect
      .poll(async () => ({ ...(await doctor(env)), tookMs: 0 }), { timeout: 90_000 })
      .toEqual({ code: 0, findings: [], unseen: [], tookMs: 0 });
    const { code, out } = await plimsoll(env, 'doctor');
    expect(code).toBe(0);
    expect(out).not.toContain('\u001b');
    expect(out).toMatch(/brokers +well\n/);
  });

  it('tells of an active profile of another release', async () => {
    const connection = new RedisConnection(parseRedisUrl(redis.url));
    await connection.ready();
    const learned = { streams: ['web-1'], events: 10_000, novelty: 0, complete: true, notes: [] };
    const profile = sealProfile({ application: 'shop', workload: 'web', detector: 'web', learned, model: {} });
    const profiles = new RedisProfileStore(connection);
    await profiles.put(profile, profile.version, Buffer.from(JSON.stringify(profile)));
    await profiles.activate(profile, profile.version, 'ann');
    expect((await doctor(env)).findings).toEqual([
      `profiles: The active version ${profile.version} of shop/web/web is missing, was altered, or is of another release: nothing is scored there.`,
    ]);
    await connection.call('DEL', 'plimsoll:{profiles}:pointer:["shop","web","web"]');
    await connection.call('SREM', 'plimsoll:{profiles}:slots', '["shop","web","web"]');
    await connection.close();
  });

  it('tells of a Redis that forgets by a policy that is not safe', async () => {
    await redis.command('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru');
    const { code, findings } = await doctor(env);
    expect(code).toBe(1);
    expect(findings).toEqual([expect.stringMatching(/^redis: When Redis is full it evicts by allkeys-lru/)]);
    await redis.command('CONFIG', 'SET', 'maxmemory-policy', 'volatile-ttl');
  });

  it('tells TLS that is refused from a broker that is away, and looks at the rest through the others', async () => {
    const secured = await doctor({ ...env, KAFKA_TLS: 'true' });
    expect(secured.findings.filter((words) => words.startsWith('brokers'))).toEqual([
      expect.stringMatching(/^brokers: TLS with 127.0.0.1:\d+ fails: /),
    ]);
    const { code, findings, unseen } = await doctor({ ...env, KAFKA_BROKERS: `${kafka.brokers},127.0.0.1:1` });
    expect({ code, findings, unseen }).toEqual({
      code: 1,
      findings: ['brokers: 127.0.0.1:1 does not answer: no connection (ECONNREFUSED).'],
      unseen: [],
    });
  });

  it('names certificates that have expired', async () => {
    const { code, findings } = await doctor(expired);
    expect({ code, findings }).toEqual({
      code: 1,
      findings: [
        `brokers: The certificate of ${expired['KAFKA_BROKERS']} has expired.`,
        `redis: The certificate of ${expired['REDIS_URL']!.slice('rediss://'.length)} has expired.`,
      ],
    });
  });

  it('tells of a host whose clock is ahead; from an hour on, Kafka refuses what it publishes', async () => {
    const publish = async (aheadMs: number): Promise<void> => {
      const now = Date.now.bind(Date);
      const clock = vi.spyOn(Date, 'now').mockImplementation(() => now() + aheadMs);
      const host = new KafkaLog({ brokers: kafka.brokers.split(',') });
      try {
        await host.publish([{ topic: TOPICS.logs.name, key: 'shop', value: Buffer.from('{}') }]);
      } finally {
        await host.close();
        clock.mockRestore();
      }
    };
    await expect(publish(7_200_000)).rejects.toMatchObject({
      message: "Kafka, publish: this machine's clock is further ahead than the broker allows",
      retriable: true,
    });
    await publish(600_000);
    expect((await doctor(env)).findings).toEqual([
      'clocks: Up to 1 records of logs were published more than 1 min in the future of this machine.',
    ]);
  });

  it('does not know without an address', async () => {
    expect(await plimsoll({}, 'doctor')).toEqual({ code: 2, out: '' });
  });

  it('ends in time where nothing answers, and where what answers says nothing', async () => {
    await kafka.nodes[0]!.stop(20_000);
    await redis.node.stop(5_000);
    const mute = createServer(() => undefined);
    await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
    const address = `127.0.0.1:${(mute.address() as AddressInfo).port}`;
    for (const stack of [env, { KAFKA_BROKERS: address, REDIS_URL: `redis://${address}` }]) {
      const { code, findings, tookMs } = await doctor(stack);
      expect(code).toBe(1);
      expect(findings).toEqual([
        expect.stringMatching(/^brokers: 127.0.0.1:\d+ does not answer: /),
        expect.stringMatching(/^redis: Redis/),
      ]);
      expect(tookMs).toBeLessThan(PROMISED_MS);
    }
    mute.close();
  });
});
