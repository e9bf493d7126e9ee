import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { TOPIC_ACCESS, TOPICS } from '@plimsoll/contracts';
import { applyTopics, grantAccess, KafkaLog } from '@plimsoll/kafka-log';
import { parseRedisUrl, RedisConnection } from '@plimsoll/redis-store';
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
import { ServiceProcess } from './service-process.js';

/*
 * deploy/compose-secured.yml without containers: the broker, Redis and the five services run here with the settings that
 * the file gives them, on ports of this machine.
 */
interface ComposeFile {
  readonly services: Readonly<Record<string, { readonly environment: Readonly<Record<string, string>> }>>;
}

const programs = await Promise.all(['java', 'mvn', 'redis-server'].map((name) => hasProgram(name)));
const file = readFileSync(join(ROOT, 'deploy/compose-secured.yml'), 'utf8').replaceAll(
  /\$\{PLIMSOLL_([A-Z_]+)_PASSWORD:\?\}/g,
  (_all, user: string) => `secret-of-${user.toLowerCase()}`,
);
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
  let brokers: string;
  const started: ServiceProcess[] = [];

  beforeAll(async () => {
    const port = await freePort();
    brokers = `127.0.0.1:${port}`;
    const settings = Object.entries(services['kafka']!.environment)
      .filter(([name]) => name.startsWith('KAFKA_') && !OF_THE_PLACE.test(name))
      .map(([name, value]) => [name.slice('KAFKA_'.length).toLowerCase().replaceAll('_', '.'), value] as const);
    [kafka, redis] = await Promise.all([
      startLocalKafka(1, {
        extraListener: { name: 'SERVICES', protocol: 'SASL_PLAINTEXT', port },
        // No second listener here.
        settings: Object.fromEntries(settings.filter(([name]) => !name.startsWith('listener.name.host'))),
      }),
      startLocalRedis({ password: services['collector']!.environment['REDIS_PASSWORD']! }),
    ]);
    const { KAFKA_SASL_USERNAME: username, KAFKA_SASL_PASSWORD: password } = services['topics']!.environment;
    const admin = {
      brokers: [brokers],
      sasl: { mechanism: 'plain', username: username!, password: password! },
    } as const;
    await applyTopics(admin, Object.values(TOPICS));
    await grantAccess(admin, TOPIC_ACCESS);
  });
  afterAll(async () => {
    await Promise.all(started.map((service) => service.stop()));
    await Promise.all([kafka.close(), redis.close()]);
  });

  it('serves: each service is ready with the user that it has', async () => {
    for (const { service } of TOPIC_ACCESS) {
      const environment = {
        KAFKA_BROKERS: brokers,
        REDIS_URL: `redis://127.0.0.1:${redis.port}`,
        ...services[service]!.environment,
        ...(service === 'alert-service' && { PLIMSOLL_API_TOKENS: TOKENS }),
      };
      started.push(await ServiceProcess.start(service, environment));
    }
    for (const service of started) await service.readiness(200);
  });

  it('lets the alert service show what was refused', async () => {
    const { KAFKA_SASL_USERNAME: username, KAFKA_SASL_PASSWORD: password } = services['collector']!.environment;
    const sasl = { mechanism: 'plain', username: username!, password: password! } as const;
    const collector = new KafkaLog({ brokers: [brokers], sasl });
    await collector.publish([{ topic: TOPICS.deadLetters.name, key: 'k', value: Buffer.from('no letter') }]);
    await collector.close();
    const alertService = started[TOPIC_ACCESS.findIndex(({ service }) => service === 'alert-service')]!;
    await expect
      .poll(async () => (await alertService.get('/api/v1/dead-letters', TOKEN)).body, { timeout: 60_000 })
      .toContain('"unreadable":1');
  });

  it('lets nobody in without a password, and nobody write for another', async () => {
    const stranger = new KafkaLog({ brokers: [brokers] });
    expect(await stranger.health()).toMatchObject({ ready: false });
    await stranger.close();
    const { KAFKA_SASL_USERNAME: username, KAFKA_SASL_PASSWORD: password } = services['collector']!.environment;
    const sasl = { mechanism: 'plain', username: username!, password: password! } as const;
    const collector = new KafkaLog({ brokers: [brokers], sasl });
    const forged = collector.publish([{ topic: TOPICS.alerts.name, key: 'k', value: Buffer.from('{}') }]);
    await expect(forged).rejects.toMatchObject({ code: 'bad-configuration' });
    await collector.close();
    const open = new RedisConnection(parseRedisUrl(`redis://127.0.0.1:${redis.port}`));
    expect(await open.health()).toMatchObject({ ready: false });
    await open.close();
  });
});
