import { afterEach, expect, it, vi } from 'vitest';

import { MemoryLog } from './memory-log.js';
import { PickedRecords } from './picked-records.js';

const log = new MemoryLog({ topics: [{ name: 'in', partitions: 2 }], maxPartitionBytes: 4_000 });
afterEach(() => log.close());

it('reads the records that were named, each once, and says which the log holds no more', async () => {
  const all: { partition: number; offset: number; text: string }[] = [];
  for (let i = 0; i < 40; i += 1) {
    await log.publish([{ topic: 'in', key: `k${i % 7}`, value: Buffer.from(`${i}`.padEnd(400)) }]);
  }
  // What is no longer held is dropped at once: nobody reads the topic yet.
  const reader = await log.consume({
    topic: 'in',
    group: 'all',
    handler: {
      assigned: () => Promise.resolve(undefined),
      batch: (_partition, records) => {
        for (const { partition, offset, value } of records)
          all.push({ partition, offset, text: Buffer.from(value).toString().trim() });
        return Promise.resolve();
      },
      revoked: () => Promise.resolve(),
    },
  });
  await vi.waitFor(() => {
    expect(all.some(({ text }) => text === '39')).toBe(true);
  });
  await reader.stop();
  const held = all.filter((_, i) => i % 3 === 0);
  const lost = [
    { partition: 0, offset: 0 },
    { partition: 0, offset: 1_000 },
  ];
  expect(all.some(({ partition, offset }) => partition === 0 && offset === 0)).toBe(false);
  const picked = new PickedRecords([...held, ...held, ...lost]);
  expect(picked.left).toBe(held.length + lost.length);
  await log.consume({ topic: 'in', group: 'picked', handler: picked });
  await vi.waitFor(() => {
    expect(picked.left).toBe(0);
  });
  expect(picked.gone).toBe(lost.length);
  const texts = picked.found.map(({ value }) => Buffer.from(value).toString().trim());
  expect(texts.sort()).toEqual(held.map(({ text }) => text).sort());
});
