import { expect, it } from 'vitest';

import { scoreApplication } from '../request-table.js';
import type { SeenEpisode } from './view.js';
import { seedScores, type SeededScore } from './seed-table.js';
import { latencyScore } from './latency-table.js';
import { windowScore } from './window-table.js';

const S = 1_000_000;

function seen(found: number): SeenEpisode {
  const actions = [10, 20, 30, 40].map((at) => ({
    path: 'sqli' as const,
    kind: 'any',
    severity: 1,
    startUs: at * S,
    endUs: (at + 0.2) * S,
  }));
  const evidence = actions.slice(0, found).map(({ startUs }, i) => ({
    id: `${i}`,
    timeUs: startUs,
    saidUs: startUs + (i + 1) * 0.1 * S,
    window: false,
    incident: `${i}`,
    path: 'sqli' as const,
  }));
  return { application: 'shop', episode: 'one', actions, evidence, startUs: 0, spanUs: 60 * S };
}

function scored(found: number): SeededScore {
  const view = { name: 'log', episodes: [seen(found)] };
  return { windows: windowScore(view, 5, [0.55]), requests: scoreApplication('shop', 'log', view.episodes) };
}

it('tells mean, spread and ends over seeds', () => {
  const [log, ...others] = seedScores([[scored(1)], [scored(2)], [scored(3)]]);
  expect(others).toEqual([]);
  expect([log!.seeds, log!.recall.mean, log!.recall.least, log!.recall.most]).toEqual([3, 0.5, 0.25, 0.75]);
  expect(log!.recall.deviation).toBeCloseTo(0.25);
});

it('tells how long after a request a verdict was possible', () => {
  const { detected, before, seconds } = latencyScore({ name: 'log', episodes: [seen(3)] });
  expect([detected, before]).toEqual([3, 0]);
  expect([seconds!.median, seconds!.ninetieth, seconds!.longest]).toEqual([0.2, 0.3, 0.3]);
  const early = { ...seen(1), evidence: seen(1).evidence.map((one) => ({ ...one, saidUs: 9.98 * S })) };
  expect(latencyScore({ name: 'log', episodes: [early] })).toMatchObject({
    detected: 1,
    before: 1,
    seconds: undefined,
  });
});
