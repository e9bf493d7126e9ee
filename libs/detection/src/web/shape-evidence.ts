import type { WebParameter, WebRequest } from '@plimsoll/contracts';

import type { Learned, SmoothedCounts } from '../scoring/smoothed-counts.js';
import { evidenceOf, logLikelihoodRatio, type WeightedEvidence } from '../scoring/weighted-evidence.js';
import { describe, lengthStep, parameterContexts, type ParameterContexts } from './web-contexts.js';

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

export function learnShape(table: SmoothedCounts, contexts: ParameterContexts, parameter: WebParameter): void {
  const { own, named, any } = contexts;
  if (table.total(`form|${own}`) >= 3)
    table.add(`newsign|${own}`, newSigns(table.in(`sign|${own}`), parameter) > 0 ? 'yes' : 'no');
  for (const sign of parameter.signs) table.add(`sign|${own}`, sign);
  for (const context of [own, named, any]) table.add(`form|${context}`, parameter.form);
  for (const context of [own, named]) table.add(`length|${context}`, String(lengthStep(parameter.length)));
}

/** What a field, or fields of its name, held. */
interface Field {
  readonly context: string;
  readonly forms: Learned;
}

function fieldOf(table: SmoothedCounts, event: WebRequest, parameter: WebParameter): Field {
  const { own, named } = parameterContexts(event, parameter);
  const forms = table.at('form', own);
  return forms.total > 0 ? { context: own, forms } : { context: named, forms: table.at('form', named) };
}

/** Nats by which a value departs from what its field held; a header's value has no form of its own. */
export function shapeEvidence(table: SmoothedCounts, event: WebRequest, parameter: WebParameter): WeightedEvidence {
  const field = fieldOf(table, event, parameter);
  const added = parameter.signs === '' ? 0 : newSigns(table.at('sign', field.context), parameter);
  const { any } = parameterContexts(event, parameter);
  const strength = isFree(parameter) ? 0 : shapeWeight(table, field, any, parameter, added);
  const observed = (): string =>
    `${describe(parameter)} is ${parameter.form} of ${parameter.length} characters${added > 0 ? `, ${added} characters new to it` : ''}: ${parameter.shape}`;
  return {
    path: 'unknown',
    weight: strength,
    evidence: evidenceOf(event, 'parameter-shape', observed, () => formsInWords(field.forms), strength),
  };
}

function formsInWords({ total, values }: Learned): string {
  const forms = values.slice(0, 3).map(([name, count]) => `${name} ${count}`);
  return forms.length === 0
    ? 'this parameter was never seen here during learning'
    : `${total} values: ${forms.join(', ')}`;
}

/** Whether the field held numbers alone, and this value is none and written as no word is. */
export function isSyntaxInNumbers(table: SmoothedCounts, event: WebRequest, parameter: WebParameter): boolean {
  if (isFree(parameter) || !isSyntax(parameter)) return false;
  return heldNumbers(table.at('form', parameterContexts(event, parameter).own));
}

function shapeWeight(
  table: SmoothedCounts,
  { context, forms }: Field,
  any: string,
  parameter: WebParameter,
  added: number,
): number {
  const numbers = !isNumber(parameter) && heldNumbers(forms);
  const form = formWeight(table, forms, any, parameter, numbers);
  const signs = forms.total === 0 ? 0 : signWeight(table.at('newsign', context), added);
  const longer = longerWeight(table.at('length', context), parameter);
  return Math.min(Math.max(form, signs, 0) + Math.max(longer, 0) / 2, mostNats(forms, parameter, numbers));
}

function mostNats(forms: Learned, parameter: WebParameter, numbers: boolean): number {
  if (numbers) return isSyntax(parameter) ? MOST_NUMBER_NATS : MOST_WORD_NATS;
  const acts = parameter.sql >= 3 || parameter.markup >= 3;
  return acts || isNarrow(forms) ? MOST_SHAPE_NATS : MOST_PLAIN_SHAPE_NATS;
}

function isFree({ where }: WebParameter): boolean {
  return where === 'header' || where === 'name';
}

/** Whether the field only ever held numbers, words and the like: there another form is no matter of taste. */
function isNarrow(forms: Learned): boolean {
  const free = forms.count('phrase') + forms.count('text') + forms.count('name');
  return free === 0 && forms.total >= MIN_NARROW;
}

function heldNumbers(forms: Learned): boolean {
  if (forms.total < MIN_NUMBERS) return false;
  const empty = forms.count('empty');
  return forms.count('digits') + forms.count('number') + empty === forms.total && empty < forms.total / 2;
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
  forms: Learned,
  any: string,
  parameter: WebParameter,
  numbers: boolean,
): number {
  const { form } = parameter;
  const counted = forms.count(form);
  const benign =
    counted > 0
      ? counted / (forms.total + 1)
      : forms.probabilityOfNew() * table.at('form', any).probability(form, FORM_PRIOR[form], 200);
  const underAttack = numbers ? (isSyntax(parameter) ? SYNTAX_IN_NUMBERS : WORD_IN_NUMBERS) : FORM_UNDER_ATTACK[form];
  return logLikelihoodRatio(underAttack, benign);
}

function newSigns(learned: Learned, { signs }: WebParameter): number {
  let added = 0;
  for (const sign of signs) if (learned.count(sign) === 0) added += 1;
  return added;
}

function signWeight(learned: Learned, added: number): number {
  const brought = learned.probability('yes', 0.1, 2);
  const benign = added === 0 ? 1 - brought : brought * Math.pow(0.3, added - 1);
  return logLikelihoodRatio(SIGNS_UNDER_ATTACK[Math.min(added, 3)] ?? 0.45, benign);
}

function longerWeight(learned: Learned, { length }: WebParameter): number {
  const step = lengthStep(length);
  const atLeast = learned.values.reduce((n, [value, count]) => n + (Number(value) >= step ? count : 0), 0);
  return logLikelihoodRatio(LONGER_UNDER_ATTACK, (atLeast + 0.5) / (learned.total + 1));
}
