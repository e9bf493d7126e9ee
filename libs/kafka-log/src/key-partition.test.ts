import { Partitioners } from 'kafkajs';
import { describe, expect, it } from 'vitest';

import { partitionOf } from './key-partition.js';

const theirs = Partitioners.DefaultPartitioner();
const SIGNS = ['a', 'Z', '7', '/', '-', 'ä', '语', '😀', '\0', '\uffff'];

function theirPartition(key: string, partitions: number): number {
  const partitionMetadata = Array.from({ length: partitions }, (_, partitionId) => ({
    partitionId,
    partitionErrorCode: 0,
    leader: 1,
    replicas: [],
    isr: [],
  }));
  return theirs({ topic: 'any', partitionMetadata, message: { key, value: null } });
}

describe('partitionOf', () => {
  it('gives what kafkajs gives, and with it every client of Kafka', () => {
    for (let length = 0; length < 40; length++) {
      for (let i = 0; i < 25; i++) {
        const key = Array.from({ length }, (_, at) => SIGNS[(i * 7 + at * (i + 3) + length) % SIGNS.length]).join('');
        for (const partitions of [1, 4, 7, 128])
          expect(partitionOf(key, partitions), key).toBe(theirPartition(key, partitions));
      }
    }
  });
});
