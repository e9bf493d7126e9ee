import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { encodeJson, sealProfile, TOPICS, type ProfileFile, type Progress } from '@plimsoll/contracts';
import { applyTopics, KafkaLog } from '@plimsoll/kafka-log';
import { replay, runDetection } from '@plimsoll/local-run';
import {
  applicationOperators,
  fixedProfiles,
  messageRecord,
  progressRecords,
  type CollectorMessage,
} from '@plimsoll/pipelines';
import { parseRedisUrl, RedisConnection, RedisProfileStore } from '@plimsoll/redis-store';
import type { LogRecord } from '@plimsoll/streaming';
import { testServers } from '@plimsoll/streaming/testing';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { quiet, textsOf, until } from '../golden/outcome.js';
import { prepared } from '../golden/prepared.js';
import { isWatermark, reading } from '../records.js';
import { ServerProcess, startLocalRedis, type LocalRedis } from '../servers/index.js';
import { ServiceProcess } from '../services/service-process.js';

const servers = testServers();
const brokers = (servers?.kafkaBrokers ?? '').split(',');
const token = `plimsoll_${randomBytes(32).toString('base64url')}`;
const application = `restored-${randomUUID()}`;
const RECORDED = { from: 'employee', learn: ['benign-01'], calibrate: ['benign-06'], replayed: 'sqli-union-a' };
const SERVICES = ['sequence-detector', 'frequency-detector', 'log-detector', 'alert-service'];
const PROGRESS_OF_ANOTHER: Progress = {
  type: 'progress',
  schema: 1,
  application: `other-${randomUUID()}`,
  source: 'another collector',
  timeUs: 1_790_000_000_000_000,
  partitions: { syscalls: TOPICS.syscalls.partitions, logs: TOPICS.logs.partitions },
};
const WAIT = { timeout: 60_000, interval: 200 };

/** What the interface answers of what only Redis holds, and of incidents. */
interface Known {
  readonly incident: { readonly decisions: readonly { readonly note: string }[]; readonly [name: string]: unknown };
  readonly suppressions: readonly string[];
  readonly audit: readonly string[];
  readonly profiles: readonly string[];
}

/*
 * docs/operating.md, "Backup and restore", as it stands there: a snapshot is taken in the middle of an attack, while
 * windows are open; the stream and people go on; Redis is lost; the snapshot is brought back under running services.
 */
