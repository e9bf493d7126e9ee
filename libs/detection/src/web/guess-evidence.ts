import type { WebRequest } from '@plimsoll/contracts';

import type { SmoothedCounts } from '../scoring/smoothed-counts.js';
import { evidenceOf, type WeightedEvidence } from '../scoring/weighted-evidence.js';
import { ceilingOf } from '../events/threshold.js';
import { addByAction, countsOf, endpointOf } from './web-contexts.js';
import { accountNats, learnAccount, triedAccount } from './tried-account.js';
import { isUnsafe, type Tries, type WebState } from './web-state.js';

/**
 * Tries of a credential that fail one after another, by one client at one endpoint: a person who mistyped soon gets in
 * or gives up, a guessing client goes on. Each further failure multiplies the likelihood of guessing by how much surer
 * it is there than in benign use, which learning counts: a sequential test, as threshold random walks find scanners
 * (Jung, Paxson, Berger, Balakrishnan 2004).
 *
 * Behind one address there may be many who fail one after another, and whoever gets in is seen as a session of its own:
 * there a row of failures is usual, and what tells a guesser is that it is faster than they are. Whoever sprays goes from
 * account to account. Each reading beyond the row's length is weighed with half of the belief. See decisions 0360, 0430.
 */
const PATH = 'credential-guessing';
const GOES_ON_GUESSING = 0.97;
/** Benign: that another failure follows a failure, before anything was learned; with the weight of so many failures. */
const GOES_ON_PRIOR = 0.5;
const PRIOR_FAILURES = 12;
/** Benign: where failures follow one another more often, a row of them says nothing, however long it grows. */
const ROWS_ARE_USUAL = 0.8;
const MOST_NATS = 16;
/** Belief in a reading beyond the length of the row. */
const HALF_NATS = Math.log(2);
/** Classes of the time between two failures: powers of two of milliseconds, up to 17 minutes. */
const MAX_PACE = 20;
/** Classes by which an address may be busier than it was: eight times as many failures as in learning are no guessing. */
const BUSIER = 3;
/** Tries further apart are not of one attempt: whoever waits longer is not seen. */
const APART_US = 900_000_000;
/** Endpoints of one client whose tries are remembered. */
const MAX_ENDPOINTS = 4;
/** Tries of a run that are kept until an alarm names them, and how many one alarm names beside its own. */
const MAX_UNTOLD = 16;
const TOLD_AT_ONCE = 3;
/** Fewest learned tries that show what getting in looks like. */
const FEWEST_TRIES = 5;

const SECRET_NAME = /pass(?:word|wd|phrase|code|wort)?$|^pass|passw|pwd|^pin$|^otp|secret/i;
/** In a path, or in what a parameter chooses: `op=login`. */
const SIGNS_IN = /(?:^|[/_.=&-])(?:log-?in|log-?on|sign-?in|signon|authenticate|auth|sessions?|token)(?:$|[/_.&-])/i;

type Outcome = 'failed' | 'passed';

/** What one try says beyond that it failed, nats. */
type Reading = Pick<Tries, 'pace' | 'accounts'>;
const NO_READING: Reading = { pace: 0, accounts: 0 };

/**
 * Counts how a try ended, how many failures follow a failure, and how soon. A row of failures ends once, whether its
 * client gets in, gives up or waits: so each first failure stands for one end.
 */
export function learnTries(table: SmoothedCounts, event: WebRequest, state: WebState): void {
  if (!triesCredential(event)) return;
  addByAction(table, 'tried', event, endOf(event));
  const outcome = outcomeOf(table, event);
  if (outcome === undefined) return;
  const before = lastTries(state, event);
  remember(state, event, outcome, NO_READING);
  if (before !== undefined) learnAccount(table, event, before.account);
  if (outcome === 'passed') return;
  addByAction(table, 'again', event, before === undefined ? 'ended' : 'failed');
  if (before !== undefined) addByAction(table, 'pace', event, String(paceOf(event.timeUs - before.lastUs)));
}

/** What the client's tries before say, with this one; alters `state`. */
export function guessEvidence(table: SmoothedCounts, event: WebRequest, state: WebState): WeightedEvidence[] {
  const outcome = triesCredential(event) ? outcomeOf(table, event) : undefined;
  if (outcome === undefined) return [];
  const before = lastTries(state, event);
  const sooner = before === undefined ? undefined : soonerThan(table, event, paceOf(event.timeUs - before.lastUs));
  const accounts = accountNats(table, event, before?.account);
  const after = remember(state, event, outcome, { pace: sooner?.nats ?? 0, accounts });
  // Whoever gets in at last, after all those failures, has guessed it.
  const tries = outcome === 'failed' ? after : before;
  if (tries === undefined || tries.failed < 2) return [];
  const again = countsOf(table, 'again', event);
  const goesOn = again.probability('failed', GOES_ON_PRIOR, PRIOR_FAILURES);
  const row = goesOn > ROWS_ARE_USUAL ? 0 : (tries.failed - 1) * Math.log(GOES_ON_GUESSING / goesOn);
  const strength = Math.min(row + readingNats(tries.pace) + readingNats(tries.accounts), MOST_NATS);
  const each = strength / (tries.failed - 1);
  const seconds = Math.max(Math.round((event.timeUs - tries.sinceUs) / 1_000_000), 1);
  const whose = readingNats(tries.accounts) > 0 ? ', of one account and then another' : '';
  const run = `${tries.failed} failed tries in a row at ${endpointOf(event)} by one client within ${seconds} s${whose}`;
  const observed = outcome === 'failed' ? run : `${run}, and then one that got in`;
  const learned = again.total;
  const soon = tries.pace > 0 && sooner !== undefined ? `, ${sooner.words}` : '';
  const expected =
    learned === 0
      ? 'no failed try in learning'
      : `of ${learned} learned tries that failed, ${again.count('failed')} followed another${soon}`;
  const kind = outcome === 'failed' ? 'failed-tries' : 'credential-found';
  const told = strength < ceilingOf(PATH) ? [] : tellEarlier(tries, event);
  const own = strength - told.length * each;
  return [
    { path: PATH, weight: own, evidence: evidenceOf(event, kind, observed, expected, strength) },
    ...told.map((earlier): WeightedEvidence => ({
      path: PATH,
      weight: each,
      evidence: evidenceOf(earlier, 'failed-try', `an earlier try of the ${tries.failed}, failed too`, expected, each),
    })),
  ];
}

