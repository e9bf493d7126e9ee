import type { WebParameter, WebRequest } from '@plimsoll/contracts';

import type { SmoothedCounts } from '../scoring/smoothed-counts.js';
import { evidenceOf, logLikelihoodRatio, type WeightedEvidence } from '../scoring/weighted-evidence.js';
import { describe, lengthStep, parameterContexts } from './web-contexts.js';

/** Form, signs and length of a value against what its parameter held (the models of Kruegel and Vigna 2003). */
const FORM_PRIOR: Readonly<Record<WebParameter['form'], number>> = {
  empty: 0.05,
  digits: 0.2,
  number: 0.04,
  hex: 0.05,
  word: 0.2,
  name: 0.1,
  token: 0.15,
  email: 0.05,
  figures: 0.06,
  phrase: 0.07,
  text: 0.03,
};
const FORM_UNDER_ATTACK: Readonly<Record<WebParameter['form'], number>> = {
  empty: 0.002,
  digits: 0.01,
  number: 0.01,
  hex: 0.01,
  word: 0.01,
  name: 0.02,
  token: 0.03,
  email: 0.003,
  figures: 0.02,
  phrase: 0.16,
  text: 0.725,
};
/** In a field of numbers, whatever is none: syntax, or a word as a fault of a program puts there (`undefined`). */
const SYNTAX_IN_NUMBERS = 0.8;
const WORD_IN_NUMBERS = 0.2;
const SIGNS_UNDER_ATTACK = [0.2, 0.15, 0.2, 0.45] as const;
const LONGER_UNDER_ATTACK = 0.5;
const MOST_NUMBER_NATS = 14;
const MOST_WORD_NATS = 7;
const MOST_SHAPE_NATS = 8;
/** Prose and code take any form one day: beside a value that acts as nothing yet, its form says less. */
const MOST_PLAIN_SHAPE_NATS = 5;
const MIN_NARROW = 10;
const MIN_NUMBERS = 20;

export function learnShape(
  table: SmoothedCounts,
  contexts: ReturnType<typeof parameterContexts>,
  parameter: WebParameter,
): void {
  const { own, named, any } = contexts;
  if (table.total(`form|${own}`) >= 3) table.add(`newsign|${own}`, newSigns(table, own, parameter) > 0 ? 'yes' : 'no');
  for (const sign of parameter.signs) table.add(`sign|${own}`, sign);
  for (const context of [own, named, any]) table.add(`form|${context}`, parameter.form);
  for (const context of [own, named]) table.add(`length|${context}`, String(lengthStep(parameter.length)));
}

/** Nats by which a value departs from what its field held; a header's value has no form of its own. */
export function shapeEvidence(table: SmoothedCounts, event: WebRequest, parameter: WebParameter): WeightedEvidence {
  const { own, named, any } = parameterContexts(event, parameter);
  const context = table.total(`form|${own}`) > 0 ? own : named;
  const added = newSigns(table, context, parameter);
  const strength = isFree(parameter) ? 0 : shapeWeight(table, context, any, parameter, added);
  const forms = table.values(`form|${context}`).slice(0, 3);
  const expected =
    forms.length === 0
      ? 'this parameter was never seen here during learning'
      : `${table.total(`form|${context}`)} values: ${forms.map(([name, count]) => `${name} ${count}`).join(', ')}`;
  const observed = `${describe(parameter)} is ${parameter.form} of ${parameter.length} characters${added > 0 ? `, ${added} characters new to it` : ''}: ${parameter.shape}`;
  return {
    path: 'unknown',
    weight: strength,
    evidence: evidenceOf(event, 'parameter-shape', observed, expected, strength),
  };
}

/** Whether the field held numbers alone, and this value is none and written as no word is. */
export function isSyntaxInNumbers(table: SmoothedCounts, event: WebRequest, parameter: WebParameter): boolean {
  const { own } = parameterContexts(event, parameter);
  return !isFree(parameter) && heldNumbers(table, own) && isSyntax(parameter);
}

