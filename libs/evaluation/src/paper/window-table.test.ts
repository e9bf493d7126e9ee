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
      saidUs: at * SECOND,
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
      trueNegatives: 1,
    });
  });

  it('counts no last piece as a window: one shorter than half belongs to the window before', () => {
    const ending = (seconds: number): SeenEpisode => ({ ...episode([], []), spanUs: seconds * SECOND });
    expect([10, 11, 12.4, 12.6, 15].map((seconds) => windowsIn(ending(seconds), 5))).toEqual([2, 2, 2, 3, 3]);
    expect(windowsIn(ending(0.4), 5)).toBe(1);
    const { truePositives, trueNegatives } = countWindows(
      { ...episode([[10.5, 10.6]], [10.9]), spanUs: 11 * SECOND },
      5,
    );
    expect([truePositives, trueNegatives]).toEqual([1, 1]);
  });

  it('puts an attack that is labelled past the last message into the last window', () => {
    expect(countWindows(episode([[26, 27]], []), 5).falseNegatives).toBe(1);
    expect(countWindows(episode([[-2, -1]], []), 5).falseNegatives).toBe(1);
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
