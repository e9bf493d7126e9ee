import { sqlDisguise } from './sql-disguise.js';
import { FragmentTokens, type TokenBudget } from './sql-fragment-tokens.js';
import { followSql, Mark, PROOFS, startsStatement, startsUnion, type SqlPath } from './sql-path.js';
import type { SqlToken } from './sql-tokens.js';
import { FILE_WORDS, isSchemaTable, KEYWORDS, SQL_FUNCTIONS, TIME_FUNCTIONS, VERBS } from './sql-words.js';

/** How far a value can act as a piece of SQL; `SqlGrade` of the contracts says what the grades mean. */
export interface SqlReading {
  readonly grade: 0 | 1 | 2 | 3 | 4;
  /** The tokens behind the grade, folded: keywords as they are, `w` names, `s` and `1` literals. */
  readonly tokens: string;
}

const NOTHING: SqlReading = { grade: 0, tokens: '' };
const MAX_VALUE = 4096;
const MAX_SHOWN = 96;
const MAX_TOKENS = 1024;
/** Quotes of a value that are tried as the end of its literal, from the front and from the back. */
const MAX_ENDS = 4;
const QUOTES = ["'", '"', '`'] as const;

/**
 * Reads a value as what it would be if it were put, unescaped, into a statement: inside each kind of quotes, and bare.
 * A value acts as SQL only where the tokens after the end of its literal go on as an expression does (operator, operand,
 * operator …), and only where what follows it in the statement still closes. Prose with apostrophes and program text fail
 * at the first token; that, not a list of bad words, is what tells them apart (in the spirit of Halfond and Orso 2005,
 * and of libinjection, Galbreath 2012). Cost: at most 4,096 characters and 1,024 tokens.
 */
