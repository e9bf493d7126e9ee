import type { WebParameter, WebRequest } from '@plimsoll/contracts';

import type { SmoothedCounts } from '../scoring/smoothed-counts.js';
import { parameterContexts } from './web-contexts.js';

/**
 * Benign probabilities of how a value reads, by grade. Knowledge and habit are one number here: what a field held excuses what
 * is of the same kind and strength, and little else. An apostrophe in prose excuses an apostrophe, and no union; a field
 * of rich text excuses a further element, and no script.
 */
export interface GradeTable {
  /** The name that counts are kept under: `sql`, `markup`, or a kind of act. */
  readonly name: string;
  /** Probability of each grade in an attack of that sort, by what such attacks need. */
  readonly underAttack: readonly number[];
  /** Probability in a value of any application of which nothing is known. */
  readonly prior: readonly number[];
  /** The least probability that learning may bring a grade down to. */
  readonly floor: readonly number[];
  /** From this grade on, values excuse only those of their own sort. */
  readonly top: number;
  /** What a value of the top grades says for one that is stronger than itself, where that differs from others. */
  readonly weaker?: number;
}

/** Weight of the priors, in values: a few days of an application outweigh them. */
const PRIOR_VALUES = 1000;
/** Weight of the application's probability in a field's own: fields differ widely. */
const FIELD_VALUES = 2;
/** What a value of the top grades says for one of another sort in its field, and for one that is stronger than itself. */
const OTHER_SORT = 0.02;
const WEAKER_SORT = 0.002;

/** Takes one reading into the counts; `sort` tells readings of a top grade apart. */
export function learnGrade(
  table: SmoothedCounts,
  of: GradeTable,
  contexts: readonly string[],
  grade: number,
  sort: string,
): void {
  for (const context of contexts) {
    table.add(`${of.name}|${context}`, String(grade));
    if (grade >= of.top) table.add(`${of.name} sort|${context}`, sort);
  }
}

/** Probability that a benign value of this field reads so. In (0, 1]. */
export function gradeProbability(
  table: SmoothedCounts,
  of: GradeTable,
  event: WebRequest,
  parameter: WebParameter,
  grade: number,
  sort: string,
): number {
  const { own, named, any } = parameterContexts(event, parameter);
  const kind = grade >= of.top ? `${of.name} sort` : of.name;
  const value = grade >= of.top ? sort : String(grade);
  const probability = (context: string, prior: number, strength: number): number =>
    (table.at(kind, context).count(value) + strength * prior) / (table.at(of.name, context).total + strength);
  const wide = probability(any, of.prior[grade] ?? 1e-6, PRIOR_VALUES);
  const middle = probability(named, wide, FIELD_VALUES);
  const usual = probability(own, Math.max(middle, wide), FIELD_VALUES);
  const carried =
    grade >= of.top ? otherSorts(table, of, own, grade, value) / (table.at(of.name, own).total + FIELD_VALUES) : 0;
  return Math.min(Math.max(usual + carried, of.floor[grade] ?? 0), 1);
}

/** What values of other sorts in the field are worth, as a number of values of this one. */
function otherSorts(table: SmoothedCounts, of: GradeTable, own: string, grade: number, sort: string): number {
  let worth = -OTHER_SORT * table.at(`${of.name} sort`, own).count(sort);
  for (let each = of.top; each < of.prior.length; each++) {
    worth += (each < grade ? (of.weaker ?? WEAKER_SORT) : OTHER_SORT) * table.at(of.name, own).count(String(each));
  }
  return Math.max(worth, 0);
}

/** What the field held, in words. */
export function expectedReading(
  table: SmoothedCounts,
  of: GradeTable,
  event: WebRequest,
  parameter: WebParameter,
): string {
  const { context, of: whose } = learnedValues(table, of, event, parameter);
  const learned = table.at(of.name, context);
  return learned.total === 0 ? NEVER_SEEN : `${learned.count('0')} of ${learned.total} ${whose} contain none`;
}

export const NEVER_SEEN = 'this parameter was never seen during learning';

/** Which learned values speak for a parameter: its own, or where there are none those of its name at other pages. */
export function learnedValues(
  table: SmoothedCounts,
  { name }: GradeTable,
  event: WebRequest,
  parameter: WebParameter,
): { readonly context: string; readonly of: string } {
  const { own, named } = parameterContexts(event, parameter);
  return table.at(name, own).total > 0
    ? { context: own, of: 'learned values of this parameter' }
    : { context: named, of: 'learned values of parameters of this name, all at pages of another path or form,' };
}
