import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

import { Alert, decodeJson, TOPICS, VerdictMessage, type Verdict } from '@plimsoll/contracts';
import { applicationOperators, storedProfiles } from '@plimsoll/pipelines';
import {
  parseRedisUrl,
  RedisConnection,
  RedisIncidentStore,
  RedisProfileStore,
  RedisStateStore,
} from '@plimsoll/redis-store';
import { MemoryLog, partitionOf, runOperator, type LogRecord, type Running } from '@plimsoll/streaming';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { ROOT } from '../root.js';
import { hasProgram, startLocalRedis, type LocalRedis } from '../servers/index.js';

/*
 * What services of commit fdae876 (29 November 2026) left in Redis in the middle of an attack of `recordings/employee`,
 * what their collector published after it, and what they made of it. State of fusion was version 3 then, now it is 4;
 * those of the detectors have gained fields under one version. Made by those services on Kafka and Redis; the text is
 * JSON, keys are what DUMP gave.
 */
const FIXTURE = join(ROOT, 'e2e/operate/state-of-fdae876.json.gz');

interface Carried {
  readonly nowMs: number;
  /** Key, milliseconds to live (0: for ever), base64 of DUMP. */
  readonly keys: readonly (readonly [string, number, string])[];
  readonly records: readonly {
    readonly topic: string;
    readonly key: string;
    readonly value: string;
    readonly headers: Readonly<Record<string, string>>;
  }[];
  /** What the earlier services published on. */
  readonly verdicts: readonly string[];
  readonly alerts: readonly string[];
}

const possible = await hasProgram('redis-server');

describe.skipIf(!possible)('the state of an earlier release', () => {
  let carried: Carried;
  let redis: LocalRedis;
  let connection: RedisConnection;
  let log: MemoryLog;
  const running: Running[] = [];

  beforeAll(async () => {
    carried = JSON.parse(gunzipSync(await readFile(FIXTURE)).toString()) as Carried;
    redis = await startLocalRedis();
    connection = new RedisConnection(parseRedisUrl(redis.url));
    await connection.ready();
    for (const [key, ttlMs, dump] of carried.keys) {
      await connection.call('RESTORE', key, ttlMs, Buffer.from(dump, 'base64'));
    }
    log = new MemoryLog({ topics: Object.values(TOPICS) });
    await fillToCheckpoints();
  });
  afterAll(async () => {
    await Promise.all(running.map((one) => one.stop()));
    await log.close();
    await connection.close();
    await redis.close();
  });

  /** The log ends where it ended then; nobody reads what stands before a checkpoint. */
  async function fillToCheckpoints(): Promise<void> {
    const ends = new Map<string, number>();
    for (const [key] of carried.keys) {
      const [, topic, partition] = /\/(\w+)\/(\d+)\}:task$/.exec(key) ?? [];
      if (topic === undefined) continue;
      const offset = Number(await redis.command('HGET', key, 'offset'));
      const place = `${topic}/${partition!}`;
      if (offset > 0 && (ends.get(place) ?? offset) !== offset)
        throw new Error(`${place} had not been read to its end`);
      if (offset > 0) ends.set(place, offset);
    }
    for (const [place, end] of ends) {
      const [topic, partition] = place.split('/') as [string, string];
      const key = keyOf(Number(partition), TOPICS[topic as 'syscalls' | 'logs' | 'verdicts'].partitions);
      await log.publish(Array.from({ length: end }, () => ({ topic, key, value: Buffer.from('read before') })));
    }
  }

  const after = (topic: string): readonly LogRecord[] =>
    log.records(topic).filter(({ value }) => Buffer.from(value).toString() !== 'read before');

  it('is read and gone on with: the same windows, the same incident, nothing set aside', async () => {
    const profiles = storedProfiles(new RedisProfileStore(connection));
    await profiles.open();
    await applicationOperators(profiles, { falseAlertsPerDay: 1 })(async (operator) => {
      running.push(await runOperator(operator, { log, store: new RedisStateStore(connection) }));
    });
    const values = carried.records.map((record) => ({ ...record, value: Buffer.from(record.value, 'base64') }));
    await log.publish(values);
    await log.drained();
    await profiles.close();

    expect(after(TOPICS.deadLetters.name).map(({ value }) => Buffer.from(value).toString())).toEqual([]);
    const now = after(TOPICS.verdicts.name).flatMap(({ value }) => verdictsIn(Buffer.from(value)));
    const then = carried.verdicts.flatMap((text) => verdictsIn(Buffer.from(text)));
    expect(then.length).toBeGreaterThan(10);
    expect(now.map(told).sort()).toEqual(then.map(told).sort());
    const alerts = after(TOPICS.alerts.name).map(({ value }) => decodeJson(Alert, value, 'an alert'));
    const revisions = carried.alerts.map((text) => decodeJson(Alert, Buffer.from(text), 'an alert'));
    // What was published twice there has one identity.
    expect(alerts.map(revisionOf)).toEqual([...new Set(revisions.map(revisionOf))]);
    await expectKept(alerts);
  }, 60_000);

  /** Incidents, as people work with them: what was known and decided stands, and what comes now joins it. */
  async function expectKept(alerts: readonly Alert[]): Promise<void> {
    const incidents = new RedisIncidentStore(
      connection,
      {},
      { nowMs: () => carried.nowMs, sleep: () => Promise.resolve() },
    );
    const { uid } = alerts[0]!.finding_info;
    const before = await incidents.get(uid);
    expect(before).toMatchObject({
      state: 'open',
      status: 'in-progress',
      decisions: [{ by: 'ann', note: 'seen before the upgrade' }],
    });
    for (const alert of alerts) await incidents.apply(alert);
    const { incidents: listed } = await incidents.list({}, 10);
    expect(listed.filter(({ state }) => state === 'open').map(({ id }) => id)).toEqual([uid]);
    expect(await incidents.get(uid)).toMatchObject({
      status: 'in-progress',
      alert: { unmapped: { revision: alerts.at(-1)!.unmapped.revision } },
    });
    expect((await incidents.get(uid))!.evidence.length).toBeGreaterThan(before!.evidence.length);
    expect(await incidents.suppressions()).toMatchObject([{ reason: 'before the upgrade' }]);
    expect((await incidents.auditTrail(10)).map(({ action }) => action)).toEqual([
      'suppression.create',
      'incident.status',
    ]);
  }
});

function revisionOf({ finding_info, unmapped }: Alert): string {
  return `${finding_info.uid} ${unmapped.revision}`;
}

function told({ id, detector, state, window, stream }: Verdict): string {
  return `${id} ${detector} ${state} ${stream} ${window.startUs}-${window.endUs}`;
}

function verdictsIn(value: Uint8Array): Verdict[] {
  const message = decodeJson(VerdictMessage, value, 'a verdict');
  return message.type === 'verdict' ? [message] : [];
}

function keyOf(partition: number, partitions: number): string {
  for (let i = 0; ; i++) if (partitionOf(`${i}`, partitions) === partition) return `${i}`;
}
