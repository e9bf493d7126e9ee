import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';

import { callNumber, decodeJson, LearningCourse, TOPICS, type SyscallBatch } from '@plimsoll/contracts';
import { applyTopics, KafkaLog } from '@plimsoll/kafka-log';
import { messageRecord } from '@plimsoll/pipelines';
import { parseRedisUrl, RedisConnection, RedisProfileStore } from '@plimsoll/redis-store';
import { testServers } from '@plimsoll/streaming/testing';
import { describe, expect, it } from 'vitest';

import { ROOT } from '../root.js';
import { hasProgram, startLocalRedis } from '../servers/index.js';

const servers = testServers();
const possible = servers !== undefined && (await hasProgram('redis-server'));

const OUTAGE_MS = 20_000;
const BATCH_CALLS = 800;
const CALL_US = 10_000;
const NAMES = ['accept4', 'read', 'openat', 'fstat', 'close', 'write'];
const SHAPE = [0, 1, 2, 3, 1, 4, 5, 4];

function batch(application: string, workload: string, container: string, i: number): SyscallBatch {
  let state = container.length * 7_919 + i;
  const next = (): number => (state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0) / 2 ** 32;
  const found = Array.from({ length: BATCH_CALLS }, (_, at) => SHAPE[(at + (next() < 0.001 ? 1 : 0)) % SHAPE.length]!);
  const firstOrdinal = i * BATCH_CALLS;
  return {
    application,
    workload,
    container: `${application}/${container}`,
    stream: 'collector',
    firstOrdinal,
    baseTimeUs: 1_700_000_000_000_000 + firstOrdinal * CALL_US,
    count: BATCH_CALLS,
    numbers: Uint16Array.from(found, (at) => callNumber(NAMES[at]!)),
    threads: new Uint32Array(BATCH_CALLS).fill(9),
    offsetsUs: Uint32Array.from(found, (_, at) => at * CALL_US),
    results: undefined,
    digests: undefined,
    names: new Map(),
    gaps: [],
    last: false,
  };
}

describe.skipIf(!possible)('plimsoll learn --from-topic --follow', () => {
  it('goes on through 20 s without Redis, and activates each profile as it is ready', async () => {
    const kafka = { brokers: servers!.kafkaBrokers.split(',') };
    await applyTopics(kafka, Object.values(TOPICS));
    const redis = await startLocalRedis({ appendOnly: true });
    const log = new KafkaLog(kafka);
    const application = `outage-${Date.now()}`;
    let published = 0;
    const feed = async (count: number): Promise<void> => {
      const made = Array.from({ length: count }, (_, i) =>
        ['a', 'bb', 'ccc', 'dddd'].map((name) => batch(application, 'web', name, published + i)),
      ).flat();
      published += count;
      await log.publish(made.map((one) => messageRecord({ topic: 'syscalls', batch: one })));
    };
    // Of `slow` nothing more comes: it holds back nobody.
    await log.publish([messageRecord({ topic: 'syscalls', batch: batch(application, 'slow', 'e', 0) })]);
    await feed(5);

    const bin = join(ROOT, 'apps/cli/bin/plimsoll.js');
    const options = ['--from-topic', '--follow', '--application', application, '--push', 'active'];
    const env = { PATH: process.env['PATH'], KAFKA_BROKERS: servers!.kafkaBrokers, REDIS_URL: redis.url };
    const learning = spawn(process.execPath, [bin, 'learn', ...options], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    const ended = once(learning, 'exit');
    let said = '';
    for (const stream of [learning.stdout, learning.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => (said += text));
    }
    try {
      await expect.poll(() => said, { timeout: 60_000 }).toContain(`${application}/web sequence: `);

      await redis.node.stop();
      const backMs = Date.now() + OUTAGE_MS;
      while (Date.now() < backMs) {
        await feed(1);
        await pause(1_000);
      }
      expect(learning.exitCode, said).toBeNull();
      expect(said).toContain('waiting, nothing is lost');
      await redis.node.start();

      const connection = new RedisConnection(parseRedisUrl(redis.url));
      await connection.ready();
      const active = async (): Promise<string[]> =>
        (await new RedisProfileStore(connection).pointers())
          .filter((pointer) => pointer.active !== undefined)
          .map(({ slot }) => `${slot.workload} ${slot.detector}`)
          .sort();
      for (let i = 0; i < 60 && (await active()).length < 2; i++) {
        await feed(10);
        await pause(1_000);
      }
      expect(await active(), said).toEqual(['web frequency', 'web sequence']);
      expect(learning.exitCode, said).toBeNull();
      const shown = async (): Promise<string[]> =>
        (await new RedisProfileStore(connection).learning())
          .map((course) => decodeJson(LearningCourse, course, 'a course'))
          .map(({ workload, detector, stage }) => `${workload} ${detector} ${stage}`);
      const courses = [
        'slow frequency learning',
        'slow sequence learning',
        'web frequency learned',
        'web sequence learned',
      ];
      await expect.poll(shown, { timeout: 60_000 }).toEqual(courses);
      await connection.close();

      learning.kill('SIGINT');
      await ended;
      expect(said).toContain('learning was stopped; it goes on from here next time');
    } finally {
      learning.kill('SIGKILL');
      await ended;
      await log.close();
      await redis.close();
    }
  }, 300_000);
});
