import type { CallColumns, LogEvent, SourceItem } from '@plimsoll/contracts';
import { describe, expect, it } from 'vitest';

import { ItemQueue } from './item-queue.js';

function calls(count: number, fromUs: number): SourceItem {
  const columns: CallColumns = {
    count,
    numbers: new Uint16Array(count),
    threads: new Uint32Array(count),
    timesUs: Float64Array.from({ length: count }, (_, i) => fromUs + i),
    results: undefined,
    digests: undefined,
    names: new Map(),
  };
  return { type: 'calls', calls: columns };
}

async function all(queue: ItemQueue): Promise<SourceItem[]> {
  const items: SourceItem[] = [];
  for await (const item of queue.items()) items.push(item);
  return items;
}

describe('a queue between a source and its reader', () => {
  it('hands on in order, also what comes while the reader waits', async () => {
    const queue = new ItemQueue(100);
    const read = all(queue);
    queue.push([calls(3, 0)]);
    await Promise.resolve();
    queue.push([calls(2, 10)]);
    queue.end([{ type: 'end' }]);
    expect((await read).map((item) => (item.type === 'calls' ? item.calls.count : item.type))).toEqual([3, 2, 'end']);
    expect(queue.lostCalls).toBe(0);
  });

  it('drops the oldest when its reader is slow, and says so where they were', async () => {
    const queue = new ItemQueue(100);
    for (let i = 0; i < 5; i++) queue.push([calls(40, i * 1_000)]);
    queue.end([{ type: 'end' }]);
    const items = await all(queue);
    expect(items[0]).toEqual({ type: 'gap', gap: { startUs: 0, endUs: 2_040, lost: 120, cause: 'source-drop' } });
    expect(items.slice(1).map((item) => item.type)).toEqual(['calls', 'calls', 'end']);
    expect(queue.lostCalls).toBe(120);
  });

  it('counts events and gaps among what it dropped', async () => {
    const queue = new ItemQueue(100);
    queue.push([{ type: 'gap', gap: { startUs: 5, endUs: 9, lost: 7, cause: 'source-drop' } }]);
    const event = { timeUs: 20 } as LogEvent;
    queue.push(Array.from({ length: 65_538 }, () => ({ type: 'event', event })));
    queue.end([]);
    const [gap] = await all(queue);
    expect(gap).toEqual({ type: 'gap', gap: { startUs: 5, endUs: 21, lost: 9, cause: 'source-drop' } });
  });

  it('fails its reader after what came before', async () => {
    const queue = new ItemQueue(100);
    queue.push([calls(1, 0)]);
    queue.fail(new Error('no'));
    const read: string[] = [];
    await expect(async () => {
      for await (const item of queue.items()) read.push(item.type);
    }).rejects.toThrow('no');
    expect(read).toEqual(['calls']);
  });
});
