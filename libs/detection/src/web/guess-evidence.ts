import { TRIES_APART_US, triedAccount, type WebRequest } from '@plimsoll/contracts';

import type { SmoothedCounts } from '../scoring/smoothed-counts.js';
import { evidenceOf, type WeightedEvidence } from '../scoring/weighted-evidence.js';
import { ceilingOf } from '../events/threshold.js';
import { clientRow, strengthOf, withOwnFailure, type ClientRow } from './client-row.js';
import {
  habitOf,
  learnFailure,
  learnRowAccount,
  MOST_NATS,
  NO_READING,
  OF_CLIENT,
  OF_SESSION,
  readingNats,
  readingOf,
  rowNats,
  soonerThan,
  tellEarlier,
  withFailure,
  type Reading,
  type RowKind,
} from './tries-row.js';
import { learnEnding, outcomeOf, tryKind, type Outcome } from './try-outcome.js';
import { endpointOf } from './web-contexts.js';
import { isUnsafe, type Tries, type WebState } from './web-state.js';

/**
 * Tries of a credential that fail one after another, by one client at one endpoint: a person who mistyped soon gets in
 * or gives up, a guessing client goes on. Each further failure multiplies the likelihood of guessing by how much surer
 * it is there than in benign use, which learning counts: a sequential test, as threshold random walks find scanners
 * (Jung, Paxson, Berger, Balakrishnan 2004).
 *
 * The row is a session's, kept in its state, or a client's across sessions, which the event tells: the stronger counts.
 * Where failures usually follow one another, as behind one address with many, what tells a guesser is that it is faster
 * than they are. Whoever sprays goes from account to account. Each reading beyond the row's length is weighed with half of
 * the belief. See decisions 0360, 0430, 0460.
 */
const PATH = 'credential-guessing';
/** Endpoints of one session whose tries are remembered. */
const MAX_ENDPOINTS = 4;

/** What comes so many times later than the row's tries came after one another is not of it. */
const LATE = 4;

/** What speaks for guessing; `client` names who it is where several sessions show it together. */
export interface Guessing {
  readonly observations: readonly WeightedEvidence[];
  readonly client?: string;
}

/** A row that the event belongs to, and what it says. */
interface Run {
  readonly kind: RowKind;
  readonly tries: Tries;
  /** Rows of the same session at other endpoints, which count beside it. */
  readonly beside: readonly Tries[];
  readonly strength: number;
  /** Whether the event came sooner than learned ones do, and that counts. */
  readonly sooner: number | undefined;
  readonly sessions: number;
}

/** Counts how a try ended, how many failures follow a failure, and how soon: by session and by client. */
export function learnTries(table: SmoothedCounts, event: WebRequest, state: WebState): void {
  const kind = tryKind(event);
  if (kind === undefined) return;
  learnEnding(table, event);
  const outcome = outcomeOf(table, event, kind);
  if (outcome === undefined) return;
  learnOfClient(table, event, outcome);
  if (isSameToken(event)) return;
  const before = lastTries(state, event);
  remember(state, event, outcome, NO_READING);
  learnRow(table, OF_SESSION, event, outcome, before);
}

function learnOfClient(table: SmoothedCounts, event: WebRequest, outcome: Outcome): void {
  const { tried } = event;
  if (tried?.repeats === true) return;
  learnRow(table, OF_CLIENT, event, outcome, tried === undefined ? undefined : clientRow(table, event, tried)?.tries);
}

function learnRow(
  table: SmoothedCounts,
  kind: RowKind,
  event: WebRequest,
  outcome: Outcome,
  before: Tries | undefined,
): void {
  learnRowAccount(table, kind, event, triedAccount(event), before);
  if (outcome === 'failed') learnFailure(table, kind, event, before);
}

/** What the tries before say, with this one; alters `state`. */
export function guessEvidence(table: SmoothedCounts, event: WebRequest, state: WebState): Guessing {
  const kind = tryKind(event);
  const outcome = kind === undefined ? undefined : outcomeOf(table, event, kind);
  if (outcome === undefined) return { observations: [] };
  const own = sessionRun(table, event, outcome, state);
  const across = clientRun(table, event, outcome);
  if (across !== undefined && across.strength > (own?.strength ?? 0))
    return { observations: told(table, event, outcome, across), client: event.tried!.client };
  return { observations: own === undefined ? [] : told(table, event, outcome, own) };
}

function sessionRun(table: SmoothedCounts, event: WebRequest, outcome: Outcome, state: WebState): Run | undefined {
  if (isSameToken(event)) return undefined;
  const before = lastTries(state, event);
  const reading = readingOf(table, OF_SESSION, event, tryOf(event), before);
  const after = remember(state, event, outcome, reading);
  // Whoever gets in at last, after all those failures, has guessed it.
  const tries = outcome === 'failed' ? after : before;
  if (tries === undefined || tries.failed < 2) return undefined;
  const length = (tries.failed - 1) * habitOf(table, OF_SESSION, event).failure;
  tries.nats = rowNats(length, tries);
  const beside = rowsBeside(state, event);
  const strength = Math.min(tries.nats + natsOf(beside), MOST_NATS);
  const sooner = soonerOf(table, OF_SESSION, event, tries, before);
  return { kind: OF_SESSION, tries, beside, strength, sooner, sessions: 1 };
}

/** Rows of the session at other endpoints: who guesses passwords guesses codes and keys too. */
function rowsBeside(state: WebState, event: WebRequest): Tries[] {
  const endpoint = endpointOf(event);
  return state.tries.filter((one) => {
    return one.endpoint !== endpoint && one.failed >= 2 && event.timeUs - one.lastUs <= TRIES_APART_US;
  });
}

