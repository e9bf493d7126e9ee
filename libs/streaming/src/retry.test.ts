import { describe, expect, it } from 'vitest';

import type { Clock } from './clock.js';
import { retry, retryPauseMs } from './retry.js';

const PAUSES = { firstPauseMs: 100, longestPauseMs: 1_000 };

/** Numbers in [0, 1) that are the same in every run (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

describe('retryPauseMs', () => {
  it('doubles up to the longest, half of it by lot', () => {
    const whole = [100, 200, 400, 800, 1_000, 1_000];
    const low = whole.map((_, i) => retryPauseMs(i + 1, PAUSES, () => 0));
    expect(low).toEqual(whole.map((ms) => ms / 2));
    const random = seeded(7);
    const drawn = whole.map((_, i) => retryPauseMs(i + 1, PAUSES, random));
    const again = seeded(7);
    expect(whole.map((_, i) => retryPauseMs(i + 1, PAUSES, again))).toEqual(drawn);
    drawn.forEach((ms, i) => {
      expect(ms).toBeGreaterThanOrEqual(whole[i]! / 2);
      expect(ms).toBeLessThanOrEqual(whole[i]!);
    });
    expect(retryPauseMs(10_000, PAUSES, random)).toBeLessThanOrEqual(1_000);
  });

  it('spreads clients that failed at one moment', () => {
    const random = seeded(11);
    const pauses = Array.from({ length: 200 }, () => Math.floor(retryPauseMs(5, PAUSES, random) / 50));
    expect(new Set(pauses).size).toBe(10);
  });
});

describe('retry', () => {
  const clock = (slept: number[]): Clock => ({
    nowMs: () => 0,
    sleep: (durationMs) => Promise.resolve(void slept.push(durationMs)),
  });

  it('gives what the action gives in the end, and tells of each failure', async () => {
    const slept: number[] = [];
    const told: number[] = [];
    let left = 3;
    const given = await retry(() => (left-- > 0 ? Promise.reject(new Error('away')) : Promise.resolve('there')), {
      ...PAUSES,
      clock: clock(slept),
      again: (_, attempt) => told.push(attempt) > 0,
    });
    expect([given, told, slept.length]).toEqual(['there', [1, 2, 3], 3]);
  });

  it('throws the failure where it gives up', async () => {
    const failing = retry(() => Promise.reject(new Error('broken')), {
      ...PAUSES,
      clock: clock([]),
      again: (_, attempt) => attempt < 3,
    });
    await expect(failing).rejects.toThrow('broken');
  });

  it('says that it was stopped, and by what it was kept', async () => {
    const stopping = new AbortController();
    const failing = retry(() => Promise.reject(new Error('away')), {
      ...PAUSES,
      clock: clock([]),
      signal: stopping.signal,
      stopped: 'gave up',
      again: () => {
        stopping.abort();
        return true;
      },
    });
    await expect(failing).rejects.toMatchObject({ code: 'stopped', message: 'gave up', cause: { message: 'away' } });
  });
});
