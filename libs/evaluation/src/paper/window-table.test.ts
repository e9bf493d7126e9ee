import { describe, expect, it } from 'vitest';

import type { SeenEpisode } from './view.js';
import { countWindows, windowScore, windowsIn } from './window-table.js';

const SECOND = 1_000_000;

function episode(actions: readonly [number, number][], namedAt: readonly number[], name = 'one'): SeenEpisode {
  return {
    application: 'shop',
    episode: name,
    actions: actions.map(([start, end]) => ({
      path: 'sqli',
      kind: 'any',
      severity: 1,
      startUs: start * SECOND,
      endUs: end * SECOND,
    })),
    evidence: namedAt.map((at, i) => ({
      id: `${i}`,
      timeUs: at * SECOND,
      window: false,
      incident: `${i}`,
      path: 'sqli',
    })),
    startUs: 0,
    spanUs: 20 * SECOND,
  };
}

describe('windows as the paper counts them', () => {
  it('counts each window once, by what it overlaps and whether something in it was named', () => {
    const attacked = episode([[4, 6]], [5.5, 5.6, 17]);
    expect(countWindows(attacked, 5)).toEqual({
      truePositives: 1,
      falsePositives: 1,
      falseNegatives: 1,
      trueNegatives: 2,
    });
  });

  it('drops none: what is counted comes to all windows of all episodes', () => {
    for (const seconds of [1, 5, 15, 60]) {
      const one = episode([[3, 9]], [1, 8, 25]);
      const { truePositives, falsePositives, falseNegatives, trueNegatives } = countWindows(one, seconds);
      expect(truePositives + falsePositives + falseNegatives + trueNegatives).toBe(windowsIn(one, seconds));
    }
  });

  it('says at rare attacks what no false window is worth', () => {
    const view = { name: 'any', episodes: [episode([[1, 2]], [1.5]), episode([], [], 'benign')] };
    const [rare] = windowScore(view, 5, [0.001]).at;
    expect(rare!.precision.value).toBe(1);
    expect(rare!.precision.low).toBeLessThan(0.01);
  });
});