/** What they add: who is bad at one is so at others, so that each has half of the belief. */
function natsOf(rows: readonly Tries[]): number {
  return rows.reduce((sum, { nats }) => sum + readingNats(nats), 0);
}

/** The run of the client's tries across sessions; what one session did alone is that session's. */
function clientRun(table: SmoothedCounts, event: WebRequest, outcome: Outcome): Run | undefined {
  const { tried } = event;
  if (tried === undefined) return undefined;
  const before = clientRow(table, event, tried, outcome === 'passed' ? event.session : undefined);
  const grows = outcome === 'failed' && tried.repeats === undefined;
  const row = grows ? withOwnFailure(table, event, before) : before;
  if (row === undefined || row.tries.failed < 2 || row.sessions.every((one) => one === event.session)) return undefined;
  if (outcome === 'passed' && !goesOnWith(event, row)) return undefined;
  const sooner = soonerOf(table, OF_CLIENT, event, row.tries, before?.tries);
  return {
    kind: OF_CLIENT,
    tries: row.tries,
    beside: [],
    strength: strengthOf(row),
    sooner,
    sessions: new Set(row.sessions).size,
  };
}

/** Whether who gets in is the one who failed: behind the same address others do, to their own accounts, at any time. */
function goesOnWith(event: WebRequest, { tries, accounts }: ClientRow): boolean {
  const apartUs = (tries.lastUs - tries.sinceUs) / (tries.failed - 1);
  return accounts.includes(triedAccount(event)) && event.timeUs - tries.lastUs <= LATE * apartUs;
}

/** How many learned failures came nearly as soon, where the row's pace speaks for guessing. */
function soonerOf(
  table: SmoothedCounts,
  kind: RowKind,
  event: WebRequest,
  tries: Tries,
  before: Tries | undefined,
): number | undefined {
  if (before === undefined || tries.pace <= 0) return undefined;
  return soonerThan(table, kind, event, event.timeUs - before.lastUs)?.asSoon;
}

/** The run in words, with those of its tries that no alarm has named. */
function told(table: SmoothedCounts, event: WebRequest, outcome: Outcome, run: Run): WeightedEvidence[] {
  const { tries, beside, strength, sooner, sessions } = run;
  const elsewhere = beside.reduce((sum, { failed }) => sum + failed, 0);
  const each = strength / (tries.failed + elsewhere - 1);
  const seconds = Math.max(Math.round((event.timeUs - tries.sinceUs) / 1_000_000), 1);
  const across = sessions > 1 ? ` in ${sessions} sessions` : '';
  const whose = readingNats(tries.accounts) > 0 ? ', of one account and then another' : '';
  const row = `${tries.failed} failed tries in a row at ${endpointOf(event)} by one client${across} within ${seconds} s${whose}${alsoAt(beside)}`;
  const observed = outcome === 'failed' ? row : `${row}, and then one that got in`;
  const { again } = habitOf(table, run.kind, event);
  const soon = sooner === undefined ? '' : `, ${sooner} nearly as soon as this one`;
  const expected =
    again.total === 0
      ? 'no failed try in learning'
      : `of ${again.total} learned tries that failed, ${again.count('failed')} followed another${soon}`;
  const evidenceKind = outcome === 'failed' ? 'failed-tries' : 'credential-found';
  const earlier = strength < ceilingOf(PATH) ? [] : tellEarlier([...beside, tries], event.id);
  const own = strength - earlier.length * each;
  return [
    { path: PATH, weight: own, evidence: evidenceOf(event, evidenceKind, observed, expected, strength) },
    ...earlier.map((one): WeightedEvidence => ({
      path: PATH,
      weight: each,
      evidence: evidenceOf(
        one,
        'failed-try',
        `an earlier try of the ${tries.failed + elsewhere}, failed too`,
        expected,
        each,
      ),
    })),
  ];
}

function alsoAt(beside: readonly Tries[]): string {
  return beside.length === 0
    ? ''
    : `, after ${beside.map(({ failed, endpoint }) => `${failed} at ${endpoint}`).join(', ')}`;
}

/** A token or key that was refused before: a program repeats what ran out. What is typed twice counts as it always did. */
function isSameToken({ tried, method }: WebRequest): boolean {
  return tried?.repeats === true && (tried.kind === 'presented' || !isUnsafe(method));
}

function tryOf(event: WebRequest): { id: string; timeUs: number; account: string | undefined } {
  return { id: event.id, timeUs: event.timeUs, account: triedAccount(event) };
}

/** The session's failures at this endpoint, where the last is not long ago. */
function lastTries(state: WebState, event: WebRequest): Tries | undefined {
  const endpoint = endpointOf(event);
  const known = state.tries.find((one) => one.endpoint === endpoint);
  return known === undefined || event.timeUs - known.lastUs > TRIES_APART_US ? undefined : known;
}

/** Takes the try into the session's memory, with what its pace and its account say; what it then is. */
function remember(state: WebState, event: WebRequest, outcome: Outcome, says: Reading): Tries | undefined {
  const endpoint = endpointOf(event);
  const before = lastTries(state, event);
  const others = state.tries.filter((one) => one.endpoint !== endpoint);
  if (outcome === 'passed') {
    state.tries = others;
    return undefined;
  }
  const after = withFailure(before, endpoint, tryOf(event), says);
  state.tries = [...others, after].slice(-MAX_ENDPOINTS);
  return after;
}
