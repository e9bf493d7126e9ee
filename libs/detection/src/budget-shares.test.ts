import { expect, it } from 'vitest';

import { BUDGET_SHARES } from './budget-shares.js';
import { EVENT_DETECTORS } from './detectors.js';

it('shares out the budget once', () => {
  const sum = Object.values(BUDGET_SHARES).reduce((total, share) => total + share, 0);
  expect(sum).toBeCloseTo(1);
});

// The audit of a cluster stands for a whole application, and has no other detector of its level beside it.
it.each(['log', 'process'] as const)("shares a level's part out among its detectors: %s", (level) => {
  const rows = EVENT_DETECTORS.filter((row) => row.level === level && row.kind !== 'k8s-audit');
  expect(rows.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(BUDGET_SHARES[level]);
});
