import type { Level } from '@plimsoll/contracts';

import { DEFAULT_FUSION } from './fusion/index.js';
import { FREQUENCY_SHARE } from './frequency/frequency-model.js';
import { K8S_SHARE } from './k8s/k8s-audit-detector.js';
import { SEQUENCE_SHARE } from './sequence/sequence-model.js';

/**
 * How an application's false alerts a day are shared out: each detector passes its part to `pThreshold`, weak signs of
 * several levels together have the rest. The sum bounds the rate of false clusters of verdicts; incidents are fewer.
 */
export const BUDGET_SHARES: Readonly<Record<Level | 'weak', number>> = {
  sequence: SEQUENCE_SHARE,
  frequency: FREQUENCY_SHARE,
  log: K8S_SHARE,
  weak: DEFAULT_FUSION.weakShare,
};
