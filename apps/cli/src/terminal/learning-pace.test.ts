import type { LearningCourse } from '@plimsoll/contracts';
import { expect, it } from 'vitest';

import { LearningPace } from './learning-pace.js';

it('tells of each workload and detector what was seen, what holds it back, and how much longer at this rate', () => {
  let nowMs = 0;
  const told: string[] = [];
  const pace = new LearningPace(
    (text) => told.push(text),
    () => nowMs,
  );
  const course = (events: number, more: Partial<LearningCourse> = {}): LearningCourse => ({
    schema: 1,
    application: 'shop',
    workload: 'web',
    detector: 'sequence',
    stage: 'learning',
    points: [{ atMs: nowMs, events, novelty: 0.1 }],
    missing: ['novelty is above 0.02'],
    ...more,
  });
  expect(pace.tell([course(100)])).toBe(true);
  nowMs = 10_000;
  expect(pace.tell([course(150)])).toBe(false);
  nowMs = 20_000;
  pace.tell([course(200, { moreMs: 100_000 })]);
  nowMs = 40_000;
  pace.tell([course(800, { missing: [] }), course(900, { missing: [], stage: 'calibrating' })]);
  expect(told).toEqual([
    'shop/web sequence: 100 events, novelty is above 0.02\n',
    'shop/web sequence: 200 events, novelty is above 0.02; some 2 min more at this rate\n',
    'shop/web sequence: 800 events, novelty 0.1000, learned\nshop/web sequence: 900 events, novelty 0.1000, learned; calibrating\n',
  ]);
});
