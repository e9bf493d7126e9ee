import type { CollectorMessage } from '@plimsoll/pipelines';
import { describe, expect, it } from 'vitest';

import { LiveCounts } from './live-counts.js';

const calls = (workload: string, count: number): CollectorMessage => ({
  topic: 'syscalls',
  batch: {
    application: 'shop',
    workload,
    container: workload,
    stream: 's',
    firstOrdinal: 0,
    baseTimeUs: 0,
    count,
    numbers: new Uint16Array(count),
    threads: new Uint32Array(count),
    offsetsUs: new Uint32Array(count),
    results: undefined,
    digests: undefined,
    names: new Map(),
    gaps: [],
    last: false,
  },
});

describe('what is said while learning from running processes', () => {
  it('tells once of a server whose first process is traced alone, and not of one that serves', () => {
    const seen = new LiveCounts(['web', 'db']);
    expect(seen.words()).toBe('nothing seen yet: use the application');
    seen.add(calls('web', 77));
    seen.add(calls('db', 5_000));
    expect(seen.words()).toBe('web: 77 calls, 0 requests, 0 statements; db: 5,000 calls, 0 requests, 0 statements');
    expect(seen.hints(15_000)).toEqual([]);
    expect(seen.hints(30_000)).toEqual([
      expect.stringMatching(/^web: only 77 calls in 30 s\. .*another process serves/),
    ]);
    expect(seen.hints(60_000)).toEqual([]);
  });
});
