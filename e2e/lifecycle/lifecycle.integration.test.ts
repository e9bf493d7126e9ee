import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';

import {
  callNumber,
  decodeJson,
  encodeJson,
  openProfile,
  TOPICS,
  VerdictMessage,
  type ProfileFile,
  type SyscallBatch,
} from '@plimsoll/contracts';
import { sequenceLearner } from '@plimsoll/detection';
import { applyTopics, KafkaLog } from '@plimsoll/kafka-log';
import { findRecordings, replay, sourcesOf } from '@plimsoll/local-run';
import {
  learnFromTopics,
  messageRecord,
  profileReport,
  ProfileReportProjection,
  profileWatchOperator,
  REPORT_GROUP,
  sequenceOperator,
  storedProfiles,
  type IncidentSpan,
  type TopicLearningParts,
} from '@plimsoll/pipelines';
import {
  parseRedisUrl,
  RedisConnection,
  RedisLearningStore,
  RedisProfileStore,
  RedisStateStore,
} from '@plimsoll/redis-store';
import { MemoryLearningStore, runOperator, type Running } from '@plimsoll/streaming';
import { testServers } from '@plimsoll/streaming/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const servers = testServers();
const application = `lifecycle-${randomUUID()}`;
const CONTAINERS = ['a', 'b', 'c'].map((name) => `${application}/web-${name}`);
const T0 = 1_700_000_000_000_000;
const BATCH_CALLS = 1_000;
/** A batch is ten seconds, and one window, long. */
const CALL_US = 10_000;
const PLAIN = ['accept4', 'read', 'openat', 'fstat', 'read', 'close', 'write', 'close'];
/** What the new release does, too. */
const RELEASE = ['epoll_wait', 'recvfrom', 'sendto', 'futex', 'mmap', 'munmap', 'futex', 'close'];

function batch(container: string, i: number, released = false): SyscallBatch {
  const firstOrdinal = i * BATCH_CALLS;
  const shape = (at: number): string[] => (released && Math.floor(at / 80) % 3 === 0 ? RELEASE : PLAIN);
  const numbers = Uint16Array.from({ length: BATCH_CALLS }, (_, at) => callNumber(shape(at)[(at + (i % 3)) % 8]!));
  return {
    application,
    workload: 'web',
    container,
    stream: 'collector',
    firstOrdinal,
    baseTimeUs: T0 + firstOrdinal * CALL_US,
    count: BATCH_CALLS,
    numbers,
    threads: new Uint32Array(BATCH_CALLS).fill(5),
    offsetsUs: Uint32Array.from(numbers, (_, at) => at * CALL_US),
    results: undefined,
    digests: undefined,
    names: new Map(),
    gaps: [],
    last: false,
  };
}

const batches = (from: number, to: number, released = false): SyscallBatch[] =>
  Array.from({ length: to - from }, (_, i) => CONTAINERS.map((name) => batch(name, from + i, released))).flat();

const PLAIN_UNTIL = 50;
const RELEASED_UNTIL = 130;
/** More of the same, which moves event time on. */
const GOES_ON_UNTIL = RELEASED_UNTIL + 14;

