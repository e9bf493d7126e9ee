import { describe, expect, it } from 'vitest';

import { FetchPace } from './fetch-pace.js';

/** When each of `count` fetches comes back, where each takes `tookMs` after the rest of the one before. */
function fetches(pace: FetchPace, fromMs: number, tookMs: number, count: number): number[] {
  let nowMs = fromMs;
  return Array.from({ length: count }, () => {
    nowMs += tookMs;
    const cameMs = nowMs;
    nowMs += pace.restMs(nowMs);
    return cameMs;
  });
}

describe('FetchPace', () => {
  it('spaces fetches of a busy topic by its linger', () => {
    const cameMs = fetches(new FetchPace(10), 1_000, 1, 200);
    expect((cameMs.at(-1)! - cameMs[9]!) / 190).toBeCloseTo(10, 0);
  });

  it('lets the first few after a quiet while follow at once, and no more', () => {
    const pace = new FetchPace(10);
    fetches(pace, 1_000, 1, 200);
    const rests = Array.from({ length: 6 }, (_, i) => pace.restMs(10_000 + i));
    expect(rests.slice(0, 4)).toEqual([0, 0, 0, 0]);
    expect(rests[5]).toBeGreaterThan(0);
  });

  it('rests at most its linger, also where the clock was set back', () => {
    const pace = new FetchPace(10);
    pace.restMs(50_000);
    expect(pace.restMs(1_000)).toBeLessThanOrEqual(10);
    expect(new FetchPace(0).restMs(5)).toBe(0);
  });
});
