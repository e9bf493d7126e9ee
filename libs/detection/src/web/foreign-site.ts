import type { WebRequest } from '@plimsoll/contracts';

import type { SmoothedCounts } from '../scoring/smoothed-counts.js';
import { evidenceOf, logLikelihoodRatio, type WeightedEvidence } from '../scoring/weighted-evidence.js';
import { initiatorOf, type Initiator } from './initiator.js';
import { actionOf, addByAction, countsOf, endpointOf, viewCounts } from './web-contexts.js';
import { isUnsafe } from './web-state.js';

/**
 * A request that changes data and of which the browser itself says that another site made it. Few endpoints are there to
 * receive such requests (a payment's return, a single sign-on), and those that are receive them from few sites: whether
 * an endpoint is one of them is learned by endpoint, and as a share of all that change data.
 */
const FORGED = 0.9;
/** Share of changing endpoints that receive requests of other sites, before anything is known, and its weight in endpoints. */
const RECEIVING_PRIOR = 0.01;
const PRIOR_ENDPOINTS = 25;
/** Sites that an endpoint's requests come from: probability of one never seen, before any was. */
const NEW_SITE_PRIOR = 0.3;
/** The same of links that are followed: mails and pages that link to an application are many, and each is new once. */
const NEW_LINKING_SITE = 0.5;
/** Share of forged requests that are of an action never learned: whoever forges takes what is offered, used or not. */
const FORGED_NEW_ACTION = 0.5;
/** What that says at most of a link: pages elsewhere link to what its readers seldom use. */
const MOST_SELDOM_LINK_NATS = 3;
/** A site that the application's users come from anyway (an identity provider, the company's own mails) seldom attacks it. */
const FORGED_BY_KNOWN_SITE = 0.02;

/**
 * Who makes a GET of another site: links are followed, from mails and pages anywhere; a forged one is more often an image
 * or a frame. A page of which no more is known may be any of them.
 */
const FORGED_GET: Readonly<Record<Initiator, number>> = {
  click: 0.04,
  navigation: 0.11,
  frame: 0.2,
  page: 1,
  script: 0.1,
  image: 0.5,
  other: 0.05,
};
const LINKED_GET: Readonly<Record<Initiator, number>> = {
  click: 0.6,
  navigation: 0.36,
  frame: 0.015,
  page: 1,
  script: 0.005,
  image: 0.01,
  other: 0.01,
};

/** A client may be read wrongly: so many links look like an image, or like a script's request, though nothing embeds them. */
const MISREAD = 1e-4;

/**
 * Whether the browser declares that another site made the request, or another origin of the same site: that one is as much a
 * stranger where learning saw none of it. Sec-Fetch-Site, where it is sent, has the last word.
 */
export function comesFromElsewhere({ fetchSite, origin, referer }: WebRequest): boolean {
  if (fetchSite !== undefined && fetchSite !== 'absent') return fetchSite === 'cross-site' || fetchSite === 'same-site';
  return isElsewhere(origin) || isElsewhere(referer);
}

function isElsewhere(relation: WebRequest['origin']): boolean {
  return relation === 'foreign' || relation === 'same-site';
}

/** The sites that users come from, to whatever page. */
export function learnSite(table: SmoothedCounts, event: WebRequest): void {
  if (comesFromElsewhere(event)) table.add(`sites|${event.view}`, event.foreignSite ?? '');
}

export function learnForeignSite(table: SmoothedCounts, event: WebRequest): void {
  const foreign = comesFromElsewhere(event);
  addByAction(table, 'elsewhere', event, foreign ? 'yes' : 'no');
  table.add(`changing|${event.view}`, endpointOf(event));
  if (!foreign) return;
  table.add(`receiving|${event.view}`, endpointOf(event));
  addByAction(table, 'sites', event, event.foreignSite ?? '');
}

export function foreignSiteEvidence(table: SmoothedCounts, event: WebRequest): WeightedEvidence[] {
  const benign = probabilityOfForeign(table, event);
  const strength = logLikelihoodRatio(FORGED, benign);
  const learned = countsOf(table, 'elsewhere', event);
  const observations: WeightedEvidence[] = [
    {
      path: 'csrf',
      weight: strength,
      evidence: evidenceOf(
        event,
        'site-of-write',
        `another site made this ${endpointOf(event)}, which changes data`,
        `${learned.count('yes')} of ${learned.total} learned requests came from other sites`,
        strength,
      ),
    },
  ];
  const action = isUnsafe(event.method) || isAskedWithin(table, event) ? seldomActionEvidence(table, event) : undefined;
  if (action !== undefined) observations.push(action);
  const site = siteEvidence(table, event);
  if (site !== undefined) observations.push(site);
  const initiator = initiatorOf(event);
  if (isUnsafe(event.method) || initiator === undefined) return observations;
  const kind = logLikelihoodRatio(FORGED_GET[initiator], probabilityOfInitiator(table, event, initiator));
  const observed = `the browser made it by ${initiator}`;
  return [
    ...observations,
    {
      path: 'csrf',
      weight: kind,
      evidence: evidenceOf(event, 'initiator', observed, 'links of other sites are clicked', kind),
    },
  ];
}