export function readAsSql(value: string): SqlReading {
  if (!/['"`()=<>;#,|&*+^/@-]|\s/.test(value)) return NOTHING;
  const text = value.slice(0, MAX_VALUE);
  const disguise = sqlDisguise(text);
  if (disguise !== undefined) return { grade: 4, tokens: disguise };
  const budget = { left: MAX_TOKENS };
  let best = bareReading(text, budget);
  for (const quote of QUOTES) {
    if (best.grade === 4) break;
    const reading = quotedReading(text, quote, budget);
    if (reading.grade > best.grade) best = reading;
  }
  return best;
}

/** The value between quotes: is there an end of the literal in it, and what follows that end? */
function quotedReading(text: string, quote: string, budget: TokenBudget): SqlReading {
  let best = NOTHING;
  for (const [end, first] of literalEnds(text, quote)) {
    if (!first && endsOwnLiteral(text, end, quote)) continue;
    const tokens = new FragmentTokens(text, end + 1, budget);
    const path = followSql(tokens, true);
    const grade = quotedGrade(text, end, quote, path, tail(text, tokens), first);
    // Prose has many quotes, and a further one counts only where it goes on as nothing but an attack does.
    if (grade > best.grade && (first || grade === 4)) best = { grade, tokens: show(tokens.read, quote) };
    if (best.grade === 4) break;
  }
  return best;
}

function quotedGrade(
  text: string,
  end: number,
  quote: string,
  path: SqlPath,
  comment: Tail,
  first: boolean,
): SqlReading['grade'] {
  const { marks } = path;
  if ((marks & (PROOFS | Mark.wait)) !== 0) return 4;
  if (path.violated) {
    if (path.links > 0) return marks === 0 ? 1 : 2;
    // An apostrophe between letters is spelling: O'Brien, it's.
    const spelling = quote === "'" && /\p{L}$/u.test(text.slice(Math.max(end - 2, 0), end));
    return spelling && /^\p{L}/u.test(text.slice(end + 1, end + 3)) ? 0 : 1;
  }
  const hides = path.end === 'comment' && comment !== 'words';
  const closes = hides || path.end === 'open';
  if ((marks & Mark.tautology) !== 0)
    return closes || path.end === 'comment' || (first && path.end === 'operand') ? 4 : 2;
  if (hides && (path.links > 0 || path.unopened > 0)) return 4;
  if ((marks & Mark.condition) !== 0) return closes ? (path.tight || path.links > 2 ? 4 : 3) : 2;
  if ((marks & (Mark.call | Mark.ordering | Mark.boolean)) !== 0) return path.end === 'open' ? 4 : 3;
  // `admin'--`: nothing but the end of a literal and of the statement.
  if (hides && comment === 'bare') return /^\S{1,40}$/.test(text.slice(0, end)) ? 4 : end === 0 ? 3 : 2;
  if (path.links === 0 || path.end !== 'open') return 1;
  // `x'='`, `1'or'1`: people put blanks somewhere.
  const joined = (marks & (Mark.constant | Mark.comparison)) !== 0;
  return /\s/.test(text) ? (joined ? 2 : 1) : 3;
}

/** The value where no quotes stand around it: a number's place, or text that stays inside its literal. */
function bareReading(text: string, budget: TokenBudget): SqlReading {
  const tokens = new FragmentTokens(text, 0, budget);
  const first = tokens.at(0);
  if (!first || tokens.at(1) === undefined)
    return first?.kind === 'variable' && text.startsWith('@@') ? { grade: 3, tokens: 'w' } : NOTHING;
  const stacked = first.text === ';' && startsStatement(tokens, 1);
  if (stacked || startsUnion(tokens)) return { grade: 4, tokens: show(tokens.read, '') };
  if (first.kind === 'word' && VERBS.has(first.text) && first.text !== 'desc') return statementReading(tokens);
  const path = followSql(tokens, false);
  const grade = bareGrade(path, numberFirst(tokens), tail(text, tokens));
  return grade === 0 ? NOTHING : { grade, tokens: show(tokens.read, '') };
}

function bareGrade(path: SqlPath, number: boolean, comment: Tail): SqlReading['grade'] {
  const { marks } = path;
  if ((marks & PROOFS) !== 0) return 4;
  if ((marks & Mark.wait) !== 0) return path.links > 0 ? 4 : path.violated ? 1 : 3;
  if (path.violated) return (marks & Mark.tautology) !== 0 && number ? 2 : 0;
  const hides = path.end === 'comment' && comment !== 'words';
  if ((marks & Mark.tautology) !== 0) return number && (hides || path.tight || path.unopened > 0) ? 4 : 3;
  if (!number) return (marks & Mark.call) !== 0 && path.links > 0 ? 2 : (marks & Mark.comparison) !== 0 ? 1 : 0;
  if (hides && (marks !== 0 || path.unopened > 0) && path.links > 0) return 4;
  if ((marks & (Mark.condition | Mark.boolean | Mark.ordering)) !== 0) return 3;
  if ((marks & Mark.call) !== 0) return path.links > 0 ? 3 : 2;
  if (hides && path.unopened > 0) return 3;
  if (hides || path.links > 0) return hides || marks !== 0 ? 2 : 1;
  return 0;
}

function numberFirst(tokens: FragmentTokens): boolean {
  let at = 0;
  while (/^[-+~(]$/.test(tokens.at(at)?.text ?? '')) at++;
  const first = tokens.at(at);
  return first?.kind === 'number' || first?.kind === 'variable' || /^(?:null|true|false)$/.test(first?.text ?? '');
}

/** A whole statement in a value: somebody writes about SQL, or keeps it in a field. */
function statementReading(tokens: FragmentTokens): SqlReading {
  let dangerous = false;
  let structural = false;
  let at = 0;
  for (let token = tokens.at(at); token !== undefined && at < 64; token = tokens.at(++at)) {
    const { kind, text } = token;
    if (kind !== 'word') continue;
    const call = tokens.at(at + 1)?.text === '(' && tokens.at(at + 2)?.text !== ')';
    dangerous ||= FILE_WORDS.has(text) || (TIME_FUNCTIONS.has(text) && call) || isSchemaTable(text);
    structural ||= /^(?:from|into|set|table|values)$/.test(text);
  }
  const written = startsStatement(tokens, 0);
  if (dangerous && written) return { grade: 4, tokens: show(tokens.read, '') };
  return structural && at > 3 ? { grade: written ? 2 : 1, tokens: show(tokens.read, '') } : NOTHING;
}

/** What stands behind the comment that the value ends in: signs alone, a short remainder, or words. */
type Tail = 'none' | 'bare' | 'short' | 'words';

function tail(text: string, tokens: FragmentTokens): Tail {
  const last = tokens.read.at(-1);
  if (last?.kind !== 'comment') return 'none';
  const rest = text.slice(last.start, last.start + 64).replace(/^(?:--|#|\/\*)/, '');
  if (/^[-+\s;#*/!\0]*$/.test(rest)) return 'bare';
  return last.text === '/*' || /^[-+\s;#*/!\0]*\w{0,8}[^\w'"`]{0,3}$/.test(rest) ? 'short' : 'words';
}

/**
 * Positions of the signs that may end a literal in which `text` stands, the proper one first. Doubled and escaped quotes
 * end none where the application escapes as its database does, and do where it does not.
 */
function* literalEnds(text: string, quote: string): Generator<[end: number, first: boolean]> {
  const proper = properEnd(text, quote);
  if (proper !== -1) yield [proper, true];
  let from = text.indexOf(quote);
  for (let i = 0; i < MAX_ENDS && from !== -1; i++, from = text.indexOf(quote, from + 1)) {
    if (from !== proper) yield [from, false];
  }
  if (from === -1) return;
  let last = text.length;
  for (let i = 0; i < MAX_ENDS && last >= from; i++) {
    last = text.lastIndexOf(quote, last - 1);
    if (last >= from && last !== proper) yield [last, false];
  }
}

/** What stands before a literal of a statement, and a statement that has one. */
const BEFORE_LITERAL = /(?:[(,=<>]|\b(?:like|in|then|else|values|when))\s{0,8}$/i;
const STATEMENT = /\b(?:insert\s{1,8}into|delete\s{1,8}from|update\s[^;]{1,128}\sset|select\s[^;]{1,256}\sfrom)\s/i;

/**
 * Whether a sign ends a literal of a statement that the value itself holds, told or pasted: `insert into t values ('a');
 * update …`. The literal in which the value stands had ended at the sign before, where nothing goes on.
 */
function endsOwnLiteral(text: string, end: number, quote: string): boolean {
  const start = text.lastIndexOf(quote, end - 1);
  if (start < 1) return false;
  const before = text.slice(Math.max(start - 512, 0), start);
  return BEFORE_LITERAL.test(before.slice(-32)) && STATEMENT.test(before);
}

function properEnd(text: string, quote: string): number {
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
