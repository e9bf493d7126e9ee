import { expect, it } from 'vitest';

import { TokenBucket } from './token-bucket.js';

const S = 1_000_000;

it('grants a burst, then so many a second, and goes on after a clock was ahead', () => {
  const bucket = new TokenBucket(3, 1);
  const taken = (atS: number): boolean => bucket.take(atS * S);
  expect([taken(0), taken(0), taken(0), taken(0)]).toEqual([true, true, true, false]);
  expect([taken(1), taken(1)]).toEqual([true, false]);
  expect([taken(2_000_000), taken(2_000_000), taken(2_000_000), taken(2_000_000)]).toEqual([true, true, true, false]);
  expect([taken(2), taken(3), taken(4)]).toEqual([false, true, true]);
});
