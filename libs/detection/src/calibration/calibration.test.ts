import type { PValueCounts } from '@plimsoll/contracts';
import { describe, expect, it } from 'vitest';

import { blockMaxima, extremalIndex, fitCalibration, pThreshold, pValue, scoreAt } from './index.js';
import { countPValue, driftOf } from './drift.js';

/** Deterministic uniform numbers (mulberry32), so that a failure repeats. */
function uniform(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const exponentials = (n: number, seed: number): number[] => {
  const next = uniform(seed);
  return Array.from({ length: n }, () => -Math.log(1 - next()));
};

describe('calibration', () => {
  it('gives benign scores p-values at most as often under a level as the level says', () => {
    const calibration = fitCalibration([exponentials(1_000, 1)]);
    const fresh = exponentials(20_000, 2).map((score) => pValue(calibration, score));
    for (const level of [0.2, 0.05, 0.01, 0.002]) {
      const share = fresh.filter((p) => p <= level).length / fresh.length;
      expect(share, `level ${level}`).toBeLessThan(level * 1.5);
      expect(share, `level ${level}`).toBeGreaterThan(level * 0.5);
    }
  });

  it('never rises with the score and stays in (0, 1]', () => {
    const calibration = fitCalibration([exponentials(3_000, 3)]);
    let last = 1;
    for (let score = -1; score < 60; score += 0.01) {
      const p = pValue(calibration, score);
      expect(p).toBeLessThanOrEqual(last);
      expect(p).toBeGreaterThan(0);
      last = p;
    }
  });

  it('extrapolates beyond every score it saw, and back', () => {
    const calibration = fitCalibration([exponentials(500, 4)]);
    const p = pValue(calibration, 12);
    expect(p).toBeLessThan(1e-3);
    expect(p).toBeGreaterThan(1e-8);
    expect(scoreAt(calibration, p)).toBeCloseTo(12, 6);
  });

  it('tells equal scores apart by the smallest difference that means something', () => {
    const calibration = fitCalibration([new Array<number>(99).fill(0)], { minScale: 0.5 });
    expect(pValue(calibration, 0)).toBe(1);
    expect(pValue(calibration, 0.5)).toBeCloseTo(0.01 * Math.exp(-1), 6);
  });

  it('survives a profile file', () => {
    const calibration = fitCalibration([exponentials(5_000, 5)]);
    expect(calibration.scores.length).toBeLessThanOrEqual(600);
    expect(JSON.parse(JSON.stringify(calibration))).toEqual(calibration);
  });

  it('refuses nothing and what is not a number', () => {
    expect(() => fitCalibration([])).toThrow(/nothing to calibrate/);
    expect(() => fitCalibration([[1, Number.NaN]])).toThrow(/finite/);
  });
});

describe('dependence', () => {
  it('is 1 for independent scores and about 1/5 for runs of five', () => {
    const scores = exponentials(5_000, 6);
    expect(extremalIndex([scores], 3)).toBeGreaterThan(0.8);
    const clustered = exponentials(1_000, 7).flatMap((x) => [x, x, x, x, x]);
    expect(extremalIndex([clustered], 3)).toBeCloseTo(0.2, 1);
  });

  it('takes the maximum of each block, the short last one too', () => {
    expect(blockMaxima([1, 5, 2, 0, 3], 2)).toEqual([5, 2, 3]);
  });
});

describe('budget', () => {
  it('spends the budget on clusters, not windows', () => {
    const calibration = { ...fitCalibration([exponentials(500, 8)]), extremalIndex: 0.5 };
    expect(pThreshold(calibration, { falseAlertsPerDay: 1, windowsPerDay: 2_000 })).toBeCloseTo(0.001);
    expect(pThreshold(calibration, { falseAlertsPerDay: 1, windowsPerDay: 2_000, share: 0.5 })).toBeCloseTo(0.0005);
    expect(pThreshold(calibration, { falseAlertsPerDay: 100, windowsPerDay: 10 })).toBe(0.02);
  });
});

describe('drift', () => {
  const calibration = { count: 2_000, extremalIndex: 1 };
  const counted = (n: number, p: (i: number) => number, of = calibration) =>
    driftOf(
      Array.from({ length: n }, (_, i) => p(i)).reduce<PValueCounts | undefined>(
        (counts, each) => countPValue(counts, of, each),
        undefined,
      )!,
    );

  it('stays silent on uniform and on tied p-values', () => {
    const next = uniform(9);
    expect(counted(20_000, () => next()).moved).toBe(false);
    expect(counted(20_000, (i) => (i % 3 === 0 ? 1 : next())).moved).toBe(false);
  });

  it('says so when most windows turn mildly strange, and not for one attack', () => {
    const next = uniform(10);
    expect(counted(2_000, (i) => (i > 1_000 && i < 1_020 ? 1e-9 : next())).moved).toBe(false);
    expect(counted(2_000, () => next() ** 2).moved).toBe(true);
  });

  it('allows for a short calibration and for windows that follow each other', () => {
    const next = uniform(11);
    const moved = (of: typeof calibration): boolean => counted(2_000, () => next() ** 1.6, of).moved;
    expect(moved(calibration)).toBe(true);
    expect(moved({ ...calibration, count: 30 })).toBe(false);
    expect(moved({ ...calibration, extremalIndex: 0.05 })).toBe(false);
  });

  it('counts a p-value in the bin that it is at the upper end of, and begins anew with another calibration', () => {
    const counts = countPValue(
      countPValue(countPValue(undefined, calibration, 1), calibration, 0.05),
      calibration,
      1e-9,
    );
    expect(counts.bins).toEqual([2, ...new Array<number>(18).fill(0), 1]);
    expect(countPValue(counts, { count: 50, extremalIndex: 1 }, 0.5).bins.reduce((sum, n) => sum + n, 0)).toBe(1);
  });
});
