import type { ActKind, WebParameter, WebRequest } from '@plimsoll/contracts';

import type { ChanceTable } from '../chance/chance-table.js';
import type { Clue } from '../chance/clue.js';
import { actClue, learnReadings, markupClues, sqlClue } from './reading-clues.js';
import { isSyntaxInNumbers, learnShape, shapeClue } from './shape-clues.js';
import { parameterContexts } from './web-contexts.js';

/** The clues of one parameter that speak for an attack. */
export interface ParameterClues {
  readonly parameter: WebParameter;
  readonly sql: Clue | undefined;
  readonly markup: readonly Clue[];
  readonly acts: readonly { readonly kind: ActKind; readonly grade: number; readonly clue: Clue }[];
  /** Nats by which the value's form, signs and length depart from what the parameter held. */
  readonly shape: Clue;
  /** The field held numbers alone, and this value is written as syntax is. */
  readonly syntaxInNumbers: boolean;
}

/** Header values and names of parameters are in an event only where they read as something: a request without is one more that did not. */
const JUDGED_IF_ODD: readonly WebParameter[] = (
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

export function learnParameters(table: ChanceTable, event: WebRequest): void {
  for (const parameter of event.parameters) {
    const contexts = parameterContexts(event, parameter);
    if (parameter.where !== 'header' && parameter.where !== 'name') learnShape(table, contexts, parameter);
    learnReadings(table, [contexts.own, contexts.named, contexts.any], parameter);
    if (parameter.reflected) table.add(`reflected|${contexts.own}`, 'yes');
  }
  for (const absent of JUDGED_IF_ODD) {
    if (event.parameters.some(({ where, name }) => where === absent.where && name === absent.name)) continue;
    const { own } = parameterContexts(event, absent);
    learnReadings(table, [own], absent);
  }
}

export function parameterClues(table: ChanceTable, event: WebRequest): ParameterClues[] {
  return event.parameters.map((parameter) => ({
    parameter,
    sql: sqlClue(table, event, parameter),
    markup: markupClues(table, event, parameter),
    acts: (parameter.acts ?? []).map((act) => ({
      kind: act.kind,
      grade: act.grade,
      clue: actClue(table, event, parameter, act),
    })),
    shape: shapeClue(table, event, parameter),
    syntaxInNumbers: isSyntaxInNumbers(table, event, parameter),
  }));
}
