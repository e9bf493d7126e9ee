import type { SyscallBatch } from '@plimsoll/contracts';
import { describe, expect, it } from 'vitest';

import { cutWindows, type WindowBounds } from './window-cutter.js';
import { startWindowState } from './window-state.js';

const BOUNDS: WindowBounds = { calls: 1_000, minCalls: 100, maxSpanUs: 30_000_000, serves: false };

function batch(firstOrdinal: number, baseTimeUs: number, count: number): SyscallBatch {
  return {
    application: 'shop',
    workload: 'db',
    container: 'db-1',
    stream: 's',
    firstOrdinal,
    baseTimeUs,
    count,
    numbers: new Uint16Array(count),
    threads: new Uint32Array(count),
    offsetsUs: Uint32Array.from({ length: count }, (_, i) => i),
    results: undefined,
    digests: undefined,
    names: new Map(),
    gaps: [],
    last: false,
  };
}

describe('windows of a container that falls silent', () => {
  /*
   * calls   150                        10
   * time    0    told 20 s, 30 s       40 s
   * window  |-------------------|      |--
   */
  it('close when their span is over, without a further call', () => {
    const state = startWindowState();
    const closed: [count: number, enough: boolean][] = [];
    const visitor = {
      calls: () => undefined,
      close: (enough: boolean) => void closed.push([state.window.count, enough]),
      gap: () => undefined,
      forget: () => undefined,
      end: () => undefined,
    };
    cutWindows(state, batch(0, 1_000_000, 150), BOUNDS, visitor);
    cutWindows(state, batch(150, 21_000_000, 0), BOUNDS, visitor);
    expect(closed).toEqual([]);
    cutWindows(state, batch(150, 31_000_000, 0), BOUNDS, visitor);
    expect(closed).toEqual([[150, true]]);
    cutWindows(state, batch(150, 41_000_000, 10), BOUNDS, visitor);
    expect(closed).toHaveLength(1);
    expect(state.window.count).toBe(10);
  });
});
