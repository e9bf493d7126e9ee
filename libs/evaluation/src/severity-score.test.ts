import { describe, expect, it } from 'vitest';

import type { EpisodeScore, ScoredAction } from './action-scoring.js';
import { scoreSeverity } from './severity-score.js';

const action = (severity: number | undefined, reported: number | undefined): ScoredAction => ({
  action: { path: 'sqli', kind: 'update', severity, startUs: 0, endUs: 1 },
  found: undefined,
  named: true,
  reported,
});
const episode = (...actions: ScoredAction[]): EpisodeScore => ({ actions, falseAlerts: [] });

describe('severity', () => {
  it('is compared where it is labelled and was reported', () => {
    const { confusion, error, baseline } = scoreSeverity([
      episode(action(3, 3), action(3, 5), action(undefined, 4)),
      episode(action(1, 2), action(0, 4), action(6, undefined)),
    ]);
    expect(error.mean).toBe(1);
    expect([error.exact.hits, error.withinOne.hits, error.exact.of]).toEqual([1, 2, 3]);
    expect([baseline.severity, baseline.mean]).toEqual([3, 2 / 3]);
    expect([confusion[3]![3], confusion[3]![5], confusion[0]![4], confusion[6]![0]]).toEqual([1, 1, 1, 1]);
  });

  it('has no error where nothing was compared', () => {
    const { error, baseline } = scoreSeverity([episode(action(0, 4), action(2, undefined))]);
    expect([error.mean, error.exact.of, baseline.severity]).toEqual([0, 0, 0]);
  });
});
