import type { WebRequest } from '@plimsoll/contracts';

import type { SmoothedCounts } from '../scoring/smoothed-counts.js';
import { evidenceOf, logLikelihoodRatio, type WeightedEvidence } from '../scoring/weighted-evidence.js';
import { actionOf, countsOf, viewCounts } from './web-contexts.js';
import { isUnsafe, type WebState } from './web-state.js';

/**
 * A change that the application's own redirect leads to, where a link's parameter may choose the target
 * (`/out?to=/account/close`, CWE-601): the browser then says of the change what it said of the link, and a link from a
 * mail shows no other site. Such redirects lead to pages in honest use; that they lead to what changes data is learned.
 */
const FORGED = 0.9;
/** Share of links' changes that follow such a redirect, before anything is known, and its weight in requests. */
const SENT_PRIOR = 0.003;
const PRIOR_REQUESTS = 50;
/** A browser follows a redirect at once. */
const AT_ONCE_US = 2_000_000;

export function learnSentOn(table: SmoothedCounts, event: WebRequest, state: WebState): void {
  if (!isUnsafe(event.method)) table.add(`sent|${event.view}`, isSentOn(event, state) ? 'yes' : 'no');
}

/** Undefined where no such redirect led here, or where it did so in learning. */
export function sentOnEvidence(
  table: SmoothedCounts,
  event: WebRequest,
  state: WebState,
): WeightedEvidence | undefined {
  const from = state.previous?.endpoint ?? '';
  if (!isSentOn(event, state) || countsOf(table, 'lead', event).count(from) > 0) return undefined;
  const learned = viewCounts(table, 'sent', event);
  const weight = logLikelihoodRatio(FORGED, learned.probability('yes', SENT_PRIOR, PRIOR_REQUESTS));
  const observed = `a redirect of ${from}, to where a parameter may say, led to ${actionOf(event)}, which changes data`;
  const expected = `${learned.count('yes')} of ${learned.total} learned changes by links`;
  return { path: 'csrf', weight, evidence: evidenceOf(event, 'redirected', observed, expected, weight) };
}

function isSentOn({ method, timeUs }: WebRequest, { previous }: WebState): boolean {
  return !isUnsafe(method) && previous?.sendsOn === true && timeUs - previous.timeUs <= AT_ONCE_US;
}
