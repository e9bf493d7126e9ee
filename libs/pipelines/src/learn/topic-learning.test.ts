import {
  callNumber,
  openProfile,
  PlimsollError,
  type Gap,
  type ProfileFile,
  type SyscallBatch,
} from '@plimsoll/contracts';
import { frequencyLearner, sequenceLearner } from '@plimsoll/detection';
import { MemoryLearningStore, MemoryLog, type LearningStore } from '@plimsoll/streaming';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { messageRecord } from '../collect/collector-pipeline.js';
import type { IncidentSpan } from './incident-spans.js';
import { learnFromTopics, type TopicLearningParts, type TopicLearningPlan } from './topic-learning.js';

const NAMES = ['accept4', 'read', 'openat', 'fstat', 'close', 'write', 'execve'];
const CONTAINERS = ['web-a', 'web-b', 'web-c', 'web-d'];
const BATCH_CALLS = 1_600;
/** A batch is twenty seconds long: sixty of each container, which all have a collector, are 80 minutes. */
const CALL_US = 12_500;
const T0 = 1_700_000_000_000_000;
const BATCHES = 60;

interface Odd {
  readonly container: string;
  readonly batch: number;
}

/** Batch `i` of a container: requests of a few shapes; an odd one runs a program that no other does. */
function batchOf(container: string, i: number, odd?: Odd, gaps: readonly Gap[] = []): SyscallBatch {
  let state = CONTAINERS.indexOf(container) * 7_919 + i;
  const next = (): number => (state = (Math.imul(state, 1103515245) + 12345) >>> 0) / 2 ** 32;
  const shape = [0, 1, 2, 3, 1, 4, 5, 4];
  const strange = odd?.container === container && odd.batch === i;
  const found = Array.from({ length: BATCH_CALLS }, (_, at) =>
    strange && at === 100 ? 6 : shape[(at + (next() < 0.001 ? 1 : 0)) % shape.length]!,
  );
  const firstOrdinal = i * BATCH_CALLS;
  return {
    application: 'shop',
    workload: 'web',
    container,
    stream: `collector-${container}`,
    firstOrdinal,
    baseTimeUs: T0 + firstOrdinal * CALL_US,
    count: BATCH_CALLS,
    numbers: Uint16Array.from(found, (at) => callNumber(NAMES[at]!)),
    threads: new Uint32Array(BATCH_CALLS).fill(9),
    offsetsUs: Uint32Array.from(found, (_, at) => at * CALL_US),
    results: undefined,
    digests: Uint32Array.from(found, (at) => (at === 6 ? 666 : 0)),
    names: new Map(strange ? [[666, '/bin/odd']] : []),
    gaps,
    last: false,
  };
}

const batches = (from: number, to: number, odd?: Odd, gapAt?: number): SyscallBatch[] =>
  Array.from({ length: to - from }, (_, i) =>
    CONTAINERS.map((container) => {
      const lost = gapAt === from + i && container === 'web-b';
      return batchOf(container, from + i, odd, lost ? [{ startUs: 0, endUs: 1, lost: 9, cause: 'source-drop' }] : []);
    }),
  ).flat();

async function logOf(held: readonly SyscallBatch[]): Promise<MemoryLog> {
  const log = new MemoryLog({
    topics: [
      { name: 'syscalls', partitions: 3 },
      { name: 'logs', partitions: 2 },
    ],
    maxBatchRecords: 7,
  });
  await log.publish(held.map((batch) => messageRecord({ topic: 'syscalls', batch })));
  return log;
}

const PLAN: TopicLearningPlan = { name: 'test', follow: false, incidents: [] };
const learners = { syscalls: [sequenceLearner(), frequencyLearner()], logs: [] };

function partsOf(log: MemoryLog, change: Partial<TopicLearningParts> = {}): TopicLearningParts {
  return { log, store: new MemoryLearningStore(), learners, pollMs: 5, ...change };
}

