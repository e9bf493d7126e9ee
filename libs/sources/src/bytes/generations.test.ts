import { expect, it } from 'vitest';

import { Generations } from './generations.js';

it('keeps what is asked for, and no more than it may', () => {
  const known = new Generations<number, string>(100);
  known.set(-1, 'asked');
  for (let i = 0; i < 1_000; i++) {
    known.set(i, String(i));
    expect(known.get(-1)).toBe('asked');
  }
  const kept = Array.from({ length: 1_000 }, (_, i) => known.get(i)).filter((value) => value !== undefined);
  expect(kept.length).toBeGreaterThan(40);
  expect(kept.length).toBeLessThanOrEqual(100);
});

it('weighs what it keeps', () => {
  const known = new Generations<number, string>(1_000);
  for (let i = 0; i < 100; i++) known.set(i, 'long', 100);
  const kept = Array.from({ length: 100 }, (_, i) => i).filter((i) => known.get(i, 100) !== undefined);
  expect(kept.length).toBeLessThanOrEqual(10);
});
