import type { Level } from '@plimsoll/contracts';

import { CALL_DETECTORS, EVENT_DETECTORS } from './detectors.js';
import { DEFAULT_FUSION } from './fusion/index.js';

/**
 * How an application's false alerts a day are shared out: each detector passes its part to `pThreshold`, weak signs of
 * several levels together have the rest. A level has the part of its costliest source of events: web requests and
 * statements share theirs, and a cluster's audit stands for a whole application. The sum bounds the rate of false
 * clusters of verdicts; incidents are fewer.
 */
export const BUDGET_SHARES: Readonly<Record<Level | 'weak', number>> = {
  sequence: shareOf('sequence'),
  frequency: shareOf('frequency'),
  log: shareOf('log'),
  process: shareOf('process'),
  weak: DEFAULT_FUSION.weakShare,
};

function shareOf(level: Level): number {
  const shares = [...CALL_DETECTORS, ...EVENT_DETECTORS].filter((row) => row.level === level).map(({ share }) => share);
  return Math.max(...shares);
}
