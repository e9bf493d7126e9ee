import { callNumber, type Coverage, type SyscallBatch, type VerdictMessage } from '@plimsoll/contracts';
import { sequenceDetector, SequenceLearner, type SequenceModel } from '@plimsoll/detection';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { ScoringPair, type ModelPair } from './scoring-pair.js';

const WHERE = { application: 'shop', workload: 'web', container: 'web-1' };
const NAMES = ['accept4', 'read', 'openat', 'fstat', 'mmap', 'close', 'write', 'futex'];
const BUDGET = { falseAlertsPerDay: 50 };
const detector = sequenceDetector();

/** Requests of one shape, two calls a millisecond; `foreign` of a hundred are of a shape that nobody learned. */
function batches(stream: string, count: number, seed: number, foreign = 0): SyscallBatch[] {
  let state = seed;
  const next = (): number => (state = (Math.imul(state, 1103515245) + 12345) >>> 0) / 2 ** 32;
  const calls: number[] = [];
  while (calls.length < count) {
    const shape = next() * 100 < foreign ? [6, 7, 4, 7, 6, 1] : next() < 0.3 ? [0, 1, 2, 4, 5] : [0, 1, 2, 3, 1, 5];
    calls.push(...shape.map((at) => callNumber(NAMES[at]!)));
  }
  const cut: SyscallBatch[] = [];
  for (let from = 0; from < count; from += 700) {
    const numbers = Uint16Array.from(calls.slice(from, Math.min(from + 700, count)));
    cut.push({
      ...WHERE,
      stream,
      firstOrdinal: from,
      baseTimeUs: from * 20_000,
      count: numbers.length,
      numbers,
      threads: new Uint32Array(numbers.length).fill(7),
      offsetsUs: Uint32Array.from(numbers, (_, i) => i * 20_000),
      results: undefined,
      digests: undefined,
      names: new Map(),
      gaps: [],
      last: from + 700 >= count,
    });
  }
  return cut;
}

function modelOf(seed: number, foreign: number): SequenceModel {
  const learner = new SequenceLearner(WHERE);
  for (const batch of batches('learn', 20_000, seed, foreign)) learner.learn(batch);
  for (const batch of batches('check', 20_000, seed + 1, foreign)) learner.calibrate(batch);
  return detector.prepare(learner.finish(), BUDGET);
}

const narrow = modelOf(1, 0);
const wide = modelOf(3, 20);
const live = batches('live', 30_000, 9, 20);
const pair = new ScoringPair(detector);

function run(models: (at: number) => ModelPair<SequenceModel>, stopAt: readonly number[] = []): VerdictMessage[] {
  let state = pair.start();
  return live.flatMap((batch, at) => {
    if (stopAt.includes(at)) state = pair.decode(pair.encode(state));
    return pair.step(state, batch, models(at));
  });
}

const sums = (messages: readonly VerdictMessage[]) => {
  const records = messages.filter((message): message is Coverage => message.type === 'coverage');
  const windows = (of: Coverage['windows']): number => (of.normal ?? 0) + (of.anomalous ?? 0);
  const total = (of: (record: Coverage) => number): number => records.reduce((sum, record) => sum + of(record), 0);
  return {
    active: total((record) => windows(record.windows)),
    activeAnomalous: total(({ windows: { anomalous = 0 } }) => anomalous),
    shadow: total((record) => windows(record.shadow?.windows ?? {})),
    shadowAnomalous: total((record) => record.shadow?.windows.anomalous ?? 0),
    both: total((record) => record.shadow?.both ?? 0),
    pValues: total((record) => record.shadow?.pValues?.bins.reduce((sum, count) => sum + count, 0) ?? 0),
  };
};

const alone = { active: narrow, shadow: undefined };
const beside = { active: narrow, shadow: { version: 'wide', model: wide } };

describe('a pair of versions', { timeout: 60_000 }, () => {
  it('is the detector itself where none is in shadow, to the byte', () => {
    const state = pair.start();
    const own = detector.start();
    for (const batch of live) {
      expect(JSON.stringify(pair.step(state, batch, alone))).toBe(JSON.stringify(detector.step(own, batch, narrow)));
      expect(Buffer.from(pair.encode(state)).equals(detector.encode(own))).toBe(true);
    }
  });

  it('publishes the active version alone, and counts what the shadow made of the same windows', () => {
    const messages = run(() => beside);
    const published = messages.map((message) => ({ ...message, shadow: undefined }));
    expect(JSON.stringify(published)).toBe(JSON.stringify(run(() => alone)));
    const found = sums(messages);
    expect(found.shadow).toBe(found.active);
    expect(found.pValues).toBe(found.active);
    expect(found.activeAnomalous).toBeGreaterThan(20);
    expect(found.shadowAnomalous).toBeLessThan(found.activeAnomalous / 4);
    expect(found.both).toBeLessThanOrEqual(found.shadowAnomalous);
  });

  it('agrees with itself on every window, even where the shadow begins in the middle of one', () => {
    const found = sums(run((at) => (at < 11 ? alone : { active: narrow, shadow: { version: 'same', model: narrow } })));
    expect(found.shadow).toBeGreaterThan(10);
    expect(found.shadow).toBeLessThan(found.active);
    expect(found.shadowAnomalous).toBeGreaterThan(10);
    // The window that was open when it began is scored by a part of its calls.
    expect(found.shadowAnomalous - found.both).toBeLessThanOrEqual(1);
  });

  it('gives the same bytes across any stops, with a shadow that comes, changes and goes', () => {
    const models = (at: number): ModelPair<SequenceModel> =>
      at < 5 || at > 35 ? alone : at < 20 ? beside : { active: wide, shadow: { version: 'narrow', model: narrow } };
    const expected = JSON.stringify(run(models));
    fc.assert(
      fc.property(fc.array(fc.nat(live.length)), (stops) => {
        expect(JSON.stringify(run(models, stops))).toBe(expected);
      }),
      { numRuns: 25 },
    );
  });
});
