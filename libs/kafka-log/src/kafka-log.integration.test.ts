import { randomUUID } from 'node:crypto';

import { partitionOf } from '@plimsoll/streaming';
import { eventLogContract, testServers } from '@plimsoll/streaming/testing';
import { Partitioners } from 'kafkajs';
import { describe, expect, it } from 'vitest';

import { KafkaLog } from './kafka-log.js';
import { applyTopics } from './kafka-topics.js';

const servers = testServers();
const brokers = (servers?.kafkaBrokers ?? '').split(',');

describe.skipIf(servers === undefined)('Kafka', () => {
  const newTopic = async (partitions: number): Promise<string> => {
    const name = `test-${randomUUID()}`;
    await applyTopics({ brokers }, [{ name, partitions, retentionMs: 3_600_000, compacted: false, key: 'any' }]);
    return name;
  };

  eventLogContract('Kafka', () => ({
    connect: () => Promise.resolve(new KafkaLog({ brokers })),
    topic: newTopic,
  }));

  it('puts every key where any Kafka client puts it', () => {
    const partitionMetadata = Array.from({ length: 6 }, (_, i) => ({ partitionId: i, leader: 1 }));
    const partition = Partitioners.DefaultPartitioner();
    for (const key of ['', 'a', 'größe/容器', 'x'.repeat(300), ...Array.from({ length: 200 }, () => randomUUID())]) {
      const metadata = partitionMetadata.map((one) => ({
        ...one,
        partitionErrorCode: 0,
        replicas: [1],
        isr: [1],
      }));
      const theirs = partition({ topic: 'in', partitionMetadata: metadata, message: { key, value: null } });
      if (key !== '') expect(partitionOf(key, 6)).toBe(theirs);
    }
  });
});