function shapeWeight(
  table: SmoothedCounts,
  context: string,
  any: string,
  parameter: WebParameter,
  added: number,
): number {
  const numbers = heldNumbers(table, context) && !isNumber(parameter);
  const form = formWeight(table, context, any, parameter, numbers);
  const signs = table.total(`form|${context}`) === 0 ? 0 : signWeight(table, context, added);
  const longer = longerWeight(table, context, parameter);
  return Math.min(Math.max(form, signs, 0) + Math.max(longer, 0) / 2, mostNats(table, context, parameter, numbers));
}

function mostNats(table: SmoothedCounts, context: string, parameter: WebParameter, numbers: boolean): number {
  if (numbers) return isSyntax(parameter) ? MOST_NUMBER_NATS : MOST_WORD_NATS;
  const acts = parameter.sql >= 3 || parameter.markup >= 3;
  return acts || isNarrow(table, context) ? MOST_SHAPE_NATS : MOST_PLAIN_SHAPE_NATS;
}

function isFree({ where }: WebParameter): boolean {
  return where === 'header' || where === 'name';
}

/** Whether the field only ever held numbers, words and the like: there another form is no matter of taste. */
function isNarrow(table: SmoothedCounts, context: string): boolean {
  const free =
    table.count(`form|${context}`, 'phrase') +
    table.count(`form|${context}`, 'text') +
    table.count(`form|${context}`, 'name');
  return free === 0 && table.total(`form|${context}`) >= MIN_NARROW;
}

function heldNumbers(table: SmoothedCounts, context: string): boolean {
  const total = table.total(`form|${context}`);
  if (total < MIN_NUMBERS) return false;
  const numbers = ['digits', 'number', 'empty'].reduce((sum, form) => sum + table.count(`form|${context}`, form), 0);
  return numbers === total && table.count(`form|${context}`, 'empty') < total / 2;
}

function isNumber({ form }: WebParameter): boolean {
  return form === 'digits' || form === 'number' || form === 'empty';
}

/** Blanks or signs: `7 div 1`, `1'`; `abc`, `12-3` and `NaN` are a slip or a robot's guess. */
function isSyntax({ form, shape, signs }: WebParameter): boolean {
  return (form === 'phrase' || form === 'text' || form === 'figures') && (/[^-_.]/.test(signs) || shape.includes('s'));
}

function formWeight(
  table: SmoothedCounts,
  context: string,
  any: string,
  parameter: WebParameter,
  numbers: boolean,
): number {
  const { form } = parameter;
  const counted = table.count(`form|${context}`, form);
  const wide = table.probability(`form|${any}`, form, FORM_PRIOR[form], 200);
  const benign =
    counted > 0 ? counted / (table.total(`form|${context}`) + 1) : table.probabilityOfNew(`form|${context}`) * wide;
  const underAttack = numbers ? (isSyntax(parameter) ? SYNTAX_IN_NUMBERS : WORD_IN_NUMBERS) : FORM_UNDER_ATTACK[form];
  return logLikelihoodRatio(underAttack, benign);
}

function newSigns(table: SmoothedCounts, context: string, { signs }: WebParameter): number {
  return Array.from(signs).filter((sign) => table.count(`sign|${context}`, sign) === 0).length;
}

function signWeight(table: SmoothedCounts, context: string, added: number): number {
  const brought = table.probability(`newsign|${context}`, 'yes', 0.1, 2);
  const benign = added === 0 ? 1 - brought : brought * Math.pow(0.3, added - 1);
  return logLikelihoodRatio(SIGNS_UNDER_ATTACK[Math.min(added, 3)] ?? 0.45, benign);
}

function longerWeight(table: SmoothedCounts, context: string, { length }: WebParameter): number {
  const step = lengthStep(length);
  const atLeast = table
    .values(`length|${context}`)
    .reduce((n, [value, count]) => n + (Number(value) >= step ? count : 0), 0);
  return logLikelihoodRatio(LONGER_UNDER_ATTACK, (atLeast + 0.5) / (table.total(`length|${context}`) + 1));
}