/**
 * Probability that a benign GET of another site is made so. What learning always saw as a page is hardly ever shown as an
 * image or asked for by a script, whoever links to it: whether an action is embedded anywhere is a matter of the action,
 * and where it is, it is so in some unknown share of its requests (Laplace).
 */
function probabilityOfInitiator(table: SmoothedCounts, event: WebRequest, initiator: Initiator): number {
  const linked = LINKED_GET[initiator];
  if (initiator !== 'image' && initiator !== 'script' && initiator !== 'other') return linked;
  const asked = countsOf(table, 'asked', event);
  const embedded = asked.count(initiator);
  if (embedded > 0) return Math.max(linked, embedded / (asked.total + 1));
  const isEmbedded = linked / (linked + (1 - linked) * (asked.total + 1));
  return Math.max(isEmbedded / (asked.total + 2), Math.min(linked, MISREAD));
}

/**
 * Whether it is an action of the application's own pages, of which the browser does not say that a link was followed there:
 * newsletters link to what is seldom used. Of one that nobody asked for, a link in a mail may well be the only one.
 */
function isAskedWithin(table: SmoothedCounts, event: WebRequest): boolean {
  const learned = countsOf(table, 'elsewhere', event);
  return learned.total > 0 && learned.count('yes') === 0 && !isFollowedLink(event);
}

/**
 * How seldom users ask for the action: whoever forges a request takes what the application offers, used or not, so that an
 * action without a habit is not excused by having none. Of what was never learned, how seldom the next request is of a new
 * action (Good 1953).
 */
export function seldomActionEvidence(table: SmoothedCounts, event: WebRequest): WeightedEvidence | undefined {
  const actions = viewCounts(table, 'actions', event);
  const learned = actions.total;
  if (learned === 0) return undefined;
  const asked = actions.count(actionOf(event));
  const targets = viewCounts(table, 'changing', event).distinct;
  const strength =
    asked > 0
      ? logLikelihoodRatio((1 - FORGED_NEW_ACTION) / Math.max(targets, 1), asked / learned)
      : logLikelihoodRatio(FORGED_NEW_ACTION, actions.probabilityOfNew());
  if (strength <= 0) return undefined;
  const weight = isUnsafe(event.method) ? strength : Math.min(strength, MOST_SELDOM_LINK_NATS);
  const observed = asked > 0 ? `${actionOf(event)} is seldom asked for` : `nobody asked for ${actionOf(event)} before`;
  const expected = `${asked} of ${learned} learned requests`;
  return {
    path: 'csrf',
    weight,
    evidence: evidenceOf(event, 'seldom-action', observed, expected, weight),
  };
}

/**
 * Whether users of the application ever came from that site, to whatever action. Where the action itself receives such
 * requests, its own sites answer.
 */
function siteEvidence(table: SmoothedCounts, event: WebRequest): WeightedEvidence | undefined {
  const sites = viewCounts(table, 'sites', event);
  const learned = sites.total;
  if (learned === 0 || countsOf(table, 'elsewhere', event).count('yes') > 0) return undefined;
  const came = sites.count(event.foreignSite ?? '');
  const anew = isFollowedLink(event) ? NEW_LINKING_SITE : Math.min(sites.probabilityOfNew(), NEW_SITE_PRIOR);
  const strength =
    came > 0
      ? logLikelihoodRatio(FORGED_BY_KNOWN_SITE, came / (learned + 1))
      : logLikelihoodRatio(1 - FORGED_BY_KNOWN_SITE, anew);
  const observed = came > 0 ? 'users come from that site to other pages' : 'nobody came from that site before';
  const expected = `${learned} learned requests came from ${sites.distinct} other sites`;
  return {
    path: 'csrf',
    weight: strength,
    evidence: evidenceOf(event, 'site-known', observed, expected, strength),
  };
}

/** A page that the browser went to, as by a link; a frame, an image or a script is none. */
function isFollowedLink(event: WebRequest): boolean {
  const initiator = initiatorOf(event);
  return !isUnsafe(event.method) && (initiator === 'click' || initiator === 'navigation');
}

/** Probability that a benign request of this action comes from this other site. */
function probabilityOfForeign(table: SmoothedCounts, event: WebRequest): number {
  const elsewhere = countsOf(table, 'elsewhere', event);
  const learned = elsewhere.total;
  const received = elsewhere.count('yes');
  if (received > 0) {
    const sites = countsOf(table, 'sites', event);
    const known = sites.count(event.foreignSite ?? '') > 0;
    const site = known ? 1 : Math.min(sites.probabilityOfNew(), NEW_SITE_PRIOR);
    return ((received + 0.5) / (learned + 1)) * site;
  }
  const receiving =
    (viewCounts(table, 'receiving', event).distinct + RECEIVING_PRIOR * PRIOR_ENDPOINTS) /
    (viewCounts(table, 'changing', event).distinct + PRIOR_ENDPOINTS);
  // An endpoint that receives them does so in some unknown share of its requests, any as likely as any other (Laplace).
  const isReceiver = receiving / (receiving + (1 - receiving) * (learned + 1));
  return isReceiver / (learned + 2);
}
