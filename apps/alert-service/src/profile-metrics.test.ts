import { encodeJson, P_VALUE_BINS, sealProfile, type ProfileReport } from '@plimsoll/contracts';
import { MemoryProfileStore } from '@plimsoll/streaming';
import { Registry } from 'prom-client';
import { beforeEach, describe, expect, it } from 'vitest';

import { ProfileMetrics } from './profile-metrics.js';

const SLOT = { application: 'shop', workload: 'web', detector: 'web' };

const profile = (novelty: number): ReturnType<typeof sealProfile> =>
  sealProfile({ ...SLOT, learned: { streams: ['s'], events: 10, novelty, complete: true, notes: [] }, model: {} });

const report = (slot: typeof SLOT, version: string): ProfileReport => ({
  type: 'report',
  schema: 1,
  ...slot,
  version,
  atUs: 0,
  state: 'fits',
  words: 'fits',
  windows: 1,
  anomalous: 0,
  distance: 0,
  allowed: 1,
  bins: new Array<number>(P_VALUE_BINS).fill(0),
});

describe('metrics of profiles', () => {
  let nowMs = 0;
  let store: MemoryProfileStore;
  let registry: Registry;
  let metrics: ProfileMetrics;

  beforeEach(() => {
    nowMs = 1_000_000;
    store = new MemoryProfileStore({ nowMs: () => nowMs } as never);
    registry = new Registry();
    metrics = new ProfileMetrics(registry, store);
  });

  const activate = async (novelty: number): Promise<string> => {
    const file = profile(novelty);
    await store.put(SLOT, file.version, Buffer.from(JSON.stringify(file)));
    await store.activate(SLOT, file.version, 'a test');
    return file.version;
  };

  /** Samples by metric, without help. */
  const told = async (): Promise<string[]> => {
    // The scrape before may have begun to ask before what the test did since: that answer is waited for, then a new one.
    await metrics.refresh();
    await metrics.refresh();
    return (await registry.metrics()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  };
  const labels = 'application="shop",workload="web",detector="web"';

  it('tell since when the active version is active, its novelty and its fit', async () => {
    await activate(0.25);
    expect(await told()).toEqual([
      `plimsoll_profile_activated_timestamp_seconds{${labels}} 1000`,
      `plimsoll_profile_novelty_ratio{${labels}} 0.25`,
      `plimsoll_profile_fit{${labels},state="unknown"} 1`,
    ]);
  });

  it('follow the active version, also back; what changes in shadow makes it no younger', async () => {
    await activate(0.25);
    nowMs = 2_000_000;
    await activate(0.5);
    nowMs = 3_000_000;
    await store.shadow(SLOT, profile(0.25).version, 'a test');
    expect((await told()).slice(0, 2).map((line) => line.split(' ')[1])).toEqual(['2000', '0.5']);
    nowMs = 4_000_000;
    await store.rollback(SLOT, 'a test');
    expect((await told()).slice(0, 2).map((line) => line.split(' ')[1])).toEqual(['4000', '0.25']);
  });

  it('keep what is known while the store is away', async () => {
    await activate(0.25);
    const before = await told();
    store.pointers = () => Promise.reject(new Error('away'));
    expect(await told()).toEqual(before);
  });

  it('say nothing of a profile that was damaged, and all of the others', async () => {
    await activate(0.25);
    const other = { ...SLOT, workload: 'db' };
    await store.put(other, 'v', Buffer.from('{'));
    await store.activate(other, 'v', 'a test');
    expect(await told()).toHaveLength(3);
  });

  it('do not know the fit of a profile whose report cannot be read, and tell of the others', async () => {
    const version = await activate(0.25);
    const other = { ...SLOT, workload: 'db' };
    const file = sealProfile({ ...profile(0.5), ...other });
    await store.put(other, file.version, Buffer.from(JSON.stringify(file)));
    await store.activate(other, file.version, 'a test');
    await store.putReport(SLOT, Buffer.from('{'));
    await store.putReport(other, encodeJson(report(other, file.version)));
    const fits = async (): Promise<string[]> => (await told()).filter((line) => line.includes('_fit'));
    const expected = [
      'plimsoll_profile_fit{application="shop",workload="db",detector="web",state="fits"} 1',
      `plimsoll_profile_fit{${labels},state="unknown"} 1`,
    ];
    expect(await fits()).toEqual(expected);
    // As a later release may write it.
    await store.putReport(SLOT, encodeJson({ ...report(SLOT, version), schema: 2 }));
    expect(await fits()).toEqual(expected);
  });
});
