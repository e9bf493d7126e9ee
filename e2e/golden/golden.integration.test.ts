import { randomUUID } from 'node:crypto';

import { encodeJson, TOPICS, type ProfileFile } from '@plimsoll/contracts';
import { applyTopics, KafkaLog } from '@plimsoll/kafka-log';
import { replay, runDetection, type ReplaySource } from '@plimsoll/local-run';
import {
  applicationOperators,
  fixedProfiles,
  messageRecord,
  storedProfiles,
  verdictRecord,
  type CollectorMessage,
} from '@plimsoll/pipelines';
import { watermarksAt } from '@plimsoll/pipelines/testing/verdicts';
import { parseRedisUrl, RedisConnection, RedisProfileStore, RedisStateStore } from '@plimsoll/redis-store';
import { runOperator, type LogRecord, type Running } from '@plimsoll/streaming';
import { testServers } from '@plimsoll/streaming/testing';
import { describe, expect, it } from 'vitest';

import { isWatermark, reading, textOf } from '../records.js';
import { incidentsOf, quiet, summary, textsOf, until } from './outcome.js';
import { prepared } from './prepared.js';

const BUDGET = { falseAlertsPerDay: 1 };
const servers = testServers();

/** One recording of each kind: calls, requests and statements; Kubernetes audit. */
const CASES = [
  { from: 'employee', learn: ['benign-01'], calibrate: ['benign-06'], replayed: 'sqli-union-a' },
  { from: 'cluster', learn: ['benign-day1'], calibrate: ['benign-day2-morning'], replayed: 'role-escalation-a' },
];

/** What a run comes to: the bytes of its verdicts, and the last state of each incident. */
interface Outcome {
  readonly verdicts: readonly string[];
  readonly incidents: readonly string[];
}

describe.skipIf(servers === undefined)('one recording', () => {
  it.each(CASES)(
    'gives the same verdicts and incidents in one process and through Kafka and Redis ($from)',
    async (at) => {
      // An application of its own: nothing that another test left in the topics or in Redis is in the way.
      const application = `golden-${randomUUID()}`;
      const { profiles, sources } = await prepared(at, application);
      const inMemory = await throughMemory(profiles, sources);
      const onStack = await throughStack(application, profiles, sources, inMemory.verdicts.length);
      expect(onStack.verdicts.length).toBe(inMemory.verdicts.length);
      expect(onStack.verdicts.every((bytes, i) => bytes === inMemory.verdicts[i])).toBe(true);
      expect(onStack.incidents.map(summary)).toEqual(inMemory.incidents.map(summary));
      expect(onStack.incidents.every((state, i) => state === inMemory.incidents[i])).toBe(true);
      expect(inMemory.incidents.length).toBeGreaterThan(0);
    },
    240_000,
  );
});

async function throughMemory(profiles: readonly ProfileFile[], sources: readonly ReplaySource[]): Promise<Outcome> {
  const records: LogRecord[] = [];
  const run = await runDetection(replay(sources), applicationOperators(fixedProfiles(profiles), BUDGET), {
    onVerdict: (_verdict, record) => {
      records.push(record);
    },
  });
  return { verdicts: textsOf(records), incidents: incidentsOf(run.alerts) };
}

/** The same through the real servers, with two members in every group. */
async function throughStack(
  application: string,
  profiles: readonly ProfileFile[],
  sources: readonly ReplaySource[],
  expectedVerdicts: number,
): Promise<Outcome> {
  const kafka = { brokers: servers!.kafkaBrokers.split(',') };
  await applyTopics(kafka, Object.values(TOPICS));
  const logs = [new KafkaLog(kafka), new KafkaLog(kafka)];
  const reader = new KafkaLog(kafka);
  const connection = new RedisConnection(parseRedisUrl(servers!.redisUrl));
  await connection.ready();
  const store = new RedisProfileStore(connection);
  for (const profile of profiles) {
    await store.put(profile, profile.version, encodeJson(profile));
    await store.activate(profile, profile.version, 'the golden test');
  }
  const stored = storedProfiles(store);
  await stored.open();
  const verdicts: LogRecord[] = [];
  const alerts: LogRecord[] = [];
  const running: Running[] = [];
  try {
    await reader.consume({
      topic: TOPICS.verdicts.name,
      group: randomUUID(),
      handler: reading((record) => {
        if (record.key === application && !isWatermark(record)) verdicts.push(record);
      }),
    });
    await reader.consume({
      topic: TOPICS.alerts.name,
      group: randomUUID(),
      handler: reading((record) => {
        if (record.headers['ce_source'] === `/plimsoll/${application}`) alerts.push(record);
      }),
    });
    for (const log of logs) {
      await applicationOperators(
        stored,
        BUDGET,
      )(async (operator) => {
        running.push(await runOperator(operator, { log, store: new RedisStateStore(connection) }));
      });
    }
    const messages: CollectorMessage[] = [];
    for await (const message of replay(sources)) messages.push(message);
    await logs[0]!.publish(messages.map(messageRecord));
    await until(() => new Set(textsOf(verdicts)).size >= expectedVerdicts);
    await quiet(verdicts);
    const lastUs = Math.max(...verdicts.map((record) => windowEndUs(record)));
    await logs[0]!.publish(watermarksAt(application, lastUs + 3_600_000_000).map(verdictRecord));
    await until(() => alerts.some((record) => record.headers['ce_type']?.endsWith('closed')));
    await quiet(alerts);
    // A record that came twice is the same bytes: readers know it by its identity.
    return { verdicts: [...new Set(textsOf(verdicts))], incidents: incidentsOf(alerts) };
  } finally {
    await Promise.allSettled(running.map((one) => one.stop()));
    await stored.close();
    await Promise.allSettled([...logs, reader].map((log) => log.close()));
    await connection.close();
  }
}

function windowEndUs(record: LogRecord): number {
  return (JSON.parse(textOf(record)) as { window: { endUs: number } }).window.endUs;
}
