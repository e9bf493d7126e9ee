import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { TOPIC_ACCESS, TOPICS } from '@plimsoll/contracts';
import { applyTopics, grantAccess, KafkaLog } from '@plimsoll/kafka-log';
import { parseRedisUrl, RedisConnection, type RedisOptions } from '@plimsoll/redis-store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';

import { ROOT } from '../root.js';
import {
  freePort,
  hasProgram,
  startLocalKafka,
  startLocalRedis,
  type LocalKafka,
  type LocalRedis,
} from '../servers/index.js';
import { runProgram } from '../servers/programs.js';
import { ServiceProcess } from './service-process.js';

/*
 * deploy/compose-secured.yml without containers: the broker, Redis and the five services run here with the settings that
 * the file gives them, on ports of this machine.
 */
interface ComposeFile {
  readonly services: Readonly<
    Record<string, { readonly command?: readonly string[]; readonly environment: Readonly<Record<string, string>> }>
  >;
}

const programs = await Promise.all(['java', 'mvn', 'redis-server', 'openssl'].map((name) => hasProgram(name)));
const secrets = await mkdtemp(join(tmpdir(), 'plimsoll-certificates-'));
const file = readFileSync(join(ROOT, 'deploy/compose-secured.yml'), 'utf8')
  .replaceAll(/\$\{PLIMSOLL_([A-Z_]+)_PASSWORD:\?\}/g, (_all, user: string) => `secret-of-${user.toLowerCase()}`)
  .replaceAll('/run/secrets', secrets);
const { services } = parse(file, { merge: true }) as ComposeFile;
const TOKEN = 'a-token-for-the-test-alone';
const TOKENS = JSON.stringify({
  tokens: [{ name: 'an analyst', role: 'analyst', sha256: createHash('sha256').update(TOKEN).digest('hex') }],
});
/** Where they listen is this machine's matter. */
const OF_THE_PLACE =
  /^KAFKA_(LISTENERS|ADVERTISED_LISTENERS|LISTENER_SECURITY_PROTOCOL_MAP|INTER_BROKER_LISTENER_NAME)$/;

describe.skipIf(!programs.every(Boolean))('the stack with passwords', () => {
  let kafka: LocalKafka;
  let redis: LocalRedis;
  let redisUrl: string;
  let brokers: string;
  let ca: string;
  const started: ServiceProcess[] = [];

  beforeAll(async () => {
    await runProgram('bash', [join(ROOT, 'deploy/certificates.sh'), secrets]);
    ca = await readFile(join(secrets, 'ca.pem'), 'utf8');
    const [port, tlsPort] = [await freePort(), await freePort()];
    redisUrl = `rediss://127.0.0.1:${tlsPort}`;
    brokers = `127.0.0.1:${port}`;
    const settings = Object.entries(services['kafka']!.environment)
      .filter(([name]) => name.startsWith('KAFKA_') && !OF_THE_PLACE.test(name))
      .map(([name, value]) => [name.slice('KAFKA_'.length).toLowerCase().replaceAll('_', '.'), value] as const);
    [kafka, redis] = await Promise.all([
      startLocalKafka(1, {
        extraListener: { name: 'SERVICES', protocol: 'SASL_SSL', port },
        // No second listener here.
        settings: Object.fromEntries(settings.filter(([name]) => !name.startsWith('listener.name.host'))),
      }),
      startLocalRedis({
        password: services['collector']!.environment['REDIS_PASSWORD']!,
        settings: { ...tlsOf(services['redis']!.command ?? []), 'tls-port': String(tlsPort) },
      }),
    ]);
    const { KAFKA_SASL_USERNAME: username, KAFKA_SASL_PASSWORD: password } = services['topics']!.environment;
    const admin = {
      brokers: [brokers],
      tls: { ca },
      sasl: { mechanism: 'plain', username: username!, password: password! },
    } as const;
    await applyTopics(admin, Object.values(TOPICS));
    await grantAccess(admin, TOPIC_ACCESS);
  });
  afterAll(async () => {
    await Promise.all(started.map((service) => service.stop()));
    await Promise.all([kafka.close(), redis.close()]);
    await rm(secrets, { recursive: true });
  });

  it('serves: each service is ready with the user that it has', async () => {
    for (const { service } of TOPIC_ACCESS) {
      const environment = {
        ...services[service]!.environment,
        KAFKA_BROKERS: brokers,
        REDIS_URL: redisUrl,
        ...(service === 'alert-service' && { PLIMSOLL_API_TOKENS: TOKENS }),
      };
      started.push(await ServiceProcess.start(service, environment));
    }
    for (const service of started) await service.readiness(200);
  });

  it('lets the alert service show what was refused', async () => {
    const { KAFKA_SASL_USERNAME: username, KAFKA_SASL_PASSWORD: password } = services['collector']!.environment;
    const sasl = { mechanism: 'plain', username: username!, password: password! } as const;
    const collector = new KafkaLog({ brokers: [brokers], tls: { ca }, sasl });
    await collector.publish([{ topic: TOPICS.deadLetters.name, key: 'k', value: Buffer.from('no letter') }]);
    await collector.close();
    const alertService = started[TOPIC_ACCESS.findIndex(({ service }) => service === 'alert-service')]!;
    await expect
      .poll(async () => (await alertService.get('/api/v1/dead-letters', TOKEN)).body, { timeout: 60_000 })
      .toContain('"unreadable":1');
  });

  it('lets nobody in without a password, and nobody write for another', async () => {
    for (const tls of [undefined, { ca }]) {
      const stranger = new KafkaLog({ brokers: [brokers], ...(tls && { tls }) });
      expect(await stranger.health()).toMatchObject({ ready: false });
      await stranger.close();
    }
    const { KAFKA_SASL_USERNAME: username, KAFKA_SASL_PASSWORD: password } = services['collector']!.environment;
    const sasl = { mechanism: 'plain', username: username!, password: password! } as const;
    const collector = new KafkaLog({ brokers: [brokers], tls: { ca }, sasl });
    const forged = collector.publish([{ topic: TOPICS.alerts.name, key: 'k', value: Buffer.from('{}') }]);
    await expect(forged).rejects.toMatchObject({ code: 'bad-configuration' });
    await collector.close();
    const login = { password: services['collector']!.environment['REDIS_PASSWORD']! };
    const plain = parseRedisUrl(redisUrl.replace('rediss:', 'redis:'));
    const encrypted = { ...parseRedisUrl(redisUrl), tls: { ca } };
    expect(await isServed({ ...encrypted, ...login })).toBe(true);
    // By TLS without the password, and with it in the clear.
    expect(await isServed(encrypted)).toBe(false);
    expect(await isServed({ ...plain, ...login })).toBe(false);
  });
});

/** The settings of TLS among the options of redis-server. */
function tlsOf(command: readonly string[]): Record<string, string> {
  const names = command.flatMap((word, i) => (word.startsWith('--tls-') ? [[word.slice(2), command[i + 1]!]] : []));
  return Object.fromEntries(names) as Record<string, string>;
}

/** Whether Redis serves within five seconds. */
async function isServed(options: RedisOptions): Promise<boolean> {
  const connection = new RedisConnection(options);
  const served = await connection.ready(5_000).then(
    () => true,
    () => false,
  );
  await connection.close();
  return served;
}
