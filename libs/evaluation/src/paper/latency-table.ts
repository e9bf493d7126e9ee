import { US_PER_SECOND } from '@plimsoll/contracts';

import { scoreRequests } from '../request-scoring.js';
import type { View } from './view.js';

/** How long after a request began one view could say something of it, in event time: no computing, no queue. */
export interface LatencyScore {
  readonly view: string;
  readonly detected: number;
  /** Detected by windows of calls alone that had ended when the request began: within the slack, and no finding of it. */
  readonly before: number;
  /** Of the others; none where there are none. */
  readonly seconds: { readonly median: number; readonly ninetieth: number; readonly longest: number } | undefined;
}

export function latencyScore({ name, episodes }: View): LatencyScore {
  const found = episodes
    .flatMap(({ actions, evidence }) => scoreRequests(actions, evidence).actions)
    .filter(({ detected }) => detected);
  const seconds = found
    .flatMap(({ action, saidUs }) => (saidUs === undefined ? [] : [(saidUs - action.startUs) / US_PER_SECOND]))
    .sort((one, other) => one - other);
  const at = (share: number): number => seconds[Math.ceil(share * seconds.length) - 1]!;
  return {
    view: name,
    detected: found.length,
    before: found.length - seconds.length,
    seconds: seconds.length === 0 ? undefined : { median: at(0.5), ninetieth: at(0.9), longest: at(1) },
  };
}
