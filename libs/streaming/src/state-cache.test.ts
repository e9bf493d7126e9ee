import { describe, expect, it } from 'vitest';

import { StateCache } from './state-cache.js';

/*
 * lives   'short…' 10 ms, others 1000 ms
 * time    0       5       10      12
 * set     short-1 short-2 long-1  short-3
 */
describe('the cache of states', () => {
  const lifeMs = (key: string): number => (key.startsWith('short') ? 10 : 1_000);

  it('drops what has outlived the copy in the store, by itself', () => {
    const cache = new StateCache<number>(100, lifeMs);
    cache.set('short-1', 1, 0);
    cache.set('short-2', 2, 5);
    cache.set('long-1', 3, 10);
    expect(cache.size).toBe(3);
    expect(cache.get('short-1', 10)).toBeUndefined();
    cache.set('short-3', 4, 15);
    expect([cache.size, cache.get('short-2', 15), cache.get('long-1', 15)]).toEqual([2, undefined, 3]);
  });

  it('spills the least recently used beyond its capacity, whatever its life', () => {
    const cache = new StateCache<number>(2, lifeMs);
    cache.set('long-1', 1, 0);
    cache.set('short-1', 2, 1);
    cache.set('long-1', 3, 2);
    cache.set('long-2', 4, 3);
    expect([cache.get('short-1', 3), cache.get('long-1', 3), cache.get('long-2', 3)]).toEqual([undefined, 3, 4]);
    cache.clear();
    expect([cache.size, cache.get('long-1', 3)]).toEqual([0, undefined]);
  });
});
