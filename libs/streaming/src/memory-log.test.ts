import { describe, expect, it } from 'vitest';

import type { LogRecord, PartitionHandler } from './event-log.js';
import { MemoryLog } from './memory-log.js';
import { eventLogContract } from './testing/event-log-contract.js';

let topics = 0;
const log = new MemoryLog({
  topics: [1, 2, 4].flatMap((partitions) =>
    Array.from({ length: 20 }, (_, i) => ({ name: `topic-${partitions}-${i}`, partitions })),
  ),
});

eventLogContract('memory', () => ({
  connect: () =>
    Promise.resolve({
      publish: (records) => log.publish(records),
      consume: (options) => log.consume(options),
      positions: (topic, sinceMs) => log.positions(topic, sinceMs),
      health: () => log.health(),
      // One memory serves every test.
      close: () => Promise.resolve(),
    }),
  topic: (partitions) => {
    topics += 1;
    return Promise.resolve(`topic-${partitions}-${topics}`);
  },
}));

describe('the bounds of the in-memory log', () => {
  const big = (n: number) => ({ topic: 'in', key: 'a', value: Buffer.alloc(1_000, n) });
  const bounded = () => new MemoryLog({ topics: [{ name: 'in', partitions: 1 }], maxPartitionBytes: 10_000 });

  it('drops the oldest where nobody reads, and counts them', async () => {
    const small = bounded();
    await small.publish(Array.from({ length: 100 }, (_, i) => big(i)));
    expect(small.records('in').length).toBeLessThan(12);
    expect(small.records('in').at(-1)?.offset).toBe(99);
    expect(small.dropped).toBe(100 - small.records('in').length);
  });

  it('makes the publisher wait for the slowest reader, and loses nothing', async () => {
    const small = bounded();
    let open = false;
    const seen: LogRecord[] = [];
    const handler: PartitionHandler = {
      assigned: () => Promise.resolve(undefined),
      batch: async (_, records) => {
        while (!open) await new Promise((resolve) => setTimeout(resolve, 5));
        seen.push(...records);
      },
      revoked: () => Promise.resolve(),
    };
    await small.consume({ topic: 'in', group: 'slow', handler });
    let published = false;
    const publishing = small.publish(Array.from({ length: 100 }, (_, i) => big(i))).then(() => {
      published = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(published).toBe(false);
    open = true;
    await publishing;
    await small.drained();
    expect(seen.map(({ offset }) => offset)).toEqual(Array.from({ length: 100 }, (_, i) => i));
    expect(small.dropped).toBe(0);
    await small.close();
  });

  it('refuses a topic it does not know', async () => {
    await expect(bounded().publish([{ ...big(0), topic: 'out' }])).rejects.toMatchObject({ code: 'bad-configuration' });
  });
});
