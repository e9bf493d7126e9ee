import { CALL_NUMBERS } from '@plimsoll/contracts';
import { describe, expect, it } from 'vitest';

import { BackOff } from './back-off.js';
import { runKey, Trails } from './trails.js';

function trailsOf(runs: readonly (readonly [calls: readonly number[], count: number])[], length: number): Trails {
  const trails = new Trails(length);
  for (const [calls, count] of runs) trails.add(...runKey(calls), () => calls, count);
  return trails;
}

describe('back-off model', () => {
  // After 1 2 came 3 nine times and 4 once; after 5 2 only 6, after 9 2 only 3.
  const model = new BackOff(
    trailsOf(
      [
        [[1, 2, 3], 9],
        [[1, 2, 4], 1],
        [[5, 2, 6], 10],
        [[9, 2, 3], 2],
      ],
      3,
    ),
    3,
  );

  it('finds less surprising what came more often after the same calls', () => {
    expect(model.bits([1, 2, 3])).toBeLessThan(model.bits([1, 2, 4]));
    expect(model.bits([1, 2, 4])).toBeLessThan(model.bits([1, 2, 6]));
    expect(model.bits([1, 2, 6])).toBeLessThan(model.bits([1, 2, 99]));
  });

  it('looks at a shorter context where the longer one was never seen', () => {
    expect(model.bits([7, 2, 6])).toBeCloseTo(model.bits([2, 6]), 12);
  });

  it.each([[[1, 2]], [[5, 2]], [[9, 9]], [[]]])('gives probabilities that add up after %j', (context) => {
    let sum = 0;
    for (let call = 0; call < CALL_NUMBERS; call++) sum += 2 ** -model.bits([...context, call]);
    expect(sum).toBeCloseTo(1, 9);
  });

  it('works the probability out by hand', () => {
    // 3 eleven of 22 calls, of three kinds; after 2 the same; after 1 2 nine of ten, of two kinds.
    const p0 = 1 / CALL_NUMBERS;
    const p1 = (11 + 3 * p0) / (22 + 3);
    const p2 = (11 + 3 * p1) / (22 + 3);
    const p3 = (9 + 2 * p2) / (10 + 2);
    expect(model.bits([1, 2, 3])).toBeCloseTo(-Math.log2(p3), 12);
  });
});
