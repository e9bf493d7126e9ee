import type { WebRequest } from '@plimsoll/contracts';

import type { Learned, SmoothedCounts } from '../scoring/smoothed-counts.js';
import { evidenceOf, logLikelihoodRatio, overlapping, type WeightedEvidence } from '../scoring/weighted-evidence.js';
import { changes, learnChanges } from './changes.js';
import {
  comesFromElsewhere,
  foreignSiteEvidence,
  learnForeignSite,
  learnSite,
  seldomActionEvidence,
} from './foreign-site.js';
import { initiatorKinds, initiatorOf } from './initiator.js';
import { learnSentOn, sentOnEvidence } from './sent-on.js';
import {
  actionOf,
  addByAction,
  countsOf,
  endpointCountsByHabit,
  endpointOf,
  gapStep,
  pathCounts,
  pathOf,
  viewCounts,
} from './web-contexts.js';
import { habit, isUnsafe, type WebState } from './web-state.js';

/**
 * Where a request that changes something says it comes from, and what led to it: what a forged request cannot choose
 * freely. Each header is scored by what its client does otherwise (a browser that never sends a Referer is not suspect
 * for sending none now), and by what is usual at this endpoint.
 */
type Probabilities = Readonly<Record<string, number>>;

/** Probabilities by habit: what a client never sends it does not send with a forged request either. */
type ByHabit = Readonly<Record<'sends' | 'omits' | 'unknown', Probabilities>>;

const REFERER_FORGED: ByHabit = {
  sends: { foreign: 0.6, absent: 0.3, 'same-site': 0.02, same: 0.05, null: 0.03 },
  omits: { foreign: 0.1, absent: 0.86, 'same-site': 0.01, same: 0.02, null: 0.01 },
  unknown: { foreign: 0.5, absent: 0.4, 'same-site': 0.02, same: 0.05, null: 0.03 },
};
const REFERER_PRIOR: ByHabit = {
  sends: { same: 0.98, absent: 0.01, 'same-site': 0.005, foreign: 0.002, null: 0.003 },
  omits: { same: 0.05, absent: 0.94, 'same-site': 0.002, foreign: 0.003, null: 0.005 },
  unknown: { same: 0.8, absent: 0.18, 'same-site': 0.005, foreign: 0.01, null: 0.005 },
};
const ORIGIN_FORGED: ByHabit = {
  sends: { foreign: 0.55, null: 0.28, absent: 0.12, 'same-site': 0.02, same: 0.03 },
  omits: { foreign: 0.1, null: 0.3, absent: 0.57, 'same-site': 0.01, same: 0.02 },
  unknown: { foreign: 0.5, null: 0.25, absent: 0.2, 'same-site': 0.02, same: 0.03 },
};
const ORIGIN_PRIOR: ByHabit = {
  sends: { same: 0.98, absent: 0.008, null: 0.005, 'same-site': 0.005, foreign: 0.002 },
  omits: { same: 0.05, absent: 0.6, null: 0.345, 'same-site': 0.002, foreign: 0.003 },
  unknown: { same: 0.85, absent: 0.1, null: 0.035, 'same-site': 0.005, foreign: 0.01 },
};
const SITE_FORGED: ByHabit = {
  sends: { 'cross-site': 0.9, absent: 0.03, none: 0.01, 'same-site': 0.03, 'same-origin': 0.02, other: 0.01 },
  omits: { 'cross-site': 0.04, absent: 0.95, none: 0.002, 'same-site': 0.002, 'same-origin': 0.004, other: 0.002 },
  unknown: { 'cross-site': 0.6, absent: 0.33, none: 0.01, 'same-site': 0.03, 'same-origin': 0.02, other: 0.01 },
};
const SITE_PRIOR: ByHabit = {
  sends: { 'same-origin': 0.95, 'same-site': 0.02, none: 0.02, absent: 0.005, 'cross-site': 0.003, other: 0.002 },
  omits: { absent: 0.97, 'same-origin': 0.02, 'same-site': 0.002, none: 0.004, 'cross-site': 0.002, other: 0.002 },
  unknown: { 'same-origin': 0.6, absent: 0.35, 'same-site': 0.02, none: 0.02, 'cross-site': 0.008, other: 0.002 },
};
/** Weight of the priors, in requests. */
const PRIOR_REQUESTS = 30;
const NEW_METHOD_FORGED = 0.4;
const NEW_METHOD_PRIOR = 0.002;
const NEW_PRECEDING_FORGED = 0.75;
/** Of a known preceding, how much likelier it is in benign use; a victim may have been anywhere. */
const KNOWN_PRECEDING_FORGED = 0.25;
/** The headers are set by one browser for one reason; beside the strongest, the others tell half as much. */
const HEADER_SHARE = 0.5;

