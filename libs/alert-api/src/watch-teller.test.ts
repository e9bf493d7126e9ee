import { decodeJson, encodeJson, isWatchRecord, WatchEvent, type Watermark } from '@plimsoll/contracts';
import { MemoryWatchStore } from '@plimsoll/incidents';
import { checkedWatchEvent } from '@plimsoll/pipelines/testing/alert-checks';
import { MemoryProfileStore, type OutgoingRecord } from '@plimsoll/streaming';
import { beforeEach, describe, expect, it, vi } from 'vitest';

import { PipelineWatch } from './pipeline-watch.js';
import { WatchTeller } from './watch-teller.js';

let nowMs: number;
let published: OutgoingRecord[];
let store: MemoryWatchStore;
let profiles: MemoryProfileStore;

beforeEach(() => {
  nowMs = 1_790_000_000_000;
  published = [];
  store = new MemoryWatchStore({ nowMs: () => nowMs });
  profiles = new MemoryProfileStore();
});

/** A run of the alert service: its watch, what it hears, and what tells. */
function service(): { hears: (...sources: string[]) => Promise<void>; look: () => Promise<string[]> } {
  const clock = { nowMs: () => nowMs };
  const watch = new PipelineWatch(clock);
  const log = {
    publish: (records: readonly OutgoingRecord[]) => {
      published.push(...records);
      return Promise.resolve();
    },
  };
  const teller = new WatchTeller({ watch, store, profiles, log, clock });
  const hears = (...sources: string[]): Promise<void> => {
    const watermark: Watermark = {
      type: 'watermark',
      schema: 1,
      application: 'shop',
      detector: 'log-detector',
      topic: 'logs',
      partition: 0,
      timeUs: 1,
      watching: sources.map((source) => ({ workload: 'web', source })),
    };
    const record = { topic: 'verdicts', partition: 0, offset: 0, key: 'shop', headers: {}, timestampMs: 0 };
    return watch.batch(0, [{ ...record, value: encodeJson(watermark) }]);
  };
  const look = async (): Promise<string[]> => {
    const before = published.length;
    await teller.look();
    return published.slice(before).map(({ value }) => decodeJson(WatchEvent, value, 'told').message);
  };
  return { hears, look };
}

describe('the watch on the topic alerts', () => {
  it('tells within a minute of each source that is heard no more, once, and when it is heard again', async () => {
    const { hears, look } = service();
    await hears('trace', 'access-log');
    nowMs += 30_000;
    await hears('access-log');
    expect(await look()).toEqual([]);
    nowMs += 20_000;
    expect(await look()).toEqual([
      expect.stringMatching(/^Watch lost: shop\/web is not heard through trace since 2026-09-21T14:13:20/),
    ]);
    expect(await look()).toEqual([]);
    await hears('trace', 'access-log');
    expect(await look()).toEqual(['Watch regained: shop/web is heard through trace again']);
    expect(await look()).toEqual([]);
    nowMs += 50_000;
    expect(await look()).toHaveLength(2);
  });

  it('is told as OCSF and CloudEvents have it, under an id that a repetition has again', async () => {
    const { hears, look } = service();
    await hears('trace');
    nowMs += 50_000;
    await look();
    const [record] = published;
    expect(isWatchRecord({ headers: record!.headers ?? {} })).toBe(true);
    const { key, value, headers } = record!;
    const event = checkedWatchEvent({ key, value, ...(headers && { headers }) });
    expect([event.activity_name, event.severity, event.unmapped.since_ms]).toEqual(['Stop', 'Medium', nowMs - 50_000]);
    await store.forget(key);
    nowMs += 5_000;
    await look();
    expect(published.map(({ headers }) => headers?.['ce_id'])).toEqual([event.metadata.uid, event.metadata.uid]);
  });

  it('goes on after a restart: neither repeats nor forgets, and names what is active and was never heard', async () => {
    const first = service();
    await first.hears('trace');
    nowMs += 50_000;
    expect(await first.look()).toHaveLength(1);
    for (const workload of ['web', 'db']) {
      const slot = { application: 'shop', workload, detector: 'web' };
      await profiles.put(slot, 'v1', Buffer.from('{}'));
      await profiles.activate(slot, 'v1', 'ann');
    }
    nowMs += 60_000;
    const second = service();
    expect(await second.look()).toEqual([]);
    nowMs += 50_000;
    expect(await second.look()).toEqual([
      'Watch lost: shop/db has active profiles, and no source of it is heard; is its collector running?',
    ]);
    await second.hears('trace');
    expect(await second.look()).toEqual(['Watch regained: shop/web is heard through trace again']);
  });

  it('goes on after a turn that failed for good, and never has two turns at once', async () => {
    vi.useFakeTimers();
    try {
      const watch = new PipelineWatch({ nowMs: () => nowMs });
      let turns = 0;
      let hanging: (() => void) | undefined;
      const pointers = async (): Promise<readonly never[]> => {
        turns++;
        if (turns === 1) throw new TypeError('not of this form');
        if (turns === 2) await new Promise<void>((resolve) => (hanging = resolve));
        return [];
      };
      const log = { publish: () => Promise.resolve() };
      const teller = new WatchTeller({
        watch,
        store,
        profiles: { pointers, get: () => Promise.resolve(undefined) },
        log,
      });
      await teller.open();
      await vi.advanceTimersByTimeAsync(5_000);
      await vi.advanceTimersByTimeAsync(5_000);
      expect(turns).toBe(2);
      await vi.advanceTimersByTimeAsync(600_000);
      expect(turns).toBe(2);
      hanging?.();
      await vi.advanceTimersByTimeAsync(5_000);
      expect(turns).toBe(3);
      await teller.close();
    } finally {
      vi.useRealTimers();
    }
  });

  it('is told by one of several replicas, and by another when that one is gone', async () => {
    const [one, other] = [service(), service()];
    await one.hears('trace');
    await other.hears('trace');
    expect(await one.look()).toEqual([]);
    nowMs += 50_000;
    expect(await one.look()).toHaveLength(1);
    expect(await other.look()).toEqual([]);
    nowMs += 20_000;
    await other.hears('trace');
    expect(await other.look()).toHaveLength(1);
  });
});
