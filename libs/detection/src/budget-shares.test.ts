import { expect, it } from 'vitest';

import { BUDGET_SHARES } from './budget-shares.js';
import { WEB_AND_SQL_SHARE } from './events/threshold.js';

it('shares out the budget once, whichever detectors make the log level', () => {
  const sum = Object.values(BUDGET_SHARES).reduce((total, share) => total + share, 0);
  expect(sum).toBeCloseTo(1);
  expect(2 * WEB_AND_SQL_SHARE).toBeCloseTo(BUDGET_SHARES.log);
});
