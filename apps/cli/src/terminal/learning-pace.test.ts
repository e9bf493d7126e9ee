import { expect, it } from 'vitest';

import { LearningPace } from './learning-pace.js';

it('tells of each workload and detector what was seen, what holds it back, and how much longer at this rate', () => {
  let nowMs = 0;
  const told: string[] = [];
  const pace = new LearningPace(
    (text) => told.push(text),
    () => nowMs,
  );
  const group = (events: number, converged = false) => ({
    name: 'shop/web web',
    events,
    novelty: 0.1,
    converged,
    missing: converged ? [] : ['novelty is above 0.02'],
    ...(converged ? {} : { moreEvents: 600 }),
  });
  pace.tell([group(100)]);
  nowMs = 10_000;
  pace.tell([group(150)]);
  nowMs = 20_000;
  pace.tell([group(200)]);
  nowMs = 40_000;
  pace.tell([group(800, true)]);
  expect(told).toEqual([
    'shop/web web: 100 events, novelty 0.1000, novelty is above 0.02\n',
    'shop/web web: 200 events, novelty 0.1000, novelty is above 0.02; some 2 min more at this rate\n',
    'shop/web web: 800 events, novelty 0.1000, learned\n',
  ]);
});