/** What the pace of a row, or its accounts, add: the reading that heeds it, against the one that does not. */
function readingNats(nats: number): number {
  return Math.max(nats - HALF_NATS + Math.log1p(Math.exp(-nats)), 0);
}

/** The time between two failures by its class. */
function paceOf(apartUs: number): number {
  return Math.min(Math.max(Math.floor(Math.log2(apartUs / 1_000)), 0), MAX_PACE);
}

/**
 * What it says that one failure follows another so soon: by the share of learned ones, this one among them, that were no
 * slower than a busier address would make it, a bet that pays in the mean nothing where that is all there is (Vovk and
 * Wang 2021: ½/√p). Undefined where nothing was learned.
 */
function soonerThan(
  table: SmoothedCounts,
  event: WebRequest,
  pace: number,
): { nats: number; words: string } | undefined {
  const learned = countsOf(table, 'pace', event);
  const asSoon = learned.values.reduce((sum, [value, count]) => sum + (Number(value) <= pace + BUSIER ? count : 0), 0);
  if (learned.total === 0) return undefined;
  const share = (asSoon + 1) / (learned.total + 1);
  return { nats: -Math.log(2 * Math.sqrt(share)), words: `${asSoon} nearly as soon as this one` };
}

/** Tries of the run that no alarm has named, the latest first: each alarm catches up with some. Alters `tries`. */
function tellEarlier(tries: Tries, event: WebRequest): { id: string; timeUs: number }[] {
  const earlier = tries.untold.filter(({ id }) => id !== event.id);
  tries.untold = earlier.slice(0, -TOLD_AT_ONCE);
  return earlier.slice(-TOLD_AT_ONCE);
}

function triesCredential({ method, parameters, path, route, status, sessionBy }: WebRequest): boolean {
  if (sessionBy === 'authorization' && status === 401) return true;
  if (!isUnsafe(method)) return false;
  if (SIGNS_IN.test(path) || SIGNS_IN.test(route ?? '')) return true;
  return parameters.some(({ name, where }) => where === 'body' && SECRET_NAME.test(name));
}

/**
 * A refusal is a failure. So is a page where getting in, as learned, leads on, or a redirect back to the form: it is shown
 * again. Undefined where nothing tells: no answer, the server's own failure, or a status that is the same either way.
 */
function outcomeOf(table: SmoothedCounts, event: WebRequest): Outcome | undefined {
  const { status } = event;
  if (status === 0 || status >= 500) return undefined;
  if (status >= 400) return 'failed';
  const tried = countsOf(table, 'tried', event);
  const onwards = tried.values.reduce((sum, [end, count]) => sum + (leadsOn(end) ? count : 0), 0);
  const known = tried.total >= FEWEST_TRIES && onwards * 2 > tried.total;
  return known && !leadsOn(endOf(event)) ? 'failed' : 'passed';
}

/** How a try ended, as it is learned: the status, and whether a redirect leads back. */
function endOf({ status, leadsBack }: WebRequest): string {
  return leadsBack === true ? `${status} back` : String(status);
}

function leadsOn(end: string): boolean {
  return !end.endsWith('back') && isRedirect(Number(end));
}

function isRedirect(status: number): boolean {
  return status >= 300 && status < 400;
}

/** The client's failures at this endpoint, where the last is not long ago. */
function lastTries(state: WebState, event: WebRequest): Tries | undefined {
  const endpoint = endpointOf(event);
  const known = state.tries.find((one) => one.endpoint === endpoint);
  return known === undefined || event.timeUs - known.lastUs > APART_US ? undefined : known;
}

/** Takes the try into the client's memory, with what its pace and its account say; what it then is. */
function remember(state: WebState, event: WebRequest, outcome: Outcome, says: Reading): Tries | undefined {
  const endpoint = endpointOf(event);
  const { timeUs } = event;
  const before = lastTries(state, event);
  const others = state.tries.filter((one) => one.endpoint !== endpoint);
  if (outcome === 'passed') {
    state.tries = others;
    return undefined;
  }
  const after = {
    endpoint,
    failed: (before?.failed ?? 0) + 1,
    sinceUs: before?.sinceUs ?? timeUs,
    lastUs: timeUs,
    // What was slow before a fast row does not speak for it.
    pace: Math.max((before?.pace ?? 0) + says.pace, 0),
    accounts: Math.max((before?.accounts ?? 0) + says.accounts, 0),
    account: triedAccount(event) ?? before?.account,
    untold: [...(before?.untold ?? []), { id: event.id, timeUs }].slice(-MAX_UNTOLD),
  };
  state.tries = [...others, after].slice(-MAX_ENDPOINTS);
  return after;
}
