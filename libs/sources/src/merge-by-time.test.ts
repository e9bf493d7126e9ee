import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { mergeByTime } from './merge-by-time.js';

interface Timed {
  readonly at: number | undefined;
  readonly name: string;
}

async function* source(items: readonly Timed[], onEnd: () => void = () => undefined): AsyncGenerator<Timed> {
  try {
    for (const item of items) {
      await Promise.resolve();
      yield item;
    }
  } finally {
    onEnd();
  }
}

async function merged(...sources: (readonly Timed[])[]): Promise<string[]> {
  const names: string[] = [];
  const streams = sources.map((items) => source(items));
  for await (const { item } of mergeByTime(streams, ({ at }) => at)) names.push(item.name);
  return names;
}

describe('mergeByTime', () => {
  // a  1---3---5---------
  // b  --2---4-----------
  // c  1-------------7---
  it('takes the earliest of what is next, the first source at equal times', async () => {
    const names = await merged(
      [1, 3, 5].map((at) => ({ at, name: `a${at}` })),
      [2, 4].map((at) => ({ at, name: `b${at}` })),
      [1, 7].map((at) => ({ at, name: `c${at}` })),
    );
    expect(names).toEqual(['a1', 'c1', 'b2', 'a3', 'b4', 'a5', 'c7']);
  });

  it('lets an item without time go with the one before it', async () => {
    const gap: Timed = { at: undefined, name: 'gap' };
    expect(await merged([{ at: 1, name: 'a1' }, gap, { at: 9, name: 'a9' }], [{ at: 5, name: 'b5' }])).toEqual([
      'a1',
      'gap',
      'b5',
      'a9',
    ]);
  });

  it('keeps the order of each source and loses nothing', async () => {
    const times = fc.array(fc.array(fc.nat(50), { maxLength: 30 }), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(times, async (lists) => {
        const sorted = lists.map((list) => [...list].sort((a, b) => a - b));
        const sources = sorted.map((list, s) => list.map((at, i) => ({ at, name: `${s}:${i}` })));
        const names = await merged(...sources);
        expect(names).toHaveLength(sorted.flat().length);
        const merging = names.map((name) => {
          const [s = 0, i = 0] = name.split(':').map(Number);
          return sorted[s]![i]!;
        });
        expect(merging).toEqual([...merging].sort((a, b) => a - b));
        for (const [s, list] of sources.entries()) {
          expect(names.filter((name) => name.startsWith(`${s}:`))).toEqual(list.map(({ name }) => name));
        }
      }),
      { numRuns: 50 },
    );
  });

  it('ends every source when its reader leaves, or when one fails', async () => {
    const ended: string[] = [];
    const endless = Array.from({ length: 1_000 }, (_, at) => ({ at, name: 'x' }));
    const streams = ['a', 'b'].map((name) => source(endless, () => ended.push(name)));
    for await (const { item } of mergeByTime(streams, ({ at }) => at)) if (item.at === 3) break;
    expect(ended.sort()).toEqual(['a', 'b']);

    async function* failing(): AsyncGenerator<Timed> {
      await Promise.resolve();
      yield { at: 1, name: 'f' };
      throw new Error('broken');
    }
    const other = source(endless, () => ended.push('c'));
    const reading = async (): Promise<void> => {
      for await (const { item } of mergeByTime([failing(), other], ({ at }) => at)) expect(item.name).toBeDefined();
    };
    await expect(reading()).rejects.toThrow('broken');
    expect(ended).toContain('c');
  });
});