/** In a line of a log, that a header is absent says little. */
const MOST_ABSENT_NATS = 1;

interface Header {
  readonly kind: 'referer' | 'origin' | 'site';
  readonly value: string;
  readonly habit: 'sends' | 'omits' | 'unknown';
  readonly forged: Probabilities;
  readonly prior: Probabilities;
  readonly words: string;
}

export function learnOrigin(table: SmoothedCounts, event: WebRequest, state: WebState): void {
  const endpoint = endpointOf(event);
  learnChanges(table, event);
  table.add(`method|${event.view}|${pathOf(event)}`, event.method);
  if (event.refererPath !== undefined) addByAction(table, 'from', event, event.refererPath);
  addByAction(table, 'lead', event, state.previous?.endpoint ?? 'none');
  addByAction(table, 'gap', event, gapOf(event, state));
  table.add(`gap|${event.view}|${methodClass(event)}`, gapOf(event, state));
  for (const { kind, value } of initiatorKinds(event)) {
    addByAction(table, kind, event, value);
    table.add(`${kind}|${event.view}|${methodClass(event)}`, value);
  }
  learnSite(table, event);
  if (!changes(table, event)) return;
  learnForeignSite(table, event);
  learnSentOn(table, event, state);
  for (const header of headersOf(event, state)) {
    table.add(`${header.kind}|${event.view}|${endpoint}|${header.habit}`, header.value);
    table.add(`${header.kind}|${event.view}|${methodClass(event)}|${header.habit}`, header.value);
  }
}

/** Time since the session's last page, in steps. */
function gapOf(event: WebRequest, { previous }: WebState): string {
  return previous === undefined ? 'first' : String(gapStep(event.timeUs - previous.timeUs));
}

export function originEvidence(
  table: SmoothedCounts,
  event: WebRequest,
  state: WebState,
  changes: boolean,
): WeightedEvidence[] {
  if (!changes || event.method === 'OPTIONS') return [];
  const declared = comesFromElsewhere(event);
  const headers = declared
    ? foreignSiteEvidence(table, event)
    : overlapping(
        headersOf(event, state).map((header) => headerEvidence(table, event, header)),
        HEADER_SHARE,
      );
  const redirected = sentOnEvidence(table, event, state);
  const observations = [...headers, ...methodEvidence(table, event)];
  if (redirected !== undefined) observations.push(redirected);
  const hides = !declared && (redirected !== undefined || hidesOrigin(event, state));
  const action = hides ? seldomActionEvidence(table, event) : undefined;
  if (action !== undefined) observations.push(action);
  const preceding = precedingEvidence(table, event, state, NEW_PRECEDING_FORGED, KNOWN_PRECEDING_FORGED);
  // A victim may have been anywhere before, the right page included: of another site's request that excuses nothing. Nor
  // does a wrong page accuse a link: those of mails and other sites lead past the application's own pages.
  const tells = !declared || redirected !== undefined || isUnsafe(event.method);
  if (preceding && tells && (!declared || preceding.weight > 0)) observations.push({ ...preceding, path: 'csrf' });
  return observations;
}

/** Whether a browser that says where its changes come from hides it now, as frames without an origin of their own do. */
function hidesOrigin({ method, origin }: WebRequest, state: WebState): boolean {
  return isUnsafe(method) && origin === 'null' && habit(state.origin) === 'sends';
}

function headersOf(event: WebRequest, state: WebState): Header[] {
  const headers: Header[] = [];
  const add = (
    kind: Header['kind'],
    value: string | undefined,
    from: WebState['referer'],
    forged: ByHabit,
    priors: ByHabit,
    words: string,
  ): void => {
    if (value === undefined) return;
    const usual = habit(from);
    headers.push({ kind, value, habit: usual, forged: forged[usual], prior: priors[usual], words });
  };
  add('referer', event.referer, state.referer, REFERER_FORGED, REFERER_PRIOR, 'Referer');
  // Browsers send Origin with what changes something; that a GET has none says nothing.
  if (isUnsafe(event.method)) add('origin', event.origin, state.origin, ORIGIN_FORGED, ORIGIN_PRIOR, 'Origin');
  add('site', event.fetchSite, state.fetchSite, SITE_FORGED, SITE_PRIOR, 'Sec-Fetch-Site');
  return headers;
}

