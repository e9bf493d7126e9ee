import { callNumber, type SyscallBatch, type Verdict, type VerdictMessage } from '@plimsoll/contracts';
import { describe, expect, it } from 'vitest';

import { COUNTERS, countCalls, TOTAL_AT } from './call-counts.js';
import { choleskyOf, distanceOf, spreadOf } from './covariance.js';
import { frequencyDetector } from './frequency-detector.js';
import { FrequencyLearner } from './frequency-learner.js';
import type { FrequencyState } from './frequency-state.js';

const where = { application: 'shop', workload: 'web' };
const budget = { falseAlertsPerDay: 50 };
/** Forty calls a second: twenty streams of 12,000 are 100 minutes. */
const CALL_US = 25_000;

/** Deterministic uniform numbers. */
function uniform(seed: number): () => number {
  let state = seed >>> 0;
  return () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
}

interface Mix {
  readonly calls: readonly string[];
  /** Bytes that a read returns, at most. */
  readonly bytes: number;
}

const BENIGN: Mix = { calls: ['read', 'read', 'openat', 'fstat', 'close', 'write'], bytes: 200 };

function batches(stream: string, count: number, mix: Mix, seed: number, size = 300): SyscallBatch[] {
  const next = uniform(seed);
  const names = Array.from({ length: count }, () => mix.calls[Math.floor(next() * mix.calls.length)]!);
  const results = Int32Array.from(names, (name) => (name === 'read' ? Math.floor(next() * mix.bytes) : 0));
  const cut: SyscallBatch[] = [];
  for (let from = 0; from < count; from += size) {
    const part = names.slice(from, from + size);
    cut.push({
      ...where,
      container: stream,
      stream,
      firstOrdinal: from,
      baseTimeUs: from * CALL_US,
      count: part.length,
      numbers: Uint16Array.from(part, callNumber),
      threads: new Uint32Array(part.length),
      offsetsUs: Uint32Array.from(part, (_, i) => i * CALL_US),
      results: results.slice(from, from + size),
      digests: undefined,
      names: new Map(),
      gaps: [],
      last: from + size >= count,
    });
  }
  return cut;
}

const detector = frequencyDetector({ publish: 'every' });
const model = (() => {
  const learner = new FrequencyLearner(where);
  for (let i = 0; i < 10; i++) for (const batch of batches(`learn-${i}`, 12_000, BENIGN, i)) learner.learn(batch);
  for (let i = 10; i < 20; i++) for (const batch of batches(`fresh-${i}`, 12_000, BENIGN, i)) learner.calibrate(batch);
  return detector.prepare(learner.finish(), budget);
})();

function detect(input: readonly SyscallBatch[]): Verdict[] {
  const state = detector.start();
  const messages: VerdictMessage[] = input.flatMap((batch) => detector.step(state, batch, model));
  return messages.filter((message) => message.type === 'verdict');
}

