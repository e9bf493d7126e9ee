import type { IssuedStatement } from '@plimsoll/contracts';

import { sqlTokens, type SqlDialect, type SqlToken } from './sql-tokens.js';
import { KEYWORDS } from './sql-words.js';

type Taint = NonNullable<IssuedStatement['tainted']>;

/** Shortest value that is looked for: shorter ones stand in every statement. */
const MIN_VALUE = 3;
const MAX_STATEMENT = 65_536;

/**
 * Whether a parameter's value, as it stands in a statement, reaches over the edge of a literal: data that became syntax.
 * This needs no learning and knows no payload (taint inference: Sekar 2009; Halfond, Orso and Manolios 2006). A value
 * that the program escaped or bound stands inside one literal, or not at all.
 *
 * Returns the parameter whose value covers most tokens, syntax before none. Cost: one search a value and statement.
 */
export function statementTaint(
  statement: string,
  dialect: SqlDialect,
  parameters: readonly { readonly name: string; readonly value: string }[],
): Taint | undefined {
  const text = statement.slice(0, MAX_STATEMENT);
  let tokens: readonly SqlToken[] | undefined;
  let worst: Taint | undefined;
  for (const { name, value } of parameters) {
    if (value.length < MIN_VALUE || /^[\p{L}\p{N}_]+$/u.test(value)) continue;
    const at = text.indexOf(value);
    if (at === -1) continue;
    tokens ??= sqlTokens(text, dialect).tokens;
    const taint = coverage(tokens, at, at + value.length, name);
    if (taint && (!worst || weight(taint) > weight(worst))) worst = taint;
  }
  return worst;
}

function coverage(tokens: readonly SqlToken[], start: number, end: number, parameter: string): Taint | undefined {
  const covered = tokens.filter((token) => token.start < end && token.end > start);
  if (covered.length < 2) return undefined;
  const syntax = covered.some(
    (token) =>
      token.kind === 'operator' ||
      token.kind === 'comment' ||
      (token.kind === 'sign' && token.text !== '.' && token.text !== ',') ||
      (token.kind === 'word' && KEYWORDS.has(token.text)),
  );
  return { parameter, tokens: covered.length, syntax };
}

function weight({ syntax, tokens }: Taint): number {
  return (syntax ? MAX_STATEMENT : 0) + tokens;
}
