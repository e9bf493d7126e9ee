import { createHash, randomBytes, randomUUID } from 'node:crypto';

import { Alert, encodeJson, TOPICS } from '@plimsoll/contracts';
import { incidentAlert } from '@plimsoll/incidents/testing';
import { applyTopics, KafkaLog } from '@plimsoll/kafka-log';
import { parseRedisUrl, RedisConnection } from '@plimsoll/redis-store';
import { testServers } from '@plimsoll/streaming/testing';
import kafkajs from 'kafkajs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { startLocalRedis, type LocalRedis } from '../servers/index.js';
import { ServiceProcess } from './service-process.js';

const servers = testServers();
const brokers = (servers?.kafkaBrokers ?? '').split(',');
const token = `plimsoll_${randomBytes(32).toString('base64url')}`;
const WAIT = { timeout: 60_000, interval: 200 };

/** Incidents of this test alone, among what others have left in the topic. */
const name = `rebuilt-${randomUUID()}`;
const alerts = [
  ...[1, 2, 3].map((revision) =>
    incidentAlert(`${name} over`, { revision, activity: revision === 3 ? 3 : 2, evidence: 20 }),
  ),
  incidentAlert(`${name} decided`),
];
const [over, decided] = [alerts[0]!.finding_info.uid, alerts[3]!.finding_info.uid];

/** A Redis of its own: it is emptied while the service runs. */
describe.skipIf(servers === undefined)('incidents in a Redis that loses everything', () => {
  let redis: LocalRedis;
  let connection: RedisConnection;
  let service: ServiceProcess;

  beforeAll(async () => {
    await applyTopics({ brokers }, Object.values(TOPICS));
    redis = await startLocalRedis();
    connection = new RedisConnection(parseRedisUrl(redis.url));
    await connection.ready();
    const sha256 = createHash('sha256').update(token).digest('hex');
    service = await ServiceProcess.start('alert-service', {
      KAFKA_BROKERS: brokers.join(','),
      REDIS_URL: redis.url,
      PLIMSOLL_API_TOKENS: JSON.stringify({ tokens: [{ name: 'ann', role: 'admin', sha256 }] }),
    });
    await service.readiness(200);
    const log = new KafkaLog({ brokers });
    const topic = TOPICS.alerts.name;
    await log.publish(alerts.map((alert) => ({ topic, key: alert.finding_info.uid, value: encodeJson(alert) })));
    await log.close();
  });
  afterAll(async () => {
    await service.stop();
    await connection.close();
    await redis.close();
  });

  async function detail(id: string): Promise<Readonly<Record<string, unknown>>> {
    const { status, body } = await service.get(`/api/v1/incidents/${id}`, token);
    expect(status).toBe(200);
    // The number of a change is the store's own.
    return { ...(JSON.parse(body) as object), sequence: 0 };
  }

  async function expectAgain(before: readonly Readonly<Record<string, unknown>>[]): Promise<void> {
    await vi.waitFor(async () => {
      expect([await detail(over), await detail(decided)]).toEqual(before);
    }, WAIT);
  }

  it('are there again from `alerts`, with what people decided', async () => {
    await vi.waitFor(() => detail(decided), WAIT);
    const response = await fetch(`${service.address}/api/v1/incidents/${decided}/status`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ status: 'benign', note: 'our scanner' }),
    });
    expect(response.status).toBe(200);
    const before = await vi.waitFor(async () => {
      const both = [await detail(over), await detail(decided)];
      expect(both[0]).toMatchObject({ state: 'closed', revision: 3 });
      expect(both[1]).toMatchObject({ status: 'benign', decisions: [{ by: 'ann', note: 'our scanner' }] });
      return both;
    }, WAIT);
    expect(before[0]!['evidence']).toHaveLength(60);

    await connection.call('FLUSHALL');
    expect((await service.get(`/api/v1/incidents/${over}`, token)).status).toBe(404);
    await nudge();
    await expectAgain(before);
  }, 120_000);

  it('are there again from the compacted topic when `alerts` is past its life', async () => {
    const before = [await detail(over), await detail(decided)];
    await forgetRecords(TOPICS.alerts.name);
    await connection.call('FLUSHALL');
    await nudge();
    await expectAgain(before);
    expect(Alert.parse(before[1]!['alert']).finding_info.uid).toBe(decided);
  }, 120_000);
});

/** Something in each partition of both topics: what is empty is not asked about. */
async function nudge(): Promise<void> {
  const log = new KafkaLog({ brokers });
  for (const { name: topic } of [TOPICS.alerts, TOPICS.incidents]) {
    const other = Array.from({ length: 40 }, () => incidentAlert(randomUUID(), { activity: 3 }));
    await log.publish(
      other.map((alert) => ({
        topic,
        key: alert.finding_info.uid,
        value: encodeJson(
          topic === TOPICS.alerts.name ? alert : { schema: 1, alert, evidence: alert.evidences, decisions: [] },
        ),
      })),
    );
  }
  await log.close();
}

/** What Kafka does by itself once retention has passed. */
async function forgetRecords(topic: string): Promise<void> {
  const admin = new kafkajs.Kafka({ brokers, logLevel: kafkajs.logLevel.NOTHING }).admin();
  await admin.connect();
  const ends = await admin.fetchTopicOffsets(topic);
  await admin.deleteTopicRecords({
    topic,
    partitions: ends.map(({ partition, high }) => ({ partition, offset: high })),
  });
  await admin.disconnect();
}