describe('frequency detector', () => {
  it('finds the same mix normal however fast it comes', () => {
    const fast = batches('live', 10_000, BENIGN, 77).map((batch) => ({
      ...batch,
      baseTimeUs: batch.baseTimeUs / 50,
      offsetsUs: batch.offsetsUs.map((offset) => offset / 50),
    }));
    expect(detect(fast).every(({ state }) => state === 'normal')).toBe(true);
  });

  it('finds another mix and says which shares stand out', () => {
    const [verdict] = detect(batches('live', 3_000, { ...BENIGN, calls: [...BENIGN.calls, 'unlink', 'unlink'] }, 78));
    expect(verdict).toMatchObject({ state: 'anomalous', level: 'frequency', finding: 'unusual-shares' });
    expect(verdict!.evidence[0]!.observed).toMatch(
      /^all other calls: 2\d\.\d\d % of the window's 1000 calls: unlink 2\d\d$/,
    );
    expect(verdict!.evidence[0]!.expected).toBe('0.00 % to 0.00 % in 98 % of benign windows, usually 0.00 %');
  });

  it('finds reads longer than any before', () => {
    const [verdict] = detect(batches('live', 3_000, { ...BENIGN, bytes: 60 }, 79));
    expect(verdict!.state).toBe('anomalous');
    expect(verdict!.evidence.some(({ observed }) => observed.startsWith('reads of'))).toBe(true);
  });

  describe('of a container that falls idle', () => {
    const IDLE: Mix = { calls: ['futex'], bytes: 0 };
    const slower = (times: number) =>
      batches('live', 4_000, IDLE, 82).map((batch) => ({
        ...batch,
        baseTimeUs: batch.baseTimeUs * times,
        offsetsUs: batch.offsetsUs.map((offset) => offset * times),
      }));

    it('says nothing of windows slower than any that were learned, and of what they hold afterwards', () => {
      expect(new Set(detect(slower(3)).map(({ state }) => state))).toEqual(new Set(['insufficient']));
      const busyAgain = batches('live', 5_000, BENIGN, 83).map((batch) => ({
        ...batch,
        firstOrdinal: batch.firstOrdinal + 4_000,
        baseTimeUs: batch.baseTimeUs + 4_000 * CALL_US * 3,
      }));
      const idle = slower(3).map((batch) => ({ ...batch, last: false }));
      const states = detect([...idle, ...busyAgain]).map(({ state }) => state);
      expect(states.slice(-4)).toEqual(['normal', 'normal', 'normal', 'normal']);
    });

    it('finds the same strange where it comes as fast as what was learned', () => {
      expect(detect(slower(1))[0]!.state).toBe('anomalous');
    });
  });

  it('is complete by time, not by the number of windows that follow each other', () => {
    const learner = new FrequencyLearner(where);
    for (const batch of batches('one', 80_000, BENIGN, 9)) learner.learn(batch);
    expect(learner.progress()).toMatchObject({ converged: false, novelty: expect.closeTo(0.029, 3) as number });
    for (const batch of batches('other', 80_000, BENIGN, 10)) learner.learn(batch);
    expect(learner.progress()).toMatchObject({ converged: true, missing: [] });
  });

  it('gives the same bytes whatever the batches, and across a stop and a start', () => {
    const expected = JSON.stringify(detect(batches('live', 4_700, BENIGN, 80, 4_700)));
    for (const size of [1, 17, 1_000, 3_001]) {
      let state: FrequencyState = detector.start();
      const messages = batches('live', 4_700, BENIGN, 80, size).flatMap((batch) => {
        const out = detector.step(state, batch, model);
        state = detector.decode(detector.encode(state));
        return out;
      });
      expect(JSON.stringify(messages.filter(({ type }) => type === 'verdict'))).toBe(expected);
    }
  });

  it('does not count what the kernel goes on with after an interruption', () => {
    const resumed = { ...BENIGN, calls: [...BENIGN.calls, 'restart_syscall'] };
    const [given, without] = [new Uint32Array(COUNTERS), new Uint32Array(COUNTERS)];
    const [batch] = batches('w1', 300, resumed, 5);
    const kept = Array.from(batch!.numbers).flatMap((call, i) => (call === callNumber('restart_syscall') ? [] : [i]));
    expect(kept.length).toBeLessThan(300);
    countCalls(batch!, 0, 300, given);
    for (const i of kept) countCalls(batch!, i, i + 1, without);
    expect(given).toEqual(without);
    expect(given[TOTAL_AT]).toBe(kept.length);
  });

  it('does not notice the order of calls inside a window', () => {
    const plain = batches('live', 1_000, BENIGN, 81, 1_000);
    const shuffled = plain.map((batch) => ({ ...batch, numbers: batch.numbers.slice().sort(), results: undefined }));
    const inOrder = plain.map((batch) => ({ ...batch, results: undefined }));
    expect(detect(shuffled)[0]!.score).toBeCloseTo(detect(inOrder)[0]!.score, 10);
  });
});

describe('covariance', () => {
  it('draws the estimate of few points towards a sphere, and keeps that of many', () => {
    const next = uniform(5);
    const point = (): Float64Array => Float64Array.of(next(), 10 * next());
    const many = spreadOf(Array.from({ length: 5_000 }, point)).covariance;
    expect(many[0]! * 12).toBeCloseTo(1, 0);
    expect(many[2]! * 12).toBeCloseTo(100, -1);
    const few = spreadOf(Array.from({ length: 4 }, point)).covariance;
    expect(few[2]! / few[0]!).toBeLessThan(100);
  });

  it('measures distance in units of the spread', () => {
    const factor = choleskyOf([4, 0, 9], 2);
    expect(distanceOf(Float64Array.of(2, 3), [0, 0], factor)).toBeCloseTo(Math.SQRT2, 12);
    expect(() => choleskyOf([0], 1)).toThrow(/covariance/);
  });
});
