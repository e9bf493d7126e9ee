import type { WebRequest } from '@plimsoll/contracts';

import type { Learned, SmoothedCounts } from '../scoring/smoothed-counts.js';
import {
  evidenceOf,
  logLikelihoodRatio,
  overlapping,
  sum,
  type WeightedEvidence,
} from '../scoring/weighted-evidence.js';
import { initiatorKinds, type Initiator } from './initiator.js';
import { methodClass, mostUsual, precedingEvidence } from './origin-evidence.js';
import { actionOf, countsOf, gapStep, pathWithoutSlash, viewCounts } from './web-contexts.js';
import { DELIVERY_SPAN_US, type Delivery, type WebState } from './web-state.js';

/**
 * What an injected script does. Its requests are same-origin and look ordinary. What gives them away is what the script's
 * text names, seen when it came in; that the session was served a script that did not belong to its page, or was shown a
 * page where the text may stand; and that the write came from there at once, made by a script where users click, and not
 * by way of the pages that lead to it.
 */

/** A text that runs as a script names the request. The probabilities hold before any such text came in; then few requests of all are named by it. */
const NAMED_FIRED = 0.6;
const NAMED_BENIGN = { fields: 5e-4, path: 1e-2 } as const;
/** Of requests that a text names: made from a page where it may stand. */
const PAGE_FIRED = 0.8;
const PAGE_BENIGN = 0.1;
/** The text and the page that served it tell of one script. */
const SCRIPT_SHARE = 0.5;
/** That a script was there is no proof that it, and not its page's reader, made this request: the rest has to say that. */
const MOST_SCRIPT_NATS = 10.2;
/** A script that was seen to come in, and does not name the request: one that hides what it does, or another's. */
const MOST_UNNAMED_NATS = 5;
/** Of one whose text does not tell what it asks for, that it names nothing says nothing; whose request it is, the rest says. */
const MOST_UNREAD_NATS = 8;
/** Such a script may stand on the page that the request came from: few requests do before any such text came in. */
const UNREAD_FIRED = 0.6;
const UNREAD_BENIGN = 3e-3;

const NEW_PRECEDING_FIRED = 0.85;
/** A script may well write from the page that usually leads there. */
const KNOWN_PRECEDING_FIRED = 0.3;
/** Referer and last visit tell of the same page. */
const PAGE_SHARE = 0.3;

/** A script acts within a second of its page, most within a quarter of one. */
const SOON_FIRED = [0.55, 0.65, 0.75] as const;
const SOON_STEPS = [gapStep(244_000), gapStep(610_000), gapStep(1_500_000)] as const;
/** Some wait for a movement of the mouse, or for their turn. */
const LATE_FIRED = 0.1;
const MOST_SOON_NATS = 4;
const PRIOR_GAPS = 6;

const INITIATOR_FIRED: Readonly<Record<Initiator, number>> = {
  click: 0.01,
  navigation: 0.16,
  frame: 0.06,
  page: 0.23,
  script: 0.6,
  image: 0.14,
  other: 0.03,
};
/** Before an application is known: forms are sent by users, many by scripts, hardly any by images. */
const INITIATOR_PRIOR: Readonly<Record<Initiator, number>> = {
  click: 0.38,
  navigation: 0.3,
  frame: 0.02,
  page: 0.7,
  script: 0.27,
  image: 0.01,
  other: 0.02,
};
const PRIOR_INITIATORS = 4;
const LEAST_LEARNED = 5;
const MOST_INITIATOR_NATS = 4;

/** Of scripts that ask for what parameters choose: they word it otherwise than the pages do. */
const NEW_ACTION_FIRED = 0.3;
const MOST_NEW_ACTION_NATS = 4;

/** Of reads, only those that scripts hardly ever make are scored: what a page's own scripts ask for says nothing. */
const LEAST_READ_NATS = 1.5;

/** Whether a write, or a read that no page's script makes, was made by a script that somebody brought in. */
export function firedEvidence(
  table: SmoothedCounts,
  event: WebRequest,
  state: WebState,
  changes: boolean,
): WeightedEvidence[] {
  if (!changes && !isOddRead(table, event, state)) return [];
  const scripts = bounded(
    overlapping(
      [...namedEvidence(event, state), ...deliveryEvidence(event, state), ...unreadEvidence(event, state)],
      SCRIPT_SHARE,
    ),
    MOST_SCRIPT_NATS,
  );
  const pages = overlapping(
    [fromEvidence(table, event), precedingOf(table, event, state)].filter((observation) => observation !== undefined),
    PAGE_SHARE,
  );
  const others = [soonEvidence(table, event, state), initiatorEvidence(table, event)].filter(
    (observation) => observation !== undefined,
  );
  const action = scripts.length > 0 ? newActionEvidence(table, event) : undefined;
  return [...scripts, ...pages, ...others, ...(action === undefined ? [] : [action])];
}

/**
 * An action that nobody asked for in learning, of those that parameters choose: pages' own scripts ask for what they
 * always do, a script that was brought in words its operations itself. How seldom the next request is of a new action:
 * Good 1953.
 */
