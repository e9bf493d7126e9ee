import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';

import { systemClock, type LogRecord, type PartitionHandler } from '@plimsoll/streaming';
import { testServers } from '@plimsoll/streaming/testing';
import kafkajs from 'kafkajs';
import { afterEach, describe, expect, it } from 'vitest';

import { MAX_BATCH_BYTES } from './compression/codecs.js';
import { kafkaClient } from './kafka-client.js';
import { KafkaLog } from './kafka-log.js';
import { applyTopics } from './kafka-topics.js';

const servers = testServers();
const kafka = { brokers: (servers?.kafkaBrokers ?? '').split(',') };
const WAIT = { timeout: 30_000, interval: 50 };
const COUNT = 300;

describe.skipIf(servers === undefined)('compressed topics', () => {
  const logs: KafkaLog[] = [];
  afterEach(async () => {
    await Promise.all(logs.splice(0).map((log) => log.close()));
  });

  async function topicWith(compression: string): Promise<string> {
    const name = `test-${randomUUID()}`;
    await applyTopics(kafka, [{ name, partitions: 1, retentionMs: 3_600_000, compacted: false, key: 'any' }]);
    const admin = kafkaClient(kafka).admin();
    await admin.connect();
    const configEntries = [{ name: 'compression.type', value: compression }];
    await admin.alterConfigs({
      validateOnly: false,
      resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name, configEntries }],
    });
    await admin.disconnect();
    return name;
  }

  // The broker packs what it is given, as `compression.type` tells it, by Java's own libraries.
  it.each(['gzip', 'snappy', 'lz4', 'zstd'])('are read where the broker packs with %s', async (compression) => {
    const topic = await topicWith(compression);
    const log = new KafkaLog(kafka);
    logs.push(log);
    const texts = Array.from(
      { length: COUNT },
      (_, i) => `${i} ${'the same words again '.repeat(i % 40)}${randomUUID()}`,
    );
    const seen: string[] = [];
    const handler: PartitionHandler = {
      assigned: () => Promise.resolve(undefined),
      batch: (_partition, records: readonly LogRecord[]) => {
        seen.push(...records.map(({ value }) => Buffer.from(value).toString()));
        return Promise.resolve();
      },
      revoked: () => Promise.resolve(),
    };
    await log.publish(texts.map((text) => ({ topic, key: 'k', value: Buffer.from(text) })));
    await log.consume({ topic, group: `test-${randomUUID()}`, handler });
    await expect.poll(() => seen.length, WAIT).toBe(COUNT);
    expect(seen).toEqual(texts);
    expect(await log.health()).toEqual({ ready: true });
  });

  it('are named on health, and stay so, where a batch cannot be unpacked', async () => {
    const topic = await topicWith('producer');
    const { CompressionCodecs, CompressionTypes } = kafkajs;
    const registered = CompressionCodecs[CompressionTypes.GZIP];
    CompressionCodecs[CompressionTypes.GZIP] = () => ({
      compress: ({ buffer }: { buffer: Buffer }) => Promise.resolve(gzipSync(buffer)),
    });
    const producer = kafkaClient(kafka).producer({ allowAutoTopicCreation: false });
    await producer.connect();
    const value = Buffer.alloc(MAX_BATCH_BYTES + 1);
    await producer.send({ topic, compression: CompressionTypes.GZIP, messages: [{ key: 'k', value }] });
    await producer.disconnect();
    CompressionCodecs[CompressionTypes.GZIP] = registered;
    const log = new KafkaLog(kafka);
    logs.push(log);
    const handler: PartitionHandler = {
      assigned: () => Promise.resolve(undefined),
      batch: () => Promise.resolve(),
      revoked: () => Promise.resolve(),
    };
    await log.consume({ topic, group: `test-${randomUUID()}`, handler });
    const named = { ready: false, reason: expect.stringMatching(/compressed with gzip cannot be read/) as string };
    await expect.poll(() => log.health(), WAIT).toEqual(named);
    // It joins its group again meanwhile, and fails again.
    for (let i = 0; i < 50; i += 1) {
      expect(await log.health()).toEqual(named);
      await systemClock.sleep(100);
    }
  });

  it('are brought to what is defined, when told to', async () => {
    const name = await topicWith('lz4');
    const definition = { name, partitions: 1, retentionMs: 3_600_000, compacted: false, key: 'any' };
    const differences = [{ setting: 'compression.type', wanted: 'producer', found: 'lz4' }];
    await expect
      .poll(async () => (await applyTopics(kafka, [definition]))[0]?.differences, WAIT)
      .toContainEqual(differences[0]);
    await applyTopics(kafka, [definition], { allowChanges: true });
    await expect.poll(() => applyTopics(kafka, [definition]), WAIT).toMatchObject([{ outcome: 'as-defined' }]);
  });
});
