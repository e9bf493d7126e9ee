import { TRIES_APART_US, triedAccount, type TriedCredential, type WebRequest } from '@plimsoll/contracts';

import type { SmoothedCounts } from '../scoring/smoothed-counts.js';
import { ceilingOf } from '../events/threshold.js';
import { habitOf, OF_CLIENT, readingOf, rowNats, tellEarlier, withFailure, type Try } from './tries-row.js';
import { outcomeOf, type Outcome } from './try-outcome.js';
import { endpointOf } from './web-contexts.js';
import type { Tries } from './web-state.js';

/**
 * The row that a client's tries form across its sessions, from what the event tells of the earlier ones: a guesser who
 * begins anew with each try is the first to fail in each of his sessions. Whoever gets in takes his own failures back, and
 * some of what the others' say: behind one address with many, people get in (random walks as those that find scanners,
 * Jung, Paxson, Berger, Balakrishnan 2004).
 */
export interface ClientRow {
  readonly tries: Tries;
  /** What the tries that failed and those that got in say together, nats; above 0, or 0 with one failure. */
  readonly nats: number;
  /** Accounts that the row's failures were for, undefined where one showed none, and the sessions that they were of. */
  readonly accounts: readonly (string | undefined)[];
  readonly sessions: readonly string[];
  /** Begun before what the event tells: its first tries were named already. */
  readonly told: boolean;
}

type OfSession = Try & { readonly session: string };
type Made = OfSession & { readonly outcome: Outcome | undefined };

/**
 * The row up to the event, without it; undefined where the client's last tries got in, or there were none. `getsIn` is the
 * session that gets in with the event.
 */
export function clientRow(
  table: SmoothedCounts,
  event: WebRequest,
  tried: TriedCredential,
  getsIn?: string,
): ClientRow | undefined {
  const made = madeBefore(table, event, tried);
  const passed = made.filter(({ outcome }) => outcome === 'passed').map(({ session }) => session);
  const gotIn = new Set([getsIn, ...passed]);
  let row: ClientRow | undefined;
  for (const [i, one] of made.entries()) {
    if (row !== undefined && one.timeUs - row.tries.lastUs > TRIES_APART_US) row = undefined;
    if (one.outcome === 'passed') row = afterPassing(table, event, row);
    if (one.outcome === 'failed' && !gotIn.has(one.session)) {
      row = afterFailure(table, event, row, one, tried.more === true && i === 0);
      if (strengthOf(row) >= ceilingOf('credential-guessing')) tellEarlier([row.tries], one.id);
    }
  }
  return row === undefined || event.timeUs - row.tries.lastUs > TRIES_APART_US ? undefined : row;
}

function madeBefore(table: SmoothedCounts, event: WebRequest, { kind, earlier }: TriedCredential): Made[] {
  return earlier.map(({ event: id, timeUs, account, session, status, leadsBack }) => {
    return { id, timeUs, account, session, outcome: outcomeOf(table, event, kind, { status, leadsBack }) };
  });
}

/** The row with the event's own failure. */
export function withOwnFailure(table: SmoothedCounts, event: WebRequest, row: ClientRow | undefined): ClientRow {
  const { id, timeUs, session } = event;
  return afterFailure(table, event, row, { id, timeUs, session, account: triedAccount(event) }, false);
}

/** What the row says for guessing, nats. */
export function strengthOf({ nats, tries }: ClientRow): number {
  return rowNats(nats, tries);
}

function afterFailure(
  table: SmoothedCounts,
  event: WebRequest,
  row: ClientRow | undefined,
  one: OfSession,
  told: boolean,
): ClientRow {
  const reading = readingOf(table, OF_CLIENT, event, one, row?.tries);
  const tries = withFailure(row?.tries, endpointOf(event), one, reading);
  const known = row?.told ?? told;
  return {
    tries: known ? { ...tries, untold: [] } : tries,
    nats: row === undefined ? 0 : row.nats + habitOf(table, OF_CLIENT, event).failure,
    accounts: [...(row?.accounts ?? []), one.account],
    sessions: [...(row?.sessions ?? []), one.session],
    told: known,
  };
}

function afterPassing(table: SmoothedCounts, event: WebRequest, row: ClientRow | undefined): ClientRow | undefined {
  if (row === undefined) return undefined;
  const nats = row.nats + habitOf(table, OF_CLIENT, event).passing;
  return nats <= 0 ? undefined : { ...row, nats };
}
