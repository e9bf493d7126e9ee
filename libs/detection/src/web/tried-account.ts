import type { WebRequest } from '@plimsoll/contracts';

import type { SmoothedCounts } from '../scoring/smoothed-counts.js';
import { addByAction, countsOf } from './web-contexts.js';

/**
 * Whose account a try is for. Whoever mistyped tries the same one again; whoever tries a few passwords on many accounts
 * goes to another with most tries, and no row at one account grows (password spraying, MITRE ATT&CK T1110.003).
 */
const OTHER_WHEN_SPRAYED = 0.8;
/** Benign: that a try after a failure is for another account, before anything was learned; with the weight of so many. */
const OTHER_PRIOR = 0.1;
const PRIOR_TRIES = 12;

/** Counts, of the kind `kind`, whether the try after a failure was for another account. */
export function learnAccount(
  table: SmoothedCounts,
  kind: string,
  event: WebRequest,
  account: string | undefined,
  before: string | undefined,
): void {
  if (account === undefined || before === undefined) return;
  addByAction(table, kind, event, account === before ? 'same' : 'other');
}

/** What it says for spraying that the try is for this account after one for `before`, nats; 0 where either is unknown. */
export function accountNats(
  table: SmoothedCounts,
  kind: string,
  event: WebRequest,
  account: string | undefined,
  before: string | undefined,
): number {
  if (account === undefined || before === undefined) return 0;
  const other = countsOf(table, kind, event).probability('other', OTHER_PRIOR, PRIOR_TRIES);
  const certain = Math.min(Math.max(other, 0.001), 0.999);
  return account === before
    ? Math.log((1 - OTHER_WHEN_SPRAYED) / (1 - certain))
    : Math.log(OTHER_WHEN_SPRAYED / certain);
}
