import { encodeJson, type VerdictMessage, type Watermark } from '@plimsoll/contracts';
import type { LogRecord } from '@plimsoll/streaming';
import { describe, expect, it } from 'vitest';

import { PipelineWatch } from './pipeline-watch.js';

const MINUTE_US = 60_000_000;

function coverage(minute: number, change: Partial<VerdictMessage>): VerdictMessage {
  return {
    type: 'coverage',
    schema: 1,
    id: '0'.repeat(32),
    application: 'shop',
    workload: 'web',
    container: 'web-1',
    detector: 'sequence',
    level: 'sequence',
    profileVersion: '-',
    stream: 'test',
    window: { startUs: minute * MINUTE_US, endUs: minute * MINUTE_US + 1 },
    windows: { normal: 10 },
    count: 10,
    ...change,
  } as VerdictMessage;
}

function recordOf(value: Uint8Array): LogRecord {
  return { topic: 'verdicts', partition: 0, offset: 0, key: 'shop', value, headers: {}, timestampMs: 0 };
}

async function watched(...messages: readonly VerdictMessage[]): Promise<PipelineWatch> {
  const watch = new PipelineWatch();
  await watch.batch(0, [...messages.map((message) => recordOf(encodeJson(message))), recordOf(Buffer.from('{'))]);
  return watch;
}