async function learned(
  held: readonly SyscallBatch[],
  plan: Partial<TopicLearningPlan> = {},
): Promise<readonly ProfileFile[]> {
  const log = await logOf(held);
  const { profiles } = await learnFromTopics({ ...PLAN, ...plan }, partsOf(log));
  await log.close();
  return profiles;
}

const programs = (profiles: readonly ProfileFile[]): string[] =>
  (profiles[0]!.model as { programs: { name: string }[] }).programs.map(({ name }) => name);

const spanOf = ({ batch }: Odd, benign: boolean): IncidentSpan => {
  const startUs = T0 + batch * BATCH_CALLS * CALL_US + 100 * CALL_US;
  return { id: 'incident-1', application: 'shop', startUs, endUs: startUs + 100_000, benign };
};

/** Under load a test of a second takes many. */
describe('learning from the topics', { timeout: 120_000 }, () => {
  it('learns every workload of the range, and records from where', async () => {
    const profiles = await learned(batches(0, BATCHES));
    expect(profiles.map(({ detector }) => detector)).toEqual(['sequence', 'frequency']);
    for (const profile of profiles) expect(openProfile(JSON.parse(JSON.stringify(profile)))).toEqual(profile);
    const [sequence] = profiles;
    expect(sequence!.learned).toMatchObject({
      complete: true,
      streams: CONTAINERS.map((container) => `collector-${container}`),
    });
    expect(sequence!.learned.from).toMatchObject({ topic: 'syscalls', leftOut: 0, incidents: [], startUs: T0 });
    const { learned: taught, calibrated } = sequence!.learned.from!;
    expect(taught + calibrated).toBe(BATCHES * CONTAINERS.length);
    expect(taught / (taught + calibrated)).toBeCloseTo(0.7, 1);
  });

  it('comes to the same profiles to the byte however often it is interrupted', async () => {
    const held = batches(0, BATCHES);
    const expected = JSON.stringify(await learned(held));
    const log = await logOf(held);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 6 }), async (stops) => {
        const store = new MemoryLearningStore();
        let resumed = 0;
        for (const stop of [...stops, Infinity]) {
          const stopping = new AbortController();
          const parts = partsOf(log, {
            store: stoppingStore(store, stop, stopping),
            signal: stopping.signal,
            keepEvery: 11,
          });
          const outcome = await learnFromTopics(PLAN, parts).catch((error: unknown) => error);
          if (outcome instanceof Error) {
            expect(outcome).toMatchObject({ code: 'stopped' });
            resumed += 1;
            continue;
          }
          const { profiles, resumed: wentOn } = outcome as Awaited<ReturnType<typeof learnFromTopics>>;
          expect(wentOn).toBe(resumed > 0);
          expect(JSON.stringify(profiles)).toBe(expected);
          expect((await store.load(PLAN.name)).size).toBe(0);
          return;
        }
      }),
      { numRuns: 4 },
    );
    await log.close();
  });

  it.each([5, BATCHES - 5])(
    'leaves out what lies in an incident, unless an analyst called it benign (batch %i)',
    async (batch) => {
      const odd = { container: 'web-c', batch };
      const held = batches(0, BATCHES, odd);
      const unknown = await learned(held, { incidents: [spanOf(odd, false)] });
      expect(programs(unknown)).toEqual([]);
      expect(unknown[0]!.learned).toMatchObject({ complete: true });
      expect(unknown[0]!.learned.from).toMatchObject({ incidents: ['incident-1'], benignIncidents: [] });
      expect(unknown[0]!.learned.from!.leftOut).toBeGreaterThan(0);
      const benign = await learned(held, { incidents: [spanOf(odd, true)] });
      expect(programs(benign)).toEqual(['/bin/odd']);
      expect(benign[0]!.learned.from).toMatchObject({ incidents: [], benignIncidents: ['incident-1'], leftOut: 0 });
      expect(benign[0]!.version).not.toBe(unknown[0]!.version);
    },
  );

  it('takes what a benign incident lasted over ten minutes as any other time', async () => {
    const held = batches(0, BATCHES);
    const lasting = { ...spanOf({ container: 'web-a', batch: 0 }, true), startUs: T0 - 550_000_000, endUs: T0 + 1e12 };
    const [sequence] = await learned(held, { incidents: [lasting] });
    const { learned: taught, calibrated, leftOut, benignIncidents } = sequence!.learned.from!;
    expect({ leftOut, benignIncidents }).toEqual({ leftOut: 0, benignIncidents: ['incident-1'] });
    expect(taught + calibrated).toBe(held.length);
    expect(calibrated / held.length).toBeGreaterThan(0.2);
  });

  it('says that nothing is left where all of it lies in an incident', async () => {
    const everything = { ...spanOf({ container: 'web-a', batch: 0 }, false), endUs: T0 + 1e12 };
    const nothing = learned(batches(0, 10), { incidents: [everything] });
    await expect(nothing).rejects.toMatchObject({
      code: 'empty-source',
      message: expect.stringMatching(/\. 40 messages lie in incidents and are left out, until somebody/) as string,
    });
  });

  it('is not complete across a loss', async () => {
    const profiles = await learned(batches(0, BATCHES, undefined, 20));
    expect(profiles.map((profile) => profile.learned.complete)).toEqual([false, false]);
    expect(profiles[0]!.learned.notes.join()).toContain('losses');
  });

  it('keeps to the event times and the application that were asked for', async () => {
    const [sinceUs, untilUs] = [T0 + 100_000_000, T0 + 400_000_000];
    const [sequence] = await learned(batches(0, BATCHES), { sinceUs, untilUs, application: 'shop' });
    const { startUs, endUs } = sequence!.learned.from!;
    expect(startUs).toBe(sinceUs);
    expect(endUs).toBeLessThan(untilUs);
    await expect(learned(batches(0, BATCHES), { application: 'other' })).rejects.toMatchObject({
      code: 'empty-source',
    });
  });

  it('waits for a store that is away for a while, and tells so', async () => {
    const held = batches(0, BATCHES);
    const store = new MemoryLearningStore();
    let away = 2;
    const waited: string[] = [];
    const failing: LearningStore = {
      load: (name) => store.load(name),
      remove: (name) => store.remove(name),
      save: (name, parts, ttlMs) =>
        away-- > 0 ? Promise.reject(new PlimsollError('unavailable', 'Redis is away')) : store.save(name, parts, ttlMs),
    };
    const log = await logOf(held);
    const { profiles } = await learnFromTopics(
      PLAN,
      partsOf(log, { store: failing, onWaiting: (reason) => waited.push(reason) }),
    );
    expect(waited).toEqual(['Redis is away', 'Redis is away']);
    expect(profiles).toEqual(await learned(held));
    await log.close();
  });

  describe('while following', () => {
    const publish = (log: MemoryLog, held: readonly SyscallBatch[]): Promise<void> =>
      log.publish(held.map((batch) => messageRecord({ topic: 'syscalls', batch })));

    /** Publishes ten batches of each container at a time, from `at` on, until `enough`. */
    async function feedUntil(log: MemoryLog, at: number, enough: () => boolean): Promise<void> {
      for (let next = at; next < 300 && !enough(); next += 10) {
        await publish(log, batches(next, next + 10));
        await new Promise((resolve) => setTimeout(resolve, 150));
      }
      await expect.poll(enough, { timeout: 60_000 }).toBe(true);
    }

    it('learns until novelty has converged, however long nothing comes, and then calibrates', async () => {
      const log = await logOf(batches(0, 10));
      let done = false;
      const ready: ProfileFile[] = [];
      const parts = partsOf(log, {
        onReady: (profile) => {
          ready.push(profile);
          return Promise.resolve();
        },
      });
      const learning = learnFromTopics({ ...PLAN, follow: true }, parts).finally(() => (done = true));
      await new Promise((resolve) => setTimeout(resolve, 300));
      expect([done, ready]).toEqual([false, []]);
      await feedUntil(log, 10, () => done);
      const { profiles } = await learning;
      expect(profiles).toEqual(ready);
      expect(profiles.map(({ detector }) => detector).sort()).toEqual(['frequency', 'sequence']);
      for (const { learned: how } of profiles) {
        expect(how.complete).toBe(true);
        expect(how.from!.calibrated / how.from!.learned).toBeGreaterThan(0.4);
      }
      await log.close();
    });

    it('hands each profile over when it is ready, whatever holds others back, once, and past an outage', async () => {
      const log = await logOf(batches(0, 10));
      // A workload of which nothing more comes: it never converges.
      await publish(log, [{ ...batchOf('slow-a', 0), workload: 'slow' }]);
      const store = new MemoryLearningStore();
      const ready: string[] = [];
      const waited: string[] = [];
      let away = 1;
      const following = (stopping: AbortController): Promise<unknown> =>
        learnFromTopics(
          { ...PLAN, follow: true },
          partsOf(log, {
            store,
            signal: stopping.signal,
            onWaiting: (reason) => waited.push(reason),
            onReady: ({ workload, detector }) => {
              if (away-- > 0) return Promise.reject(new PlimsollError('unavailable', 'Redis is away'));
              ready.push(`${workload} ${detector}`);
              return Promise.resolve();
            },
          }),
        ).catch((error: unknown) => error);
      const first = new AbortController();
      const learning = following(first);
      await feedUntil(log, 10, () => ready.length >= 2);
      first.abort();
      expect(await learning).toMatchObject({ code: 'stopped' });
      expect([ready.sort(), waited]).toEqual([['web frequency', 'web sequence'], ['Redis is away']]);

      const second = new AbortController();
      const resumed = following(second);
      await publish(log, batches(400, 420));
      await new Promise((resolve) => setTimeout(resolve, 500));
      second.abort();
      expect(await resumed).toMatchObject({ code: 'stopped' });
      expect(ready).toHaveLength(2);
      await log.close();
    });

    it.each(['hand-over', 'leave-out'] as const)('gives up what does not converge: %s', async (unconverged) => {
      const log = await logOf(batches(0, 6));
      let done = false;
      const handed: string[] = [];
      const learning = learnFromTopics(
        { ...PLAN, follow: true, giveUp: { afterMs: 500, unconverged } },
        partsOf(log, {
          onReady: ({ detector, learned: { complete, notes } }) => {
            handed.push(`${detector} ${complete} ${notes.some((note) => note.startsWith('not complete'))}`);
            return Promise.resolve();
          },
        }),
      ).finally(() => (done = true));
      await new Promise((resolve) => setTimeout(resolve, 200));
      expect([done, handed]).toEqual([false, []]);
      if (unconverged === 'hand-over') {
        await new Promise((resolve) => setTimeout(resolve, 500));
        await publish(log, batches(6, 16));
      }
      const { profiles, passedOver } = await learning;
      const left = unconverged === 'leave-out';
      expect([handed.sort(), profiles.length]).toEqual([
        left ? [] : ['frequency false true', 'sequence false true'],
        left ? 0 : 2,
      ]);
      expect(passedOver).toEqual(
        left
          ? [
              expect.stringMatching(/^shop\/web sequence: left out: ./),
              expect.stringMatching(/^shop\/web frequency: left out: ./),
            ]
          : [],
      );
      await log.close();
    });
  });
});

/** Stops the learning when it has written for the `stop`th time. */
function stoppingStore(store: LearningStore, stop: number, stopping: AbortController): LearningStore {
  let saves = 0;
  return {
    load: (name) => store.load(name),
    remove: (name) => store.remove(name),
    async save(name, parts, ttlMs) {
      await store.save(name, parts, ttlMs);
      if (++saves === stop) stopping.abort();
    },
  };
}
