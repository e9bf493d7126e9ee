import { followSql } from './sql-path.js';
import { sqlTokens, type SqlToken } from './sql-tokens.js';
import { KEYWORDS, SQL_FUNCTIONS, TIME_FUNCTIONS, VERBS } from './sql-words.js';

/** How far a value can act as a piece of SQL; `SqlGrade` of the contracts says what the grades mean. */
export interface SqlReading {
  readonly grade: 0 | 1 | 2 | 3 | 4;
  /** The tokens behind the grade, folded: keywords as they are, `w` names, `s` and `1` literals. */
  readonly tokens: string;
}

const NOTHING: SqlReading = { grade: 0, tokens: '' };
/** What lies beyond takes no part: an injected piece begins where the value does. */
const MAX_VALUE = 4096;
const MAX_SHOWN = 96;
const QUOTES = ["'", '"', '`'] as const;

/**
 * Reads a value as what it would be if it were put, unescaped, into a statement: inside each kind of quotes, and bare.
 * A value acts as SQL only where the tokens after the end of its literal go on as an expression does (operator, operand,
 * operator …), and only where what follows it in the statement still closes. Prose with apostrophes and program text fail
 * at the first token; that, not a list of bad words, is what tells them apart (in the spirit of Halfond and Orso 2005,
 * and of libinjection, Galbreath 2012). Cost: a few passes over at most 4,096 characters.
 */
export function readAsSql(value: string): SqlReading {
  if (!/['"`()=<>;#,|&*+-]|\s/.test(value)) return NOTHING;
  const text = value.slice(0, MAX_VALUE);
  let best = bareReading(text);
  for (const quote of QUOTES) {
    if (best.grade === 4) break;
    const reading = quotedReading(text, quote);
    if (reading.grade > best.grade) best = reading;
  }
  return best;
}

/** The value between quotes: is there an end of the literal in it, and what follows that end? */
function quotedReading(text: string, quote: string): SqlReading {
  const end = literalEnd(text, quote);
  if (end === -1) return NOTHING;
  const { tokens } = sqlTokens(text, 'mysql', end + 1);
  const path = followSql(tokens, true);
  const shown = show(tokens, quote);
  if (path.violated) {
    if (path.proof === 'strong') return { grade: 3, tokens: shown };
    if (path.links > 0) return { grade: path.proof === 'none' ? 1 : 2, tokens: shown };
    // An apostrophe between letters is spelling: O'Brien, it's.
    const spelling = quote === "'" && /\p{L}$/u.test(text.slice(0, end)) && /^\p{L}/u.test(text.slice(end + 1));
    return spelling ? NOTHING : { grade: 1, tokens: shown };
  }
  const closes = path.end === 'comment' || path.end === 'open' || path.end === 'stacked';
  if (path.proof !== 'none') return { grade: closes ? 4 : 3, tokens: shown };
  return { grade: path.links > 0 ? 2 : 1, tokens: shown };
}

/** The value where no quotes stand around it: a number's place, or text that stays inside its literal. */
function bareReading(text: string): SqlReading {
  const { tokens } = sqlTokens(text, 'mysql');
  const first = tokens[0];
  if (!first || tokens.length < 2) return NOTHING;
  if (first.kind === 'word' && VERBS.has(first.text) && first.text !== 'desc') return statementReading(tokens);
  const path = followSql(tokens, false);
  if (path.proof === 'strong' || (path.proof === 'weak' && !path.violated))
    return { grade: 3, tokens: show(tokens, '') };
  if (path.violated || !path.compares) return NOTHING;
  return { grade: 2, tokens: show(tokens, '') };
}

/** A whole statement in a value: somebody writes about SQL, or keeps it in a field. */
function statementReading(tokens: readonly SqlToken[]): SqlReading {
  const structural = tokens.some(
    (token) => token.kind === 'word' && /^(?:from|into|set|table|values)$/.test(token.text),
  );
  return structural && tokens.length > 3 ? { grade: 1, tokens: show(tokens, '') } : NOTHING;
}

/** Position of the sign that ends a literal in which `text` stands, or -1. Doubled and escaped quotes do not. */
function literalEnd(text: string, quote: string): number {
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '\\' && quote !== '`') i++;
    else if (text[i] === quote) {
      if (text[i + 1] === quote) i++;
      else return i;
    }
  }
  return -1;
}

function show(tokens: readonly SqlToken[], quote: string): string {
  const parts = tokens.slice(0, 32).map((token) => {
    if (token.kind === 'string') return 's';
    if (token.kind === 'number') return '1';
    if (token.kind === 'name' || token.kind === 'variable') return 'w';
    if (token.kind !== 'word') return token.text;
    return KEYWORDS.has(token.text) || SQL_FUNCTIONS.has(token.text) || TIME_FUNCTIONS.has(token.text)
      ? token.text
      : 'w';
  });
  return [...(quote === '' ? [] : [quote]), ...parts].join(' ').slice(0, MAX_SHOWN);
}
