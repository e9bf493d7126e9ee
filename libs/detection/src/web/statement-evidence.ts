import type { IssuedStatement, WebRequest } from '@plimsoll/contracts';

import type { Learned, SmoothedCounts } from '../scoring/smoothed-counts.js';
import { evidenceOf, logLikelihoodRatio, type WeightedEvidence } from '../scoring/weighted-evidence.js';
import { ownStatements } from './own-statements.js';
import { endpointCounts, endpointOf, viewCounts } from './web-contexts.js';

/**
 * What the statements of a request say: a value that reaches over the edge of its literal has become syntax, whatever it
 * says. An apostrophe that only breaks the quoting does so without operators or keywords, and the statement fails.
 */
type Effect = 'known' | 'new' | 'failed';
type Reach = 'none' | 'names' | 'syntax';

const UNDER_ATTACK: Readonly<Record<Reach, Readonly<Record<Effect, number>>>> = {
  none: { known: 0.02, new: 0.08, failed: 0.05 },
  names: { known: 0.01, new: 0.03, failed: 0.05 },
  syntax: { known: 0.1, new: 0.5, failed: 0.16 },
};
const PRIOR: Readonly<Record<Reach, Readonly<Record<Effect, number>>>> = {
  none: { known: 0.95, new: 0.03, failed: 0.005 },
  names: { known: 1e-4, new: 1e-3, failed: 0.006 },
  syntax: { known: 1e-4, new: 2e-6, failed: 5e-4 },
};
/** Weight of the prior, in requests. */
const PRIOR_REQUESTS = 500;

export function learnStatements(table: SmoothedCounts, event: WebRequest): void {
  const { reach, effect, statement } = worstOf(templatesOf(table, event), event) ?? {};
  if (reach !== undefined && effect !== undefined) {
    // In learning every template is new once: that is what probabilityOfNew counts; here the effect is without novelty.
    table.add(`reach|${event.view}`, `${reach} ${effect === 'new' ? 'known' : effect}`);
    if (reach === 'syntax') table.add(`reach|${event.view}|${endpointOf(event)}`, statement?.tainted?.parameter ?? '');
  }
  for (const { outline } of ownStatements(event)) table.add(`outline|${event.view}|${endpointOf(event)}`, outline);
}

/** The observation of the request's most telling statement; undefined where it sent none. */
export function statementEvidence(table: SmoothedCounts, event: WebRequest): WeightedEvidence | undefined {
  if (ownStatements(event).length === 0) return undefined;
  const templates = templatesOf(table, event);
  const worst = worstOf(templates, event);
  if (worst === undefined) return undefined;
  const { reach, effect, statement } = worst;
  const fresh = templates.probabilityOfNew();
  // Where new templates are common, a new one means little; the taint's own rarity stays.
  const prior = effect === 'new' && reach === 'none' ? fresh : PRIOR[reach][effect];
  const benign = viewCounts(table, 'reach', event).probability(`${reach} ${effect}`, prior, PRIOR_REQUESTS);
  const own = endpointCounts(table, 'reach', event).count(statement.tainted?.parameter ?? '');
  // A parameter whose business is to be a piece of SQL.
  const accustomed = own / (templates.total + 1);
  const strength = logLikelihoodRatio(UNDER_ATTACK[reach][effect], Math.max(benign, accustomed));
  return {
    path: 'sqli',
    weight: strength,
    evidence: evidenceOf(
      event,
      reach === 'none' ? 'statement-of-request' : 'value-became-syntax',
      () => `${whatItDid(statement, effect)}: ${statement.outline}`,
      () => usualStatements(templates),
      strength,
    ),
  };
}

function whatItDid({ tainted }: IssuedStatement, effect: Effect): string {
  if (tainted !== undefined)
    return `the parameter ${JSON.stringify(tainted.parameter)} reaches over its literal, ${tainted.tokens} tokens of the statement`;
  return `a statement ${effect === 'failed' ? 'that the database refused' : effect === 'new' ? 'never learned here' : 'as learned'}`;
}

function usualStatements({ values }: Learned): string {
  const usual = values.slice(0, 2).map(([template]) => template);
  return usual.length === 0
    ? 'values stay inside one literal'
    : `values stay inside one literal, as in: ${usual.join(' — ')}`;
}

/** The templates of statements that the endpoint's requests sent in learning. */
function templatesOf(table: SmoothedCounts, event: WebRequest): Learned {
  return endpointCounts(table, 'outline', event);
}

function worstOf(
  templates: Learned,
  event: WebRequest,
): { reach: Reach; effect: Effect; statement: IssuedStatement } | undefined {
  let worst: { reach: Reach; effect: Effect; statement: IssuedStatement; weight: number } | undefined;
  for (const statement of ownStatements(event)) {
    const reach: Reach = statement.tainted === undefined ? 'none' : statement.tainted.syntax ? 'syntax' : 'names';
    const known = templates.count(statement.outline) > 0;
    const effect: Effect = statement.failed ? 'failed' : known ? 'known' : 'new';
    const weight = UNDER_ATTACK[reach][effect] / PRIOR[reach][effect];
    if (worst === undefined || weight > worst.weight) worst = { reach, effect, statement, weight };
  }
  return worst;
}
