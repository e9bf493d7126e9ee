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
/** Names of a field for the account, the surest first; of `user[email]` and `login.name` the last part counts. */
const ACCOUNT_NAMES: readonly RegExp[] = [
  /^(?:user_?name|user|user_?id|e-?mail(?:_?address)?|account|uid|handle|member(?:_?id)?|nick(?:name)?)$/i,
  /^(?:login(?:_?name)?|log|name|id|phone|customer(?:_?id)?|identifier)$/i,
];

/** Keyed hash of the account's name as the request gives it; undefined where it shows none. */
export function triedAccount({ parameters }: WebRequest): string | undefined {
  for (const names of ACCOUNT_NAMES) {
    const account = parameters.find(({ name, where, digest }) => {
      return digest !== undefined && (where === 'body' || where === 'query') && names.test(lastPart(name));
    });
    if (account !== undefined) return account.digest;
  }
  return undefined;
}

function lastPart(name: string): string {
  return /([\w-]+)\]?$/.exec(name)?.[1] ?? name;
}

/** Counts whether the try after a failure was for another account. */
export function learnAccount(table: SmoothedCounts, event: WebRequest, before: string | undefined): void {
  const account = triedAccount(event);
  if (account === undefined || before === undefined) return;
  addByAction(table, 'account', event, account === before ? 'same' : 'other');
}

/** What it says for spraying that the try is for this account after one for `before`, nats; 0 where either is unknown. */
export function accountNats(table: SmoothedCounts, event: WebRequest, before: string | undefined): number {
  const account = triedAccount(event);
  if (account === undefined || before === undefined) return 0;
  const other = countsOf(table, 'account', event).probability('other', OTHER_PRIOR, PRIOR_TRIES);
  const certain = Math.min(Math.max(other, 0.001), 0.999);
  return account === before
    ? Math.log((1 - OTHER_WHEN_SPRAYED) / (1 - certain))
    : Math.log(OTHER_WHEN_SPRAYED / certain);
}
