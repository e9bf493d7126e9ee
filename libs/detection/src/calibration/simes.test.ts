import { describe, expect, it } from 'vitest';

import { simesP } from './simes.js';

describe('one p-value for many windows', () => {
  it('is no higher than Bonferroni, and lower where several windows are strange', () => {
    expect(simesP([0.01, 1, 1, 1])).toBeCloseTo(0.04, 12);
    expect(simesP([0.01, 0.012, 1, 1])).toBeCloseTo(0.024, 12);
    expect(simesP([0.03, 0.03, 0.03, 0.03])).toBeCloseTo(0.03, 12);
  });

  it('counts as many windows as there might have been', () => {
    expect(simesP([0.001], 15)).toBeCloseTo(0.015, 12);
    expect(simesP([0.001, 0.001], 1)).toBeCloseTo(0.001, 12);
    expect(simesP([])).toBe(1);
    expect(simesP([0.5], 15)).toBe(1);
  });

  it('alarms on as many benign traces as it says', () => {
    let state = 1;
    const next = (): number => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
    const traces = Array.from({ length: 4_000 }, () => simesP(Array.from({ length: 12 }, next)));
    const share = traces.filter((p) => p <= 0.05).length / traces.length;
    expect(share).toBeGreaterThan(0.04);
    expect(share).toBeLessThan(0.06);
  });
});