describe.skipIf(servers === undefined)('the life of a profile on Kafka and Redis', { timeout: 240_000 }, () => {
  const kafka = { brokers: (servers?.kafkaBrokers ?? '').split(',') };
  const log = new KafkaLog(kafka);
  const connection = new RedisConnection(parseRedisUrl(servers?.redisUrl ?? 'redis://127.0.0.1'));
  const profiles = new RedisProfileStore(connection);
  const running: Running[] = [];
  const slot = { application, workload: 'web', detector: 'sequence' };
  const released: IncidentSpan = {
    id: 'the-release',
    application,
    startUs: T0 + PLAIN_UNTIL * BATCH_CALLS * CALL_US + 10_000_000,
    endUs: T0 + RELEASED_UNTIL * BATCH_CALLS * CALL_US,
    benign: false,
  };

  const publish = (held: readonly SyscallBatch[]): Promise<void> =>
    log.publish(held.map((one) => messageRecord({ topic: 'syscalls', batch: one })));
  const learn = (incidents: readonly IncidentSpan[], change: Partial<TopicLearningParts> = {}) =>
    learnFromTopics(
      { name: application, application, follow: false, incidents },
      {
        log,
        store: new RedisLearningStore(connection),
        learners: { syscalls: [sequenceLearner()], logs: [] },
        ...change,
      },
    );
  const bring = async (profile: ProfileFile): Promise<string> => {
    await profiles.put(slot, profile.version, encodeJson(profile));
    return profile.version;
  };

  beforeAll(async () => {
    await applyTopics(kafka, Object.values(TOPICS));
    await connection.ready();
  });
  afterAll(async () => {
    await Promise.allSettled(running.map((one) => one.stop()));
    await log.close();
    await connection.close();
  });

  it('learns from the topic, goes on where it was stopped, and compares, activates and rolls back the next version', async () => {
    await publish(batches(0, PLAIN_UNTIL));
    await publish(batches(PLAIN_UNTIL, RELEASED_UNTIL, true));

    const stopping = new AbortController();
    const store = new RedisLearningStore(connection);
    let saves = 0;
    const stopped = learn([released], {
      keepEvery: 30,
      signal: stopping.signal,
      store: {
        load: (name) => store.load(name),
        remove: (name) => store.remove(name),
        async save(name, parts, ttlMs) {
          await store.save(name, parts, ttlMs);
          if (++saves === 4) stopping.abort();
        },
      },
    });
    await expect(stopped).rejects.toMatchObject({ code: 'stopped' });
    expect((await store.load(application)).size).toBeGreaterThan(1);
    const resumed = await learn([released]);
    expect(resumed.resumed).toBe(true);
    const whole = await learn([released], { store: new MemoryLearningStore() });
    expect(whole.resumed).toBe(false);
    expect(JSON.stringify(resumed.profiles)).toBe(JSON.stringify(whole.profiles));
    expect((await store.load(application)).size).toBe(0);

    const [first] = resumed.profiles;
    expect(first!.learned.from).toMatchObject({ incidents: ['the-release'], benignIncidents: [] });
    const [next] = (await learn([{ ...released, benign: true }])).profiles;
    expect(next!.learned.from).toMatchObject({ incidents: [], benignIncidents: ['the-release'] });
    const knows = (profile: ProfileFile): boolean => JSON.stringify(profile.model).includes('epoll_wait');
    expect([knows(first!), knows(next!)]).toEqual([false, true]);

    const [v1, v2] = [await bring(first!), await bring(next!)];
    await profiles.activate(slot, v1, 'the test');
    await profiles.shadow(slot, v2, 'the test');

    const versions = new Set<string>();
    await log.consume({
      topic: TOPICS.verdicts.name,
      group: randomUUID(),
      handler: {
        assigned: () => Promise.resolve(undefined),
        batch(_partition, records) {
          for (const record of records) {
            const verdict = decodeJson(VerdictMessage, record.value, 'a verdict');
            if (verdict.application === application) versions.add(verdict.profileVersion);
          }
          return Promise.resolve();
        },
        revoked: () => Promise.resolve(),
      },
    });
    const stored = storedProfiles(profiles);
    await stored.open();
    const operator = sequenceOperator(stored, { falseAlertsPerDay: 1 });
    for (let member = 0; member < 2; member++) {
      running.push(await runOperator(operator, { log, store: new RedisStateStore(connection) }));
    }
    running.push(await runOperator(profileWatchOperator, { log, store: new RedisStateStore(connection) }));
    const projection = new ProfileReportProjection(profiles, log);
    await log.consume({ topic: TOPICS.profiles.name, group: REPORT_GROUP, handler: projection });

    // The detector reads the topic from its beginning: a plain stretch, then the release.
    const WAIT = { timeout: 120_000, interval: 200 };
    const windows = RELEASED_UNTIL * CONTAINERS.length;
    await expect
      .poll(async () => (await profileReport(profiles, slot))?.shadow?.active.windows ?? 0, WAIT)
      .toBeGreaterThan(windows * 0.8);
    // A report comes with a new minute or eight records: of a container that was behind, the last may not have counted yet.
    await publish(batches(RELEASED_UNTIL, GOES_ON_UNTIL, true));
    await expect.poll(async () => (await profileReport(profiles, slot))?.state, WAIT).toBe('deployment');
    const report = (await profileReport(profiles, slot))!;
    const shadow = report.shadow!;
    expect(report.version).toBe(v1);
    expect(shadow.version).toBe(v2);
    // Both scored the same windows; the release is strange to the active version alone.
    expect(shadow.shadow.windows).toBe(shadow.active.windows);
    expect(shadow.active.anomalous).toBeGreaterThan(100);
    expect(shadow.shadow.anomalous).toBe(0);
    expect(report.words).toContain('all of its 3 containers');
    expect([...versions]).toEqual([v1]);

    expect(await profiles.activate(slot, v2, 'the test')).toMatchObject({ active: v2, shadow: undefined });
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    await publish(batches(GOES_ON_UNTIL, GOES_ON_UNTIL + 20, true));
    await expect.poll(async () => (await profileReport(profiles, slot))?.version, WAIT).toBe(v2);
    expect((await profileReport(profiles, slot))?.anomalous).toBe(0);
    expect(await profiles.rollback(slot, 'the test')).toMatchObject({ active: v1 });
    await stored.close();
  });

  it('learns calls, requests and statements of a real recording by the command line, and shows what it learned', async () => {
    const shop = `recorded-${randomUUID()}`;
    const recordings = await findRecordings(join(ROOT, 'recordings/employee'));
    const sources = recordings
      .filter(({ recording }) => recording.episode === 'benign-01')
      .flatMap(sourcesOf)
      .map((source) => ({
        ...source,
        where: { ...source.where, application: shop, container: `${shop}/${source.where.container}` },
      }));
    for await (const message of replay(sources)) await log.publish([messageRecord(message)]);

    const learned = await plimsoll('learn', '--from-topic', '--application', shop, '--push', 'active');
    expect(learned.stdout).toContain(`${shop}/db`);
    for (const detector of ['sequence', 'frequency', 'web', 'sql']) expect(learned.stdout).toContain(detector);
    expect((await plimsoll('profiles', 'list')).stdout).toMatch(new RegExp(`${shop}/db +sql +[0-9a-f]{16}`));
    const shown = (await plimsoll('profiles', 'show', `${shop}/db/sql`)).stdout;
    expect(shown).toMatch(/complete +(yes|not yet); probability that the next benign window is new/);
    expect(shown).toMatch(/from +topic logs, 20\d\d-/);
    expect(shown).toContain('knows table');
    const file = (await plimsoll('profiles', 'show', `${shop}/db/sql`, '--json')).stdout;
    const profile = openProfile(JSON.parse(file));
    expect(profile.learned.from).toMatchObject({ topic: 'logs', leftOut: 0 });

    // Learned again from less, it is another version: what differs is said, and it can run in shadow.
    const until = new Date(profile.learned.from!.endUs / 1_000 - 20_000).toISOString();
    await plimsoll('learn', '--from-topic', '--application', shop, '--until', until, '--push', 'shadow');
    const diff = (await plimsoll('profiles', 'diff', `${shop}/db/sql`)).stdout;
    expect(diff).toContain(profile.version);
    expect(diff).toMatch(/^events/m);
    expect(diff).toContain('in shadow has scored nothing yet');
    expect((await plimsoll('profiles', 'shadow', `${shop}/db/sql`)).stdout).toContain('has scored nothing yet');
  });

  /** The command as it stands after `npm run build`. */
  function plimsoll(...args: string[]): Promise<{ readonly stdout: string }> {
    const env = { ...process.env, KAFKA_BROKERS: servers!.kafkaBrokers, REDIS_URL: servers!.redisUrl };
    return promisify(execFile)(process.execPath, [join(ROOT, 'apps/cli/bin/plimsoll.js'), ...args], {
      env,
      maxBuffer: 67_108_864,
    });
  }
});