describe.skipIf(servers === undefined)('a Redis that is restored from a copy of before', () => {
  const log = new KafkaLog({ brokers });
  const verdicts: LogRecord[] = [];
  let folder: string;
  let redis: LocalRedis;
  let again: ServerProcess | undefined;
  let services: ServiceProcess[] = [];
  let environment: Record<string, string>;
  let profiles: readonly ProfileFile[];
  let messages: CollectorMessage[];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'plimsoll-backup-'));
    redis = await startLocalRedis({ appendOnly: true });
    await applyTopics({ brokers }, Object.values(TOPICS));
    const sha256 = createHash('sha256').update(token).digest('hex');
    environment = {
      KAFKA_BROKERS: brokers.join(','),
      REDIS_URL: redis.url,
      PLIMSOLL_API_TOKENS: JSON.stringify({ tokens: [{ name: 'ann', role: 'admin', sha256 }] }),
    };
    services = await Promise.all(SERVICES.map((name) => ServiceProcess.start(name, environment)));
    const learned = await prepared(RECORDED, application);
    profiles = learned.profiles;
    await activate(profiles);
    messages = [];
    for await (const message of replay(learned.sources)) messages.push(message);
    await log.consume({
      topic: TOPICS.verdicts.name,
      group: randomUUID(),
      handler: reading((record) => {
        if (record.key === application && !isWatermark(record)) verdicts.push(record);
      }),
    });
    await Promise.all(services.map((service) => service.readiness(200, 120_000)));
  }, 240_000);

  afterAll(async () => {
    await Promise.all(services.map((service) => service.stop()));
    await log.close();
    await again?.stop(5_000);
    await redis.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function activate(given: readonly ProfileFile[]): Promise<void> {
    const connection = new RedisConnection(parseRedisUrl(redis.url));
    await connection.ready();
    const store = new RedisProfileStore(connection);
    for (const profile of given) {
      await store.put(profile, profile.version, encodeJson(profile));
      await store.activate(profile, profile.version, 'ann');
    }
    await connection.close();
  }

  async function ask(path: string, body?: unknown): Promise<unknown> {
    const response = await fetch(`${services.at(-1)!.address}/api/v1/${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response.json();
  }

  async function publish(from: number, to: number): Promise<void> {
    await log.publish(messages.slice(from, to).map(messageRecord));
  }

  /** Of this test's application; others leave theirs in the topics. */
  async function incidentId(): Promise<string> {
    const { incidents } = (await ask(`incidents?application=${application}`)) as { incidents: { id: string }[] };
    expect(incidents).toHaveLength(1);
    return incidents[0]!.id;
  }

  async function known(id: string): Promise<Known> {
    const [incident, suppressions, audit, slots] = await Promise.all([
      ask(`incidents/${id}`) as Promise<Known['incident']>,
      ask('suppressions') as Promise<{ suppressions: { reason: string }[] }>,
      ask('audit') as Promise<{ entries: { action: string; subject: string }[] }>,
      ask('profiles') as Promise<{ profiles: { application: string; workload: string; detector: string }[] }>,
    ]);
    return {
      // The number of a change is the store's own.
      incident: { ...incident, sequence: 0 },
      suppressions: suppressions.suppressions.map(({ reason }) => reason).sort(),
      audit: audit.entries.map((entry) => JSON.stringify(entry)),
      profiles: slots.profiles.map((slot) => `${slot.application}/${slot.workload}/${slot.detector}`).sort(),
    };
  }

  const decide = (id: string, status: string, note: string): Promise<unknown> =>
    ask(`incidents/${id}/status`, { status, note });
  const suppress = (reason: string): Promise<unknown> =>
    ask('suppressions', { application, path: 'xss', reason, expires: new Date(Date.now() + 86_400_000).toISOString() });

  /** Without the append-only file, which would be read in its place; then with it again. */
  async function restore(copy: string, directory: string): Promise<void> {
    await redis.node.kill();
    await rm(join(directory, 'appendonlydir'), { recursive: true });
    await copyFile(copy, join(directory, 'dump.rdb'));
    const { port } = redis;
    const args = ['--port', `${port}`, '--bind', '127.0.0.1', '--dir', directory, '--save', '', '--appendonly', 'no'];
    again = new ServerProcess({ command: 'redis-server', args, port, startTimeoutMs: 20_000, directory });
    await again.start();
    expect(await redis.command('CONFIG', 'SET', 'appendonly', 'yes')).toBe('OK');
  }

  it('goes on as if nothing had been lost, but for what is in Redis alone and came after the copy', async () => {
    const third = Math.floor(messages.length / 3);
    const memory: LogRecord[] = [];
    await runDetection(over(messages), applicationOperators(fixedProfiles(profiles), { falseAlertsPerDay: 1 }), {
      onVerdict: (_verdict, record) => {
        memory.push(record);
      },
    });
    const expected = textsOf(memory);
    const seen = (): string[] => [...new Set(textsOf(verdicts))];

    await publish(0, third * 2);
    await vi.waitFor(incidentId, WAIT);
    await quiet(verdicts);
    const id = await incidentId();
    await decide(id, 'in-progress', 'before the copy');
    await suppress('before the copy');
    const atCopy = await known(id);
    const directory = (await redis.command('CONFIG', 'GET', 'dir')).split('\n')[1]!;
    const copy = join(folder, 'plimsoll.rdb');
    await redis.command('--rdb', copy);

    // Of another release: nothing is scored by it, and it holds up no other.
    await activate([ofAnotherRelease()]);
    await publish(third * 2, messages.length);
    await until(() => seen().length >= expected.length);
    await quiet(verdicts);
    expectSame(seen(), expected);
    const once = verdicts.length;
    await decide(id, 'benign', 'after the copy');
    await suppress('after the copy');
    const atLoss = await vi.waitFor(async () => {
      const before = await known(id);
      expect(before.incident.decisions.map(({ note }) => note)).toEqual(['after the copy', 'before the copy']);
      return before;
    }, WAIT);

    await restore(copy, directory);
    // The next record of a partition shows that the store is not where it was; collectors tell their progress on each.
    await log.publish(progressRecords(PROGRESS_OF_ANOTHER));
    // A person's decisions lie on a topic of their own, which is read on from the copy when it next says something, or now.
    await services.pop()!.stop();
    services.push(await ServiceProcess.start('alert-service', environment));
    await vi.waitFor(async () => {
      expect((await known(id)).incident).toEqual(atLoss.incident);
    }, WAIT);
    await quiet(verdicts);
    // What follows from records after the copy was published once more, to the byte, and nothing else was.
    expect(verdicts.length).toBeGreaterThan(once);
    expectSame(seen(), expected);
    await Promise.all(services.map((service) => service.readiness(200)));

    const { suppressions, audit, profiles: slots } = await known(id);
    expect({ suppressions, slots }).toEqual({ suppressions: ['before the copy'], slots: atCopy.profiles });
    expect(atLoss.suppressions).toEqual(['after the copy', 'before the copy']);
    expect(atLoss.profiles).toHaveLength(atCopy.profiles.length + 1);
    expect(audit).toEqual(atCopy.audit);
    expect(atLoss.audit.length).toBeGreaterThan(atCopy.audit.length);
  }, 240_000);
});

/** The texts fill pages: a failure shows which ones differ, by their beginning. */
function expectSame(found: readonly string[], expected: readonly string[]): void {
  const beyond = (some: readonly string[], others: readonly string[]): string[] =>
    some.filter((text) => !others.includes(text)).map((text) => text.slice(0, 400));
  expect({ more: beyond(found, expected), less: beyond(expected, found) }).toEqual({ more: [], less: [] });
}

function ofAnotherRelease(): ProfileFile {
  const learned = { streams: ['web-1'], events: 10_000, novelty: 0, complete: true, notes: [] };
  return sealProfile({ application: 'later', workload: 'web', detector: 'web', learned, model: {} });
}

async function* over<T>(items: readonly T[]): AsyncGenerator<T> {
  for (const item of items) yield await Promise.resolve(item);
}