function newActionEvidence(table: SmoothedCounts, event: WebRequest): WeightedEvidence | undefined {
  const asked = viewCounts(table, 'actions', event);
  const learned = asked.total;
  if (event.route === undefined || learned === 0 || asked.count(actionOf(event)) > 0) return undefined;
  const strength = logLikelihoodRatio(NEW_ACTION_FIRED, asked.probabilityOfNew());
  if (strength <= 0) return undefined;
  return {
    path: 'xss',
    weight: Math.min(strength, MOST_NEW_ACTION_NATS),
    evidence: evidenceOf(
      event,
      'new-action',
      `nobody asked for ${actionOf(event)} before`,
      `none of ${learned} learned requests`,
      strength,
    ),
  };
}

/**
 * A page that users ask for, asked for by a script: it is read to be sent elsewhere. Of a page that learning saw seldom,
 * it must be that a script which came in names the request with all its fields, or may name anything, and that none was seen
 * to ask for it.
 */
function isOddRead(table: SmoothedCounts, event: WebRequest, state: WebState): boolean {
  const [said] = initiatorKinds(event);
  if (said?.value !== 'script') return false;
  const learned = countsOf(table, said.kind, event);
  if (learned.total < LEAST_LEARNED) {
    const mayName = event.namedInScript?.fields === true || unreadEvidence(event, state).length > 0;
    return learned.count('script') === 0 && (mayName || deliveriesTo(event, state).some(({ unread }) => unread));
  }
  return (initiatorEvidence(table, event)?.weight ?? 0) >= LEAST_READ_NATS;
}

/** The observations, all in one measure weaker where together they exceed `most`. */
function bounded(observations: readonly WeightedEvidence[], most: number): WeightedEvidence[] {
  const share = Math.min(most / Math.max(sum(observations), 1), 1);
  return observations.map((observation) => ({ ...observation, weight: observation.weight * share }));
}

function namedEvidence(event: WebRequest, state: WebState): WeightedEvidence[] {
  const named = event.namedInScript;
  if (named === undefined) return [];
  const served = deliveriesTo(event, state).some(({ parameter }) => parameter !== undefined);
  const there = served || pagesOf(event, state).some((page) => named.pages.includes(page));
  const strength =
    logLikelihoodRatio(NAMED_FIRED, named.fields ? NAMED_BENIGN.fields : NAMED_BENIGN.path) +
    (there ? logLikelihoodRatio(PAGE_FIRED, PAGE_BENIGN) : logLikelihoodRatio(1 - PAGE_FIRED, 1 - PAGE_BENIGN));
  const what = named.fields ? 'the path and every field of this request' : 'the path of this request';
  const observed =
    `a script in the parameter ${JSON.stringify(named.parameter)} of an earlier request names ${what}` +
    (there ? ', which came from a page where it may stand' : '');
  const evidence = evidenceOf(event, 'named-in-script', observed, 'no script that came in names it', strength);
  return [{ path: 'xss', weight: strength, evidence }];
}

/** A script that may ask for anything may stand on the page which the request came from. */
function unreadEvidence(event: WebRequest, state: WebState): WeightedEvidence[] {
  const script = unreadOf(event, state);
  if (script === undefined) return [];
  const strength = logLikelihoodRatio(UNREAD_FIRED, UNREAD_BENIGN);
  const observed = `the parameter ${JSON.stringify(script.parameter)} of an earlier request brought a script that is loaded from elsewhere, or put together as it runs, and may stand on the page that this one came from`;
  const evidence = evidenceOf(event, 'unread-script', observed, 'pages run no scripts but their own', strength);
  return [{ path: 'xss', weight: strength, evidence }];
}

function unreadOf(event: WebRequest, state: WebState): WebRequest['unreadScript'] {
  const { unreadScript } = event;
  return unreadScript !== undefined && pagesOf(event, state).some((page) => unreadScript.pages.includes(page))
    ? unreadScript
    : undefined;
}

/** The event of the request that brought the script which made this one, as far as that was seen. */
export function plantedBy(event: WebRequest, state: WebState): string | undefined {
  const served = deliveriesTo(event, state).filter(({ planted }) => planted !== undefined);
  return event.namedInScript?.event ?? served.at(-1)?.planted ?? unreadOf(event, state)?.event;
}

/** The page that the browser says the request came from, or else those that the session was shown of late. */
function pagesOf(event: WebRequest, state: WebState): string[] {
  if (event.refererPath !== undefined) return [event.refererPath];
  const recent = state.pages.filter(({ timeUs }) => event.timeUs - timeUs <= DELIVERY_SPAN_US);
  return recent.map(({ path }) => path);
}

/** Scripts served of late to the session, on the page that the request came from. */
function deliveriesTo(event: WebRequest, state: WebState): Delivery[] {
  const from = event.refererPath === undefined ? undefined : pathWithoutSlash(event.refererPath);
  return state.deliveries.filter(
    ({ timeUs, path, page }) =>
      event.timeUs >= timeUs &&
      event.timeUs - timeUs <= DELIVERY_SPAN_US &&
      (from === undefined || from === path || from === page),
  );
}

