import type { WebParameter, WebRequest } from '@plimsoll/contracts';

import type { ChanceTable } from '../chance/chance-table.js';
import { nats, type Clue } from '../chance/clue.js';
import { lengthStep, parameterContexts } from './web-contexts.js';
import { seen } from './web-state.js';

/**
 * What the values of a request say, against what its parameters held in learning (the models of Kruegel and Vigna 2003:
 * form, length, characters), and how far a value acts as SQL or as markup.
 *
 * The chances under an attack are what such attacks need by their nature; the benign ones are learned by endpoint and
 * parameter, and where that saw little, from the application, and at first from the priors below: what a value of any
 * application looks like before anything is known of this one. They were set before any recording was scored.
 */
const SQL_UNDER_ATTACK = [0.05, 0.05, 0.08, 0.22, 0.6] as const;
const SQL_PRIOR = [0.985, 0.01, 0.005, 2e-5, 2e-6] as const;
const MARKUP_UNDER_ATTACK = [0.03, 0.02, 0.05, 0.9] as const;
const MARKUP_PRIOR = [0.99, 0.006, 0.004, 2e-5] as const;
/** Weight of the priors, in values: a few days of an application outweigh them. */
const PRIOR_VALUES = 1000;
/** A field that holds markup, or pieces of SQL, may one day hold more of it: how much likelier the highest grades are there. */
const MARKUP_CARRY = 0.02;
const SQL_CARRY = 0.002;

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
const SIGNS_UNDER_ATTACK = [0.2, 0.15, 0.2, 0.45] as const;
const LONGER_UNDER_ATTACK = 0.5;
const MOST_SHAPE_NATS = 8;
/** Prose and code take any form one day: beside a value that acts as nothing yet, its form says less. */
const MOST_PLAIN_SHAPE_NATS = 5;
/** However often a field held none of it, stray quotes and harmless markup come up in any: their chance stays above this part of the prior. */
const LOW_GRADE_FLOOR = 0.5;

/** The clues of one parameter that speak for an attack. */
export interface ParameterClues {
  readonly parameter: WebParameter;
  readonly sql: readonly Clue[];
  readonly markup: readonly Clue[];
  /** Nats by which the value's form, signs and length depart from what the parameter held. */
  readonly shape: Clue;
}

export function learnParameters(table: ChanceTable, event: WebRequest): void {
  for (const parameter of event.parameters) {
    const { own, named, any } = parameterContexts(event, parameter);
    for (const context of [own, named, any]) {
      if (context === own) {
        const known = table.total(`form|${own}`);
        if (known >= 3) table.add(`newsign|${own}`, newSigns(table, own, parameter) > 0 ? 'yes' : 'no');
        for (const sign of parameter.signs) table.add(`sign|${own}`, sign);
      }
      table.add(`form|${context}`, parameter.form);
      table.add(`sql|${context}`, String(parameter.sql));
      table.add(`markup|${context}`, String(parameter.markup));
      if (context !== any) table.add(`length|${context}`, String(lengthStep(parameter.length)));
    }
    if (parameter.reflected) table.add(`reflected|${own}`, 'yes');
  }
}

export function parameterClues(table: ChanceTable, event: WebRequest): ParameterClues[] {
  return event.parameters.map((parameter) => ({
    parameter,
    sql: sqlClues(table, event, parameter),
    markup: markupClues(table, event, parameter),
    shape: shapeClue(table, event, parameter),
  }));
}

function sqlClues(table: ChanceTable, event: WebRequest, parameter: WebParameter): Clue[] {
  if (parameter.sql === 0) return [];
  const benign = gradeChance(table, event, parameter, 'sql', parameter.sql, SQL_PRIOR, SQL_CARRY);
  const strength = nats(SQL_UNDER_ATTACK[parameter.sql] ?? 0, benign) + hidden(parameter);
  const acts = [
    '',
    'contains unbalanced quotes',
    'continues as an SQL expression',
    'contains an SQL fragment typical of injection',
    'closes the string literal and continues as SQL',
  ];
  const observed = `${describe(parameter)} ${acts[parameter.sql] ?? ''}: ${parameter.sqlTokens}`;
  return [
    {
      path: 'sqli',
      nats: strength,
      evidence: seen(event, 'sql-in-parameter', observed, expectedGrade(table, event, parameter, 'sql'), strength),
    },
  ];
}

function markupClues(table: ChanceTable, event: WebRequest, parameter: WebParameter): Clue[] {
  if (parameter.markup === 0) return [];
  const benign = gradeChance(table, event, parameter, 'markup', parameter.markup, MARKUP_PRIOR, MARKUP_CARRY);
  const strength = nats(MARKUP_UNDER_ATTACK[parameter.markup] ?? 0, benign) + hidden(parameter);
  const acts = ['', 'contains markup', 'contains markup that loads or links', 'contains markup that runs a script'];
  const observed = `${describe(parameter)} ${acts[parameter.markup] ?? ''}: ${parameter.markupTokens}`;
  const clues: Clue[] = [
    {
      path: 'xss',
      nats: strength,
      evidence: seen(
        event,
        'script-in-parameter',
        observed,
        expectedGrade(table, event, parameter, 'markup'),
        strength,
      ),
    },
  ];
  if (parameter.reflected && parameter.markup >= 2) {
    const { own } = parameterContexts(event, parameter);
    const told = nats(0.5, table.chance(`reflected|${own}`, 'yes', 0.02, Math.max(table.total(`form|${own}`), 10)));
    clues.push({
      path: 'xss',
      nats: told,
      evidence: seen(
        event,
        'reflected',
        `the response repeats ${describe(parameter)} unescaped`,
        'markup in a value is escaped or not shown',
        told,
      ),
    });
  }
  return clues;
}

