import type { ActKind, ValueAct, WebParameter, WebRequest } from '@plimsoll/contracts';

import type { SmoothedCounts } from '../scoring/smoothed-counts.js';
import type { WeightedEvidence } from '../scoring/weighted-evidence.js';
import { isFileForAddress, learnPlaces } from './field-places.js';
import { isBarePath, placeInNames, shapeBesidePath } from './path-evidence.js';
import { actEvidence, learnReadings, markupEvidence, sqlEvidence } from './reading-evidence.js';
import { isSyntaxInNumbers, learnShape, shapeEvidence } from './shape-evidence.js';
import { parameterContexts } from './web-contexts.js';

interface ScoredAct {
  readonly kind: ActKind;
  readonly observation: WeightedEvidence;
  /** The part of what the value's shape says that counts beside it. */
  readonly shapeShare: number;
}

/** The observations of one parameter that speak for an attack. */
export interface ParameterEvidence {
  readonly parameter: WebParameter;
  readonly sql: WeightedEvidence | undefined;
  readonly markup: readonly WeightedEvidence[];
  readonly acts: readonly ScoredAct[];
  /** Nats by which the value's form, signs and length depart from what the parameter held. */
  readonly shape: WeightedEvidence;
  /** The field held numbers alone, and this value is written as syntax is. */
  readonly syntaxInNumbers: boolean;
  /** The field held names alone, and this value is a path from a root. */
  readonly place: WeightedEvidence | undefined;
}

/** Header values and names of parameters are in an event only where they read as something: a request without is one more that did not. */
const SCORED_IF_ODD: readonly WebParameter[] = (
  [
    ['header', 'user-agent'],
    ['header', 'referer'],
    ['name', ''],
  ] as const
).map(([where, name]) => ({
  where,
  name,
  length: 0,
  extraDecodings: 0,
  form: 'empty',
  shape: '',
  signs: '',
  sql: 0,
  sqlTokens: '',
  markup: 0,
  markupTokens: '',
  reflected: false,
}));

export function learnParameters(table: SmoothedCounts, event: WebRequest): void {
  for (const parameter of event.parameters) {
    const contexts = parameterContexts(event, parameter);
    if (parameter.where !== 'header' && parameter.where !== 'name') {
      learnShape(table, contexts, parameter);
      learnPlaces(table, event, parameter);
    }
    learnReadings(table, [contexts.own, contexts.named, contexts.any], parameter);
    if (parameter.reflected) table.add(`reflected|${contexts.own}`, 'yes');
  }
  for (const absent of SCORED_IF_ODD) {
    if (event.parameters.some(({ where, name }) => where === absent.where && name === absent.name)) continue;
    const { own } = parameterContexts(event, absent);
    learnReadings(table, [own], absent);
  }
}

/** Of the parameters from which an attack could be read: nearly all of benign requests are none. */
export function parameterEvidence(table: SmoothedCounts, event: WebRequest): ParameterEvidence[] {
  const evidence: ParameterEvidence[] = [];
  for (const parameter of event.parameters) {
    const syntaxInNumbers = isSyntaxInNumbers(table, event, parameter);
    const place = placeInNames(table, event, parameter);
    if (!syntaxInNumbers && place === undefined && readsAsNothing(parameter)) continue;
    evidence.push({
      parameter,
      sql: sqlEvidence(table, event, parameter),
      markup: markupEvidence(table, event, parameter),
      acts: (parameter.acts ?? []).map((act) => actOf(table, event, parameter, act)),
      shape: shapeEvidence(table, event, parameter),
      syntaxInNumbers,
      place,
    });
  }
  return evidence;
}

function readsAsNothing(parameter: WebParameter): boolean {
  const { sql, markup, acts } = parameter;
  return sql === 0 && markup === 0 && (acts === undefined || acts.length === 0) && !breaksOut(parameter);
}

/** Whether it holds signs with which a value leaves its literal. */
export function breaksOut({ signs }: WebParameter): boolean {
  return /['"`();#]/.test(signs);
}

function actOf(table: SmoothedCounts, event: WebRequest, parameter: WebParameter, act: ValueAct): ScoredAct {
  const observation = actEvidence(table, event, parameter, act);
  const shapeShare = isBarePath(act, parameter) ? shapeBesidePath(table, event, parameter) : act.grade > 1 ? 1 : 0;
  return isFileForAddress(table, event, parameter, act)
    ? { kind: 'address', observation: { ...observation, path: 'ssrf' }, shapeShare }
    : { kind: act.kind, observation, shapeShare };
}