function deliveryEvidence(event: WebRequest, state: WebState): WeightedEvidence[] {
  const delivery = deliveriesTo(event, state).reduce<Delivery | undefined>(
    (worst, next) => (worst === undefined || next.nats >= worst.nats ? next : worst),
    undefined,
  );
  if (delivery === undefined) return [];
  const source =
    delivery.parameter === undefined
      ? 'what it never had, or a part that was not seen'
      : `a script that the parameter ${JSON.stringify(delivery.parameter)} brought`;
  const observed = `${delivery.path} served this session ${source}, ${Math.round((event.timeUs - delivery.timeUs) / 1000)} ms before it wrote (${delivery.event})`;
  const expected = 'pages serve the scripts that they had in learning';
  const named = delivery.parameter === undefined || event.namedInScript !== undefined;
  const most = delivery.unread === true ? MOST_UNREAD_NATS : MOST_UNNAMED_NATS;
  const strength = named ? delivery.nats : Math.min(delivery.nats, most);
  const evidence = evidenceOf(event, 'script-served', observed, expected, strength);
  return [{ path: 'xss', weight: strength, evidence }];
}

function fromEvidence(table: SmoothedCounts, event: WebRequest): WeightedEvidence | undefined {
  if (event.refererPath === undefined) return undefined;
  const learned = countsOf(table, 'from', event);
  if (learned.total < 5) return undefined;
  const known = learned.count(event.refererPath);
  const strength =
    known > 0
      ? Math.min(logLikelihoodRatio(KNOWN_PRECEDING_FIRED, learned.probability(event.refererPath, 0.01, 1)), 0)
      : logLikelihoodRatio(NEW_PRECEDING_FIRED, learned.probabilityOfNew());
  return {
    path: 'xss',
    weight: strength,
    evidence: evidenceOf(
      event,
      'write-from-page',
      () => `${actionOf(event)} came from ${event.refererPath}`,
      () => `from ${mostUsual(learned)} of ${learned.total}`,
      strength,
    ),
  };
}

function precedingOf(table: SmoothedCounts, event: WebRequest, state: WebState): WeightedEvidence | undefined {
  const preceding = precedingEvidence(table, event, state, NEW_PRECEDING_FIRED, KNOWN_PRECEDING_FIRED);
  return preceding && { ...preceding, path: 'xss' };
}

/** People read first: how soon after a page this action is asked for, learned by action, and by endpoint where that saw little. */
function soonEvidence(table: SmoothedCounts, event: WebRequest, { previous }: WebState): WeightedEvidence | undefined {
  if (previous === undefined) return undefined;
  const gapUs = event.timeUs - previous.timeUs;
  const step = gapStep(gapUs);
  const level = SOON_STEPS.findIndex((limit) => step <= limit);
  const limit = SOON_STEPS[level === -1 ? SOON_STEPS.length - 1 : level] ?? 0;
  const fired = SOON_FIRED[level === -1 ? SOON_FIRED.length - 1 : level] ?? 0;
  const wide = shareWithin(viewCounts(table, 'gap', event, methodClass(event)), limit, 0.25);
  const share = shareWithin(countsOf(table, 'gap', event), limit, wide);
  const strength =
    level === -1 ? Math.min(logLikelihoodRatio(LATE_FIRED, 1 - share), 0) : logLikelihoodRatio(fired, share);
  return {
    path: 'xss',
    weight: Math.min(strength, MOST_SOON_NATS),
    evidence: evidenceOf(
      event,
      'write-at-once',
      () => `${Math.round(gapUs / 1000)} ms after the page`,
      () => `as soon in ${Math.round(share * 100)} % of learned requests of this kind`,
      strength,
    ),
  };
}

/** Share of gaps up to a step, drawn towards `prior`. */
function shareWithin({ total, values }: Learned, limit: number, prior: number): number {
  const within = values.reduce((n, [value, count]) => n + (value !== 'first' && Number(value) <= limit ? count : 0), 0);
  return (within + PRIOR_GAPS * prior) / (total + PRIOR_GAPS);
}

/** Who in the browser made the request, against who does so in learning. */
function initiatorEvidence(table: SmoothedCounts, event: WebRequest): WeightedEvidence | undefined {
  const [said] = initiatorKinds(event);
  if (said === undefined) return undefined;
  const { kind, value: initiator } = said;
  const wide = viewCounts(table, kind, event, methodClass(event));
  const own = countsOf(table, kind, event);
  const prior = wide.probability(initiator, INITIATOR_PRIOR[initiator], PRIOR_INITIATORS);
  const strength = logLikelihoodRatio(INITIATOR_FIRED[initiator], own.probability(initiator, prior, PRIOR_INITIATORS));
  return {
    path: 'xss',
    weight: Math.min(strength, MOST_INITIATOR_NATS),
    evidence: evidenceOf(
      event,
      'initiator',
      () => `the browser made it by ${initiator}`,
      () => usualInitiator(own),
      strength,
    ),
  };
}

function usualInitiator({ total, values }: Learned): string {
  const [usual] = values;
  return usual === undefined ? 'never learned' : `by ${usual[0]} in ${usual[1]} of ${total}`;
}