/** Chance of a grade: of the parameter, drawn towards that of the application, drawn towards the prior. */
function gradeChance(
  table: ChanceTable,
  event: WebRequest,
  parameter: WebParameter,
  kind: 'sql' | 'markup',
  grade: number,
  prior: readonly number[],
  carry: number,
): number {
  const { own, named, any } = parameterContexts(event, parameter);
  const value = String(grade);
  const wide = table.chance(`${kind}|${any}`, value, prior[grade] ?? 1e-6, PRIOR_VALUES);
  const middle = table.chance(`${kind}|${named}`, value, wide, 2);
  const total = table.total(`${kind}|${own}`);
  const bearing = total - table.count(`${kind}|${own}`, '0');
  const carried = grade >= 3 ? (carry * bearing) / (total + 2) : 0;
  const floor = grade <= 2 ? LOW_GRADE_FLOOR * (prior[grade] ?? 0) : 0;
  return Math.min(Math.max(table.chance(`${kind}|${own}`, value, Math.max(middle, wide), 2) + carried, floor), 1);
}

/** Encodings that nobody needs but to pass a filter. One is common: a URL within a URL. */
function hidden({ extraDecodings }: WebParameter): number {
  return extraDecodings >= 2 ? 2 : 0;
}

function shapeClue(table: ChanceTable, event: WebRequest, parameter: WebParameter): Clue {
  const { own, named, any } = parameterContexts(event, parameter);
  const context = table.total(`form|${own}`) > 0 ? own : named;
  const form = formNats(table, context, any, parameter);
  const added = newSigns(table, context, parameter);
  const signs = table.total(`form|${context}`) === 0 ? 0 : signNats(table, context, added);
  const longer = longerNats(table, context, parameter);
  const acts = parameter.sql >= 3 || parameter.markup >= 3;
  const most = acts || isNarrow(table, context) ? MOST_SHAPE_NATS : MOST_PLAIN_SHAPE_NATS;
  const strength = Math.min(Math.max(form, signs, 0) + Math.max(longer, 0) / 2, most);
  const forms = table.values(`form|${context}`).slice(0, 3);
  const expected =
    forms.length === 0
      ? 'this parameter was never seen here during learning'
      : `${table.total(`form|${context}`)} values: ${forms.map(([name, count]) => `${name} ${count}`).join(', ')}`;
  const observed = `${describe(parameter)} is ${parameter.form} of ${parameter.length} characters${added > 0 ? `, ${added} characters new to it` : ''}: ${parameter.shape}`;
  return { path: 'unknown', nats: strength, evidence: seen(event, 'parameter-shape', observed, expected, strength) };
}

/** Whether the field only ever held numbers, words and the like: there another form is no matter of taste. */
function isNarrow(table: ChanceTable, context: string): boolean {
  const free =
    table.count(`form|${context}`, 'phrase') +
    table.count(`form|${context}`, 'text') +
    table.count(`form|${context}`, 'name');
  return free === 0 && table.total(`form|${context}`) >= 10;
}

function formNats(table: ChanceTable, context: string, any: string, { form }: WebParameter): number {
  const counted = table.count(`form|${context}`, form);
  const wide = table.chance(`form|${any}`, form, FORM_PRIOR[form], 200);
  const benign =
    counted > 0 ? counted / (table.total(`form|${context}`) + 1) : table.chanceOfNew(`form|${context}`) * wide;
  return nats(FORM_UNDER_ATTACK[form], benign);
}

function newSigns(table: ChanceTable, context: string, { signs }: WebParameter): number {
  return Array.from(signs).filter((sign) => table.count(`sign|${context}`, sign) === 0).length;
}

function signNats(table: ChanceTable, context: string, added: number): number {
  const brought = table.chance(`newsign|${context}`, 'yes', 0.1, 2);
  const benign = added === 0 ? 1 - brought : brought * Math.pow(0.3, added - 1);
  return nats(SIGNS_UNDER_ATTACK[Math.min(added, 3)] ?? 0.45, benign);
}

function longerNats(table: ChanceTable, context: string, { length }: WebParameter): number {
  const step = lengthStep(length);
  const atLeast = table
    .values(`length|${context}`)
    .reduce((n, [value, count]) => n + (Number(value) >= step ? count : 0), 0);
  return nats(LONGER_UNDER_ATTACK, (atLeast + 0.5) / (table.total(`length|${context}`) + 1));
}

function expectedGrade(table: ChanceTable, event: WebRequest, parameter: WebParameter, kind: 'sql' | 'markup'): string {
  const { own } = parameterContexts(event, parameter);
  const total = table.total(`${kind}|${own}`);
  const plain = table.count(`${kind}|${own}`, '0');
  return total === 0
    ? 'this parameter was never seen during learning'
    : `${plain} of ${total} learned values of this parameter contain none`;
}

export function describe({ where, name }: WebParameter): string {
  return `the ${where} parameter ${JSON.stringify(name)}`;
}
