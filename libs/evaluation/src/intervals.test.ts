import { describe, expect, it } from 'vitest';

import { episodeBootstrap, f1, precisionAt, proportion } from './intervals.js';

describe('intervals', () => {
  it("gives Wilson's interval", () => {
    // Wilson 1927 for 8 of 10, as any statistics package prints it.
    const { low, high } = proportion(8, 10);
    expect(low).toBeCloseTo(0.4902, 4);
    expect(high).toBeCloseTo(0.9433, 4);
    expect(proportion(0, 0)).toMatchObject({ low: 0, high: 1 });
  });

  it('reads precision off the base rate', () => {
    expect(precisionAt(0.5, 1, 0)).toBe(1);
    expect(precisionAt(0.001, 0.95, 0.01)).toBeCloseTo(0.0868, 4);
    expect(f1(0, 0)).toBe(0);
  });

  it('repeats a bootstrap to the digit', () => {
    const mean = (drawn: readonly number[]): number => drawn.reduce((a, b) => a + b, 0) / drawn.length;
    const first = episodeBootstrap([0, 1, 1, 1], mean);
    expect(episodeBootstrap([0, 1, 1, 1], mean)).toEqual(first);
    expect(first.low).toBeLessThan(0.75);
    expect(first.high).toBe(1);
  });
});