function headerEvidence(table: SmoothedCounts, event: WebRequest, header: Header): WeightedEvidence {
  const own = endpointCountsByHabit(table, header.kind, event, header.habit);
  const wide = viewCounts(table, header.kind, event, methodClass(event), header.habit);
  const benign = own.probability(
    header.value,
    wide.probability(header.value, header.prior[header.value] ?? 0.002, PRIOR_REQUESTS),
    5,
  );
  const said = logLikelihoodRatio(header.forged[header.value] ?? 0.01, benign);
  // A log may leave a header out, and a program sends none; a browser's own request has it, and only browsers are tricked.
  const says = event.view === 'exchange' && !isProgram(event);
  const strength = header.value === 'absent' && !says ? Math.min(said, MOST_ABSENT_NATS) : said;
  return {
    path: 'csrf',
    weight: strength,
    evidence: evidenceOf(
      event,
      `${header.kind}-of-write`,
      () => `${header.words} is ${header.value} on ${endpointOf(event)}, which changes data`,
      () => usualHeader(own, wide),
      strength,
    ),
  };
}

function usualHeader(own: Learned, wide: Learned): string {
  const usual = own.values[0] ?? wide.values[0];
  return usual === undefined
    ? 'same origin'
    : `${usual[0]} in ${usual[1]} of ${Math.max(own.total, usual[1])} learned requests of such clients`;
}

/** Shows nothing that browsers show: who asks and what for, an origin, a page that it came from. */
function isProgram(event: WebRequest): boolean {
  return initiatorOf(event) === undefined && event.origin === 'absent' && event.referer === 'absent';
}

/** A method that the path was never asked with, though it is one that changes something. */
function methodEvidence(table: SmoothedCounts, event: WebRequest): WeightedEvidence[] {
  const learned = pathCounts(table, 'method', event);
  if (learned.total === 0 || learned.count(event.method) > 0) return [];
  const strength = logLikelihoodRatio(NEW_METHOD_FORGED, learned.probability(event.method, NEW_METHOD_PRIOR, 20));
  const usual = learned.values.map(([method, count]) => `${method} ${count}`);
  return [
    {
      path: 'csrf',
      weight: strength,
      evidence: evidenceOf(
        event,
        'new-method',
        `${event.method} on ${pathOf(event)}`,
        `learned: ${usual.join(', ')}`,
        strength,
      ),
    },
  ];
}

/** What the session did right before: pages that lead here, or others. Undefined where learning saw too little of the endpoint. */
export function precedingEvidence(
  table: SmoothedCounts,
  event: WebRequest,
  state: WebState,
  whenNew: number,
  whenKnown: number,
): WeightedEvidence | undefined {
  const learned = leadingTo(table, event);
  if (learned.total < 5) return undefined;
  const preceding = state.previous?.endpoint ?? 'none';
  const known = learned.count(preceding) > 0;
  const strength = known
    ? logLikelihoodRatio(whenKnown, learned.probability(preceding, 0.01, 1)) // a preceding that is rare in benign use excuses little
    : logLikelihoodRatio(whenNew, learned.probabilityOfNew());
  return {
    path: 'csrf',
    weight: known ? Math.min(strength, 0) : strength,
    evidence: evidenceOf(
      event,
      'navigation',
      () => `${actionOf(event)} after ${preceding}`,
      () => `after ${mostUsual(learned)} of ${learned.total}`,
      strength,
    ),
  };
}

/** The two most frequent values with their counts, in words. */
export function mostUsual({ values }: Learned): string {
  const usual = values.slice(0, 2).map(([value, count]) => `${value} (${count})`);
  return usual.join(' or ');
}

/** What led to the action in learning, or to its path by the method that it was learned with. */
function leadingTo(table: SmoothedCounts, event: WebRequest): Learned {
  const own = countsOf(table, 'lead', event);
  if (own.total > 0) return own;
  const usual = pathCounts(table, 'method', event).values.find(([method]) => isUnsafe(method));
  return usual === undefined ? own : viewCounts(table, 'lead', event, `${usual[0]} ${pathOf(event)}`);
}

export function methodClass({ method }: WebRequest): string {
  return isUnsafe(method) ? 'unsafe' : 'safe';
}
