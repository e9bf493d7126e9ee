import type { WebRequest } from '@plimsoll/contracts';

import type { SmoothedCounts } from '../scoring/smoothed-counts.js';
import { evidenceOf, logLikelihoodRatio, type WeightedEvidence } from '../scoring/weighted-evidence.js';
import { viewCounts } from './web-contexts.js';
import { isUnsafe } from './web-state.js';

/**
 * Whether the application was ever asked under this host. Where Origin and Referer say 'the same host', they are compared
 * with what the request itself calls its host: a page that makes its own name lead here (DNS rebinding) is always the
 * same. What learning never saw asked for is not known to be the application's.
 */
const FORGED = 0.5;
const FEWEST = 50;

export function learnHost(table: SmoothedCounts, { view, host }: WebRequest): void {
  if (host !== undefined) table.add(`host|${view}`, host);
}

export function hostEvidence(table: SmoothedCounts, event: WebRequest): WeightedEvidence[] {
  const says = event.origin === 'same' || event.referer === 'same';
  if (event.host === undefined || !says || !isUnsafe(event.method)) return [];
  const asked = viewCounts(table, 'host', event);
  const { total: learned, distinct: hosts } = asked;
  if (learned < FEWEST || asked.count(event.host) > 0) return [];
  const strength = logLikelihoodRatio(FORGED, asked.probabilityOfNew());
  return [
    {
      path: 'csrf',
      weight: strength,
      evidence: evidenceOf(
        event,
        'unknown-host',
        `the application was asked under a host that it never had, by a page of that host`,
        `${learned} learned requests asked for ${hosts} host${hosts === 1 ? '' : 's'}`,
        strength,
      ),
    },
  ];
}
