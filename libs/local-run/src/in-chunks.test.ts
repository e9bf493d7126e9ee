import { setTimeout as wait } from 'node:timers/promises';

import { describe, expect, it } from 'vitest';

import { inChunks } from './in-chunks.js';

async function* of(...items: (number | 'pause')[]): AsyncGenerator<number> {
  for (const item of items) {
    if (item === 'pause') await wait(20);
    else yield item;
  }
}

async function chunks(items: AsyncIterable<number>, most: number, prompt = true): Promise<number[][]> {
  const seen: number[][] = [];
  for await (const chunk of inChunks(items, most, prompt)) seen.push(chunk);
  return seen;
}

describe('inChunks', () => {
  it('gathers what is there, up to the most', async () => {
    expect(await chunks(of(1, 2, 3, 4, 5), 2)).toEqual([[1, 2], [3, 4], [5]]);
    expect(await chunks(of(), 2)).toEqual([]);
  });

  it('does not hold back what came before a pause', async () => {
    expect(await chunks(of(1, 2, 'pause', 3, 'pause'), 100)).toEqual([[1, 2], [3]]);
    expect(await chunks(of(1, 2, 'pause', 3, 'pause'), 100, false)).toEqual([[1, 2, 3]]);
  });

  it('passes failures on, and leaves a silent source at once', async () => {
    const failing = (async function* (): AsyncGenerator<number> {
      yield 1;
      await wait(1);
      throw new Error('broken');
    })();
    await expect(chunks(failing, 10)).rejects.toThrow('broken');
    const endless = (async function* (): AsyncGenerator<number> {
      yield 1;
      await new Promise(() => undefined);
    })();
    for await (const chunk of inChunks(endless, 10, true)) {
      expect(chunk).toEqual([1]);
      break;
    }
  });
});
