import type { CallColumns } from '@plimsoll/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { CallBatcher } from './call-batcher.js';

const where = { application: 'shop', workload: 'db', container: 'c' };

const columns = (timesUs: readonly number[]): CallColumns => ({
  count: timesUs.length,
  numbers: Uint16Array.from(timesUs, (_, i) => i % 300),
  threads: Uint32Array.from(timesUs, () => 7),
  timesUs: Float64Array.from(timesUs),
  results: undefined,
  digests: undefined,
  names: new Map(),
});

describe('the call batcher', () => {
  it('keeps every call, in order, with its time, within the limits', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(400), { maxLength: 200 }), fc.integer({ min: 1, max: 50 }), (deltas, cut) => {
        let timeUs = 1_000_000;
        const times = deltas.map((delta) => (timeUs += delta));
        const batcher = new CallBatcher(where, 's', { calls: 8, growUs: 300, maxCalls: 16, maxAgeUs: 1_000 });
        const batches = [
          ...batcher.push(columns(times.slice(0, cut))),
          ...batcher.push(columns(times.slice(cut))),
          batcher.end(),
        ];
        expect(batches.flatMap((b) => [...b.offsetsUs].map((offset) => b.baseTimeUs + offset))).toEqual(times);
        let ordinal = 0;
        for (const batch of batches) {
          expect(batch.firstOrdinal).toBe(ordinal);
          expect(batch.count).toBeLessThanOrEqual(16);
          expect(batch.offsetsUs.at(-1) ?? 0).toBeLessThanOrEqual(1_000);
          expect(batch.count > 8 && batch.offsetsUs.at(-2)! >= 300).toBe(false);
          ordinal += batch.count;
        }
        expect(batches.filter((b) => b.last)).toHaveLength(1);
      }),
    );
  });

  it('lets the batches of a busy container grow, and no others wait', () => {
    const every = (us: number): number[] =>
      new CallBatcher(where, 's')
        .push(columns(Array.from({ length: 20_000 }, (_, i) => 1_000_000 + i * us)))
        .map(({ count }) => count);
    expect(new Set(every(0.5))).toEqual(new Set([4_096]));
    expect(Math.max(...every(5))).toBe(2_001);
    expect(new Set(every(100))).toEqual(new Set([512]));
  });

  it('moves a time that goes back up to the one before', () => {
    const batcher = new CallBatcher(where, 's');
    batcher.push(columns([100, 90, 110]));
    expect([...batcher.end().offsetsUs]).toEqual([0, 0, 10]);
  });

  it('recovers from a clock that jumped ahead, with a gap where it was set back', () => {
    const batcher = new CallBatcher(where, 's');
    const jump = [100e6, 101e6, 4_102_444_800e6, 102e6, 102.5e6];
    const batches = [...batcher.push(columns(jump)), batcher.end()];
    expect(batches.flatMap((b) => [...b.offsetsUs].map((offset) => b.baseTimeUs + offset))).toEqual(jump);
    expect(batches.map(({ gaps }) => gaps.length)).toEqual([0, 0, 1]);
  });

  it('announces a gap between the calls around it', () => {
    const batcher = new CallBatcher(where, 's');
    batcher.push(columns([1, 2]));
    const before = batcher.lose({ startUs: 2, endUs: 5, lost: 9, cause: 'source-drop' });
    batcher.push(columns([6]));
    const after = batcher.end();
    expect(before.map((b) => [b.count, b.gaps.length])).toEqual([[2, 0]]);
    expect([after.count, after.gaps.length, after.firstOrdinal]).toEqual([1, 1, 2]);
  });

  /*
   * calls   x x                      x
   *         0 1s       31s      50s  51s
   * idle         |     |        |
   *              no    31s      no: told 19 s ago
   */
  it('tells a silent container the time, so that its windows can close', () => {
    const batcher = new CallBatcher(where, 's');
    expect(batcher.idle(60_000_000)).toEqual([]);
    batcher.push(columns([1_000_000, 2_000_000]));
    expect(batcher.idle(40_000_000)).toEqual([]);
    batcher.flush();
    expect(batcher.idle(31_000_000)).toEqual([]);
    expect(batcher.idle(32_000_000)).toMatchObject([
      { count: 0, firstOrdinal: 2, baseTimeUs: 32_000_000, last: false },
    ]);
    expect(batcher.idle(51_000_000)).toEqual([]);
    // A call on its way, of before.
    const [slow] = [...batcher.push(columns([10_000_000])), ...batcher.flush()];
    expect(slow).toMatchObject({ count: 1, baseTimeUs: 10_000_000, gaps: [] });
    const [later] = [...batcher.push(columns([52_000_000])), ...batcher.flush()];
    expect(later).toMatchObject({ count: 1, firstOrdinal: 3, baseTimeUs: 52_000_000 });
  });
});
