import type { WebRequest } from '@plimsoll/contracts';

import type { Learned, SmoothedCounts } from '../scoring/smoothed-counts.js';
import { accountNats, learnAccount } from './tried-account.js';
import { addByAction, countsOf } from './web-contexts.js';
import type { Tries } from './web-state.js';

/**
 * A row of tries that failed one after another at one endpoint, of one session or of one client, and what it says for
 * guessing: its length, its pace, its accounts. Each is weighed by what was learned of rows of the same kind.
 */
const GOES_ON_GUESSING = 0.97;
/** Benign: that another failure follows a failure, before anything was learned; with the weight of so many failures. */
const GOES_ON_PRIOR = 0.5;
const PRIOR_FAILURES = 12;
/** Benign: where failures follow one another more often, a row of them says nothing, however long it grows. */
const ROWS_ARE_USUAL = 0.8;
export const MOST_NATS = 16;
/** Belief in a reading beyond the length of the row. */
const HALF_NATS = Math.log(2);
/** Classes of the time between two failures: powers of two of milliseconds, up to 17 minutes. */
const MAX_PACE = 20;
/** Classes by which an address may be busier than it was: eight times as many failures as in learning are no guessing. */
const BUSIER = 3;
/** Tries of a run that are kept until an alarm names them, and how many one alarm names beside its own. */
const MAX_UNTOLD = 16;
const TOLD_AT_ONCE = 3;

/** Kinds of the counts that a row is learned in, and weighed by. */
export interface RowKind {
  readonly again: string;
  readonly pace: string;
  readonly account: string;
}
export const OF_SESSION: RowKind = { again: 'again', pace: 'pace', account: 'account' };
export const OF_CLIENT: RowKind = { again: 'again by client', pace: 'pace by client', account: 'account by client' };

/** A try as a row takes it up. */
export interface Try {
  readonly id: string;
  readonly timeUs: number;
  readonly account: string | undefined;
}

/** What one try says beyond that it failed, nats. */
export type Reading = Pick<Tries, 'pace' | 'accounts'>;
export const NO_READING: Reading = { pace: 0, accounts: 0 };

/**
 * Counts how many failures follow a failure, how soon, and for whom. A row of failures ends once, whether its client gets
 * in, gives up or waits: so each first failure stands for one end.
 */
export function learnFailure(
  table: SmoothedCounts,
  kind: RowKind,
  event: WebRequest,
  before: Pick<Tries, 'lastUs'> | undefined,
): void {
  addByAction(table, kind.again, event, before === undefined ? 'ended' : 'failed');
  if (before !== undefined) addByAction(table, kind.pace, event, String(paceOf(event.timeUs - before.lastUs)));
}

export function learnRowAccount(
  table: SmoothedCounts,
  kind: RowKind,
  event: WebRequest,
  account: string | undefined,
  before: Pick<Tries, 'account'> | undefined,
): void {
  if (before !== undefined) learnAccount(table, kind.account, event, account, before.account);
}

/** What was learned of how rows go on at the endpoint, and what one failure more, or getting in after all, says of one. */
export function habitOf(
  table: SmoothedCounts,
  kind: RowKind,
  event: WebRequest,
): { readonly again: Learned; readonly failure: number; readonly passing: number } {
  const own = countsOf(table, kind.again, event);
  // A profile of before counted rows of sessions alone.
  const again = own.total > 0 ? own : countsOf(table, OF_SESSION.again, event);
  const goesOn = again.probability('failed', GOES_ON_PRIOR, PRIOR_FAILURES);
  return {
    again,
    failure: goesOn > ROWS_ARE_USUAL ? 0 : Math.log(GOES_ON_GUESSING / goesOn),
    passing: Math.log((1 - GOES_ON_GUESSING) / (1 - goesOn)),
  };
}

/** What `one` says beyond that it failed after `before`. */
export function readingOf(
  table: SmoothedCounts,
  kind: RowKind,
  event: WebRequest,
  one: Try,
  before: Tries | undefined,
): Reading {
  if (before === undefined) return NO_READING;
  return {
    pace: soonerThan(table, kind, event, one.timeUs - before.lastUs)?.nats ?? 0,
    accounts: accountNats(table, kind.account, event, one.account, before.account),
  };
}

/**
 * What it says that one failure follows another so soon: by the share of learned ones, this one among them, that were no
 * slower than a busier address would make it, a bet that pays in the mean nothing where that is all there is (Vovk and
 * Wang 2021: ½/√p). Undefined where nothing was learned.
 */
export function soonerThan(
  table: SmoothedCounts,
  kind: RowKind,
  event: WebRequest,
  apartUs: number,
): { nats: number; asSoon: number } | undefined {
  const pace = paceOf(apartUs);
  const learned = countsOf(table, kind.pace, event);
  const asSoon = learned.values.reduce((sum, [value, count]) => sum + (Number(value) <= pace + BUSIER ? count : 0), 0);
  if (learned.total === 0) return undefined;
  const share = (asSoon + 1) / (learned.total + 1);
  return { nats: -Math.log(2 * Math.sqrt(share)), asSoon };
}

/** The time between two failures by its class; requests that were under way at once may end in another order. */
function paceOf(apartUs: number): number {
  return Math.min(Math.max(Math.floor(Math.log2(Math.max(apartUs, 1) / 1_000)), 0), MAX_PACE);
}

/** The row with one failure more. */
export function withFailure(before: Tries | undefined, endpoint: string, one: Try, says: Reading): Tries {
  const { id, timeUs, account } = one;
  return {
    endpoint,
    failed: (before?.failed ?? 0) + 1,
    nats: 0,
    sinceUs: before?.sinceUs ?? timeUs,
    lastUs: timeUs,
    // What was slow before a fast row does not speak for it.
    pace: Math.max((before?.pace ?? 0) + says.pace, 0),
    accounts: Math.max((before?.accounts ?? 0) + says.accounts, 0),
    account: account ?? before?.account,
    untold: [...(before?.untold ?? []), { id, timeUs }].slice(-MAX_UNTOLD),
  };
}

/** What a row says for guessing, nats; `length` is what its length says. */
export function rowNats(length: number, { pace, accounts }: Reading): number {
  return Math.min(length + readingNats(pace) + readingNats(accounts), MOST_NATS);
}

/** What the pace of a row, or its accounts, add: the reading that heeds it, against the one that does not. */
export function readingNats(nats: number): number {
  return Math.max(nats - HALF_NATS + Math.log1p(Math.exp(-nats)), 0);
}

/** Tries of the rows that no alarm has named, the latest of the last row first: each alarm catches up with some. Alters `rows`. */
export function tellEarlier(rows: readonly Pick<Tries, 'untold'>[], own: string): { id: string; timeUs: number }[] {
  const told: { id: string; timeUs: number }[] = [];
  for (const row of rows.toReversed()) {
    const earlier = row.untold.filter(({ id }) => id !== own);
    const from = Math.max(earlier.length - (TOLD_AT_ONCE - told.length), 0);
    row.untold = earlier.slice(0, from);
    told.unshift(...earlier.slice(from));
  }
  return told;
}
