import { randomUUID } from 'node:crypto';

import { decodeJson, encodeJson, TOPICS, VerdictsRecord, type ProfileFile } from '@plimsoll/contracts';
import { applyTopics, KafkaLog } from '@plimsoll/kafka-log';
import { replay, runDetection } from '@plimsoll/local-run';
import {
  applicationOperators,
  fixedProfiles,
  messageRecord,
  storedProfiles,
  type CollectorMessage,
} from '@plimsoll/pipelines';
import { parseRedisUrl, RedisConnection, RedisProfileStore, RedisStateStore } from '@plimsoll/redis-store';
import { runOperator, type LogRecord, type Running } from '@plimsoll/streaming';
import { testServers } from '@plimsoll/streaming/testing';
import { describe, expect, it } from 'vitest';

import { quiet } from '../golden/outcome.js';
import { prepared } from '../golden/prepared.js';
import { reading } from '../records.js';

const RECORDED = { from: 'employee', learn: ['benign-01'], calibrate: ['benign-06'], replayed: 'sqli-union-a' };
const BUDGET = { falseAlertsPerDay: 1 };
const WAIT = { timeout: 120_000, interval: 200 };
const servers = testServers();

describe.skipIf(servers === undefined)('a recording that was replayed before anything was learned', () => {
  it('is scored when it is replayed again after profiles were pushed, as if for the first time', async () => {
    const application = `twice-${randomUUID()}`;
    const { profiles, sources } = await prepared(RECORDED, application);
    const messages: CollectorMessage[] = [];
    for await (const message of replay(sources)) messages.push(message);
    const expected = await anomaliesInOneProcess(profiles, messages);
    expect(expected.length).toBeGreaterThan(0);

    const kafka = { brokers: servers!.kafkaBrokers.split(',') };
    await applyTopics(kafka, Object.values(TOPICS));
    const log = new KafkaLog(kafka);
    const connection = new RedisConnection(parseRedisUrl(servers!.redisUrl));
    await connection.ready();
    const store = new RedisProfileStore(connection);
    const stored = storedProfiles(store);
    const running: Running[] = [];
    const told: LogRecord[] = [];
    const seen = { warming: 0, anomalies: new Set<string>() };
    try {
      await stored.open();
      await log.consume({
        topic: TOPICS.verdicts.name,
        group: randomUUID(),
        handler: reading((record) => {
          if (record.key !== application) return;
          told.push(record);
          const message = decodeJson(VerdictsRecord, record.value, 'a verdict');
          if (message.type === 'coverage') seen.warming += message.windows.warming ?? 0;
          if (message.type === 'verdict' && message.state === 'anomalous') seen.anomalies.add(message.id);
        }),
      });
      await applicationOperators(
        stored,
        BUDGET,
      )(async (operator) => {
        running.push(await runOperator(operator, { log, store: new RedisStateStore(connection) }));
      });

      await log.publish(messages.map(messageRecord));
      await expect.poll(() => seen.warming, WAIT).toBeGreaterThan(0);
      await quiet(told);
      expect([...seen.anomalies]).toEqual([]);

      for (const profile of profiles) {
        await store.put(profile, profile.version, encodeJson(profile));
        await store.activate(profile, profile.version, 'the test');
      }
      const active = (): number =>
        [...new Set(profiles.map(({ detector }) => detector))].flatMap((detector) =>
          stored.inForce(detector).filter((one) => one.application === application),
        ).length;
      await expect.poll(active, WAIT).toBe(profiles.length);

      await log.publish(messages.map(messageRecord));
      await expect.poll(() => [...seen.anomalies].sort(), WAIT).toEqual(expected);
    } finally {
      await Promise.allSettled(running.map((one) => one.stop()));
      await stored.close();
      await log.close();
      await connection.close();
    }
  }, 300_000);
});

/** The identities of what fires in a run that had the profiles from the beginning. */
async function anomaliesInOneProcess(
  profiles: readonly ProfileFile[],
  messages: readonly CollectorMessage[],
): Promise<string[]> {
  // eslint-disable-next-line @typescript-eslint/require-await -- a run reads a stream
  async function* stream(): AsyncGenerator<CollectorMessage> {
    yield* messages;
  }
  const { verdicts } = await runDetection(stream(), applicationOperators(fixedProfiles(profiles), BUDGET));
  return verdicts.flatMap(({ id, state }) => (state === 'anomalous' ? [id] : [])).sort();
}