describe('who watches', () => {
  it('says of each level whether it scores, why it cannot, that it fell silent, or that it never was', async () => {
    const web = { detector: 'web', level: 'log' } as const;
    const watch = await watched(
      coverage(1, { windows: { insufficient: 3, warming: 1 } }),
      coverage(1, web),
      coverage(20, { ...web, windows: { normal: 4, anomalous: 1 } }),
      coverage(20, { workload: 'db', windows: { gap: 2 } }),
    );
    const states = watch.workloads().map(({ workload, levels }) => [workload, ...levels.map(({ state }) => state)]);
    expect(states).toEqual([
      ['db', 'gap', 'absent', 'absent', 'absent'],
      ['web', 'silent', 'absent', 'scoring', 'absent'],
    ]);
    const [, { levels, applicationUs } = { levels: [], applicationUs: 0 }] = watch.workloads();
    expect(applicationUs).toBe(20 * MINUTE_US + 1);
    // The minutes before the last five do not count.
    expect(levels[2]).toMatchObject({ detectors: ['web'], windows: { normal: 4, anomalous: 1 } });
    const early = await watched(coverage(1, { windows: { insufficient: 3, warming: 1 } }));
    expect(early.workloads()[0]!.levels[0]!.state).toBe('insufficient');
  });

  it('says of a level whose active profile cannot be used that it is so, and why', async () => {
    const web = { detector: 'web', level: 'log', windows: { warming: 3 } } as const;
    const watch = await watched(coverage(1, web), coverage(1, { ...web, workload: 'api' }));
    const [broken, other] = ['web', 'sql'].map((detector) => ({ application: 'shop', workload: 'web', detector }));
    const fault = { slot: broken!, version: 'v1', reason: 'not a profile of web requests: kind' };
    const level = () => watch.workloads().find(({ workload }) => workload === 'web')!.levels[2];
    watch.unusable([fault]);
    watch.expect([broken!]);
    const faults = [{ detector: 'web', version: 'v1', reason: fault.reason }];
    expect(level()).toMatchObject({ level: 'log', state: 'unusable', faults });
    const told = watch.health();
    expect([told.ready, told.reason]).toEqual([true, expect.stringContaining(fault.reason)]);
    // Another detector of the level goes on.
    watch.expect([broken!, other!]);
    expect(level()).toMatchObject({ state: 'warming', faults });
    watch.unusable([]);
    expect(level()).toMatchObject({ faults: [] });
  });

  it('counts what fusion has before it, of the partitions that it has', async () => {
    const watch = await watched();
    const [three, one] = [3, 1].map((partition) => ({ topic: 'verdicts', group: 'alert-service', partition }));
    const done = { records: 1, sizeBytes: 1, skipped: 0, published: 0, cachedStates: 0, durationMs: 1 };
    watch.observe({ type: 'processed', task: three!, ...done, lag: 7 });
    watch.observe({ type: 'processed', task: one!, ...done, lag: 0 });
    watch.observe({ type: 'revoked', task: one! });
    expect(watch.lag()).toEqual([{ task: 'verdicts/3', records: 7, late: 0 }]);
  });

  it('tells by the wall clock that nobody says any more how far it has come, and what never spoke', async () => {
    let nowMs = 1_000_000;
    const watch = new PipelineWatch({ nowMs: () => nowMs });
    const take = (message: VerdictMessage | Watermark) => watch.batch(0, [recordOf(encodeJson(message))]);
    const reached = (detector: string, timeUs: number): Watermark => ({
      type: 'watermark',
      schema: 1,
      application: 'shop',
      detector,
      topic: 'logs',
      partition: 0,
      timeUs,
      skewed: 3,
    });
    await take(coverage(20, {}));
    await take(coverage(20, { detector: 'web', level: 'log' }));
    await take(reached('sequence-detector', 7 * MINUTE_US));
    await take(reached('log-detector', 9 * MINUTE_US));
    expect(watch.workloads()[0]).toMatchObject({ watermarkUs: 7 * MINUTE_US, skewed: 3 });
    expect(watch.silent).toBe(0);
    nowMs += 40_000;
    await take(reached('log-detector', 10 * MINUTE_US));
    nowMs += 15_000;
    const states = () => watch.workloads()[0]!.levels.map(({ state }) => state);
    expect(states()).toEqual(['silent', 'absent', 'scoring', 'absent']);
    nowMs += 60_000;
    expect(states()).toEqual(['silent', 'absent', 'silent', 'absent']);
    expect(watch.health()).toEqual({
      ready: true,
      reason: '1 workloads are silent, shop/web; 3 times of shop were ahead of their arrival',
    });
    const slot = { application: 'bank', workload: 'db', detector: 'sql' };
    watch.expect([slot]);
    expect(watch.workloads()[0]).toMatchObject({ workload: 'db', applicationUs: undefined });
    expect(watch.workloads()[0]!.levels.map(({ state }) => state)).toEqual(['absent', 'absent', 'silent', 'absent']);
  });

  it('tells of a workload that no source has under watch any more, while its application goes on', async () => {
    let nowMs = 1_000_000;
    const watch = new PipelineWatch({ nowMs: () => nowMs });
    const take = (message: VerdictMessage | Watermark) => watch.batch(0, [recordOf(encodeJson(message))]);
    const reached = (...workloads: string[]): Watermark => ({
      type: 'watermark',
      schema: 1,
      application: 'shop',
      detector: 'sequence-detector',
      topic: 'syscalls',
      partition: 0,
      timeUs: 20 * MINUTE_US,
      watching: workloads.map((workload) => ({ workload, source: 'trace' })),
    });
    await take(coverage(20, {}));
    await take(coverage(20, { workload: 'db' }));
    await take(reached('db', 'web'));
    nowMs += 50_000;
    await take(reached('web'));
    expect(watch.workloads().map(({ workload, levels }) => [workload, levels[0]!.state])).toEqual([
      ['db', 'silent'],
      ['web', 'scoring'],
    ]);
    expect(watch.losses()).toEqual([
      { subject: { application: 'shop', workload: 'db', source: 'trace' }, sinceMs: 1_000_000 },
    ]);
    expect(watch.hears({ application: 'shop', workload: 'db', source: 'trace' })).toBe(false);
    await take(reached('db', 'web'));
    expect(watch.losses()).toEqual([]);
    expect(watch.hears({ application: 'shop', workload: 'db', source: 'trace' })).toBe(true);
  });

  it('takes a quiet workload that a source has under watch for watched, and names a level that fell silent', async () => {
    let nowMs = 1_000_000;
    const watch = new PipelineWatch({ nowMs: () => nowMs });
    const reached = (detector: string): Promise<void> =>
      watch.batch(0, [
        recordOf(
          encodeJson({
            type: 'watermark',
            schema: 1,
            application: 'shop',
            detector,
            topic: 'syscalls',
            partition: 0,
            timeUs: 20 * MINUTE_US,
            watching: [{ workload: 'web', source: 'trace' }],
          } satisfies Watermark),
        ),
      ]);
    watch.expect([{ application: 'shop', workload: 'web', detector: 'sequence' }]);
    await reached('sequence-detector');
    await reached('log-detector');
    nowMs += 50_000;
    await reached('log-detector');
    expect(watch.workloads()[0]!.levels.map(({ state }) => state)).toEqual(['silent', 'absent', 'absent', 'absent']);
    expect(watch.losses()).toEqual([{ subject: { application: 'shop', level: 'sequence' }, sinceMs: 1_000_000 }]);
    await reached('sequence-detector');
    expect(watch.workloads()[0]!.levels[0]!.state).toBe('quiet');
    expect(watch.losses()).toEqual([]);
  });

  it('calls a level quiet that is watched and of which nothing is counted, never one with too little to score', async () => {
    const watch = await watched(coverage(20, { workload: 'db' }));
    const level = () => watch.workloads().find(({ workload }) => workload === 'db')!.levels[2]!;
    const hear = (message: VerdictMessage | Watermark): Promise<void> =>
      watch.batch(0, [recordOf(encodeJson(message))]);
    watch.expect([{ application: 'shop', workload: 'db', detector: 'sql' }]);
    expect(level().state).toBe('silent');
    await hear({
      type: 'watermark',
      schema: 1,
      application: 'shop',
      detector: 'log-detector',
      topic: 'logs',
      partition: 0,
      timeUs: 20 * MINUTE_US,
      watching: [{ workload: 'db', source: 'trace' }],
    });
    expect(level()).toMatchObject({ state: 'quiet', windows: { normal: 0, insufficient: 0 } });
    await hear(coverage(21, { workload: 'db', detector: 'sql', level: 'log' }));
    expect(level().state).toBe('scoring');
  });

  it('counts what came too late, and tells it for a while', () => {
    let nowMs = 1_000_000;
    const watch = new PipelineWatch({ nowMs: () => nowMs });
    const task = { topic: 'verdicts', group: 'alert-service', partition: 3 };
    watch.observe({ type: 'dead-letter', task, reason: 'late', offset: 1 });
    watch.observe({ type: 'dead-letter', task, reason: 'bad-message', offset: 2 });
    expect(watch.health()).toEqual({ ready: true, reason: '1 verdicts came too late to be joined' });
    nowMs += 600_000;
    expect(watch.health()).toEqual({ ready: true });
    expect(watch.late).toBe(1);
  });

  it('remembers a bounded number of workloads, those heard of last', async () => {
    const many = Array.from({ length: 2_010 }, (_, i) => coverage(i, { workload: `w${i}`, application: `a${i}` }));
    const watch = await watched(...many);
    expect(watch.workloads()).toHaveLength(2_000);
    expect(watch.workloads().some(({ workload }) => workload === 'w9')).toBe(false);
  });
});
