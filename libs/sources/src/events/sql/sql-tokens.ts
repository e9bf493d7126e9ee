/**
 * Words, literals and signs of a piece of SQL, also of a broken one: a tokenizer for MySQL's and PostgreSQL's dialects
 * that never refuses, because what an attacker sends seldom parses to the end. Parsers of the npm registry give up at
 * the first error, which is where the interesting part begins.
 *
 * Cost: one pass, linear in the text; at most `MAX_TOKENS` tokens.
 */
export interface SqlToken {
  /**
   * `word` (lower case), `name` (a quoted identifier, lower case), `string`, `number`, `variable` (`@x`, `:x`, `$1`, `?`),
   * `operator`, `sign` (one of `( ) , ; .`), `comment`.
   */
  readonly kind: 'word' | 'name' | 'string' | 'number' | 'variable' | 'operator' | 'sign' | 'comment';
  /** The word, operator or sign; for comments `--` (also `#`), a slash-star pair, or one with `!` for conditional ones; empty for literals. */
  readonly text: string;
  /** `[start, end)` in the text. */
  readonly start: number;
  readonly end: number;
  /** A literal or comment that the text ends in, or a comment that hides all that would follow. */
  readonly open: boolean;
}

export type SqlDialect = 'mysql' | 'postgresql';

const MAX_TOKENS = 4096;

const SPACE = 32;

/** Letters, digits, `_` and `$` of ASCII: 1 where a word may begin with it, 2 where it may only go on. */
const WORD_BYTES = new Uint8Array(128);
for (let code = 0; code < 128; code++) {
  const sign = String.fromCharCode(code);
  WORD_BYTES[code] = /[A-Za-z_]/.test(sign) ? 1 : /[0-9$]/.test(sign) ? 2 : 0;
}
const WORD_START = /[\p{L}_]/u;
const WORD = /[\p{L}\p{N}_$]*/uy;
const NUMBER = /0[xX][0-9a-fA-F]+|0[bB][01]+(?![\w])|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y;
const OPERATOR = /<=>|<>|!=|<=|>=|:=|::|\|\||&&|<<|>>|->>?|#>>?|[-+*/%<>=!~^|&]/y;
const VARIABLE = /@{1,2}[\w$.]*|:[A-Za-z_]\w*|\$\d+|\?/y;
const BLANKS = /[\s\0]+/y;

/** The tokens of `text` from `from` on; `whole` is false where the limit was reached. */
export function sqlTokens(text: string, dialect: SqlDialect, from = 0): { tokens: SqlToken[]; whole: boolean } {
  const tokens: SqlToken[] = [];
  let at = from;
  while (tokens.length < MAX_TOKENS) {
    const token = nextSqlToken(text, at, dialect);
    if (token === undefined) return { tokens, whole: true };
    tokens.push(token);
    at = token.end;
  }
  return { tokens, whole: at >= text.length };
}

/** The token at or after `at`, or undefined where only blanks are left. */
export function nextSqlToken(text: string, at: number, dialect: SqlDialect): SqlToken | undefined {
  const first = text.charCodeAt(at);
  // The blank between two words is one, nearly always.
  const next = first === SPACE ? at + 1 : at;
  const start = isBlank(first === SPACE ? text.charCodeAt(next) : first) ? next + sticky(BLANKS, text, next) : next;
  return start < text.length ? tokenAt(text, start, dialect) : undefined;
}

function tokenAt(text: string, at: number, dialect: SqlDialect): SqlToken {
  if (WORD_BYTES[text.charCodeAt(at)] === 1) return wordAt(text, at);
  const sign = text[at]!;
  const make = (kind: SqlToken['kind'], end: number, shown = '', open = false): SqlToken => ({
    kind,
    text: shown,
    start: at,
    end,
    open,
  });
  if (sign === "'") return literal(text, at, "'", dialect === 'mysql', 'string');
  if (sign === '"') {
    return dialect === 'mysql' ? literal(text, at, '"', true, 'string') : literal(text, at, '"', false, 'name');
  }
  if (sign === '`') return literal(text, at, '`', false, 'name');
  const comment = commentAt(text, at, dialect);
  if (comment) return comment;
  if (sign === '(' || sign === ')' || sign === ',' || sign === ';') return make('sign', at + 1, sign);
  const number = sticky(NUMBER, text, at);
  if (number > 0) {
    // `1abc` is a name in MySQL; a number that runs into letters is no literal.
    const word = sticky(WORD, text, at + number);
    return word > 0 ? make('word', at + number + word, lower(text, at, number + word)) : make('number', at + number);
  }
  if (sign === '.') return make('sign', at + 1, sign);
  const variable = sticky(VARIABLE, text, at);
  if (variable > 0) return make('variable', at + variable);
  const operator = sticky(OPERATOR, text, at);
  if (operator > 0) return make('operator', at + operator, text.slice(at, at + operator));
  if (WORD_START.test(String.fromCodePoint(text.codePointAt(at)!))) return wordAt(text, at);
  return make('operator', at + 1, sign);
}

/** A word that begins at `start`; letters beyond ASCII are left to the pattern. */
function wordAt(text: string, start: number): SqlToken {
  let end = start;
  while (end < text.length && WORD_BYTES[text.charCodeAt(end)]) end++;
  if (text.charCodeAt(end) > 127) end = start + Math.max(sticky(WORD, text, start), 1);
  return { kind: 'word', text: text.slice(start, end).toLowerCase(), start, end, open: false };
}

/** What `BLANKS` may begin with. */
function isBlank(code: number): boolean {
  return code <= SPACE || code > 127;
}

function commentAt(text: string, at: number, dialect: SqlDialect): SqlToken | undefined {
  const hash = text[at] === '#' && dialect === 'mysql';
  const dashes =
    text.startsWith('--', at) && (dialect === 'postgresql' || /^(?:$|[\s\0])/.test(text.slice(at + 2, at + 3)));
  if (hash || dashes) {
    const line = text.indexOf('\n', at);
    return { kind: 'comment', text: '--', start: at, end: line === -1 ? text.length : line + 1, open: line === -1 };
  }
  if (!text.startsWith('/*', at)) return undefined;
  // The inside of MySQL's conditional comment is executed: only its mark is a comment.
  if (dialect === 'mysql' && /^!/.test(text.slice(at + 2, at + 3))) {
    const digits = /^!\d{0,6}/.exec(text.slice(at + 2, at + 10));
    return { kind: 'comment', text: '/*!', start: at, end: at + 2 + (digits?.[0].length ?? 1), open: false };
  }
  const close = text.indexOf('*/', at + 2);
  return { kind: 'comment', text: '/*', start: at, end: close === -1 ? text.length : close + 2, open: close === -1 };
}

function literal(text: string, at: number, quote: string, backslash: boolean, kind: 'string' | 'name'): SqlToken {
  let i = at + 1;
  let closed = false;
  while (i < text.length) {
    const sign = text[i];
    if (sign === '\\' && backslash) i += 2;
    else if (sign !== quote) i++;
    else if (text[i + 1] === quote) i += 2;
    else {
      closed = true;
      i++;
      break;
    }
  }
  const end = Math.min(i, text.length);
  const shown = kind === 'name' ? text.slice(at + 1, closed ? end - 1 : end).toLowerCase() : '';
  return { kind, text: shown, start: at, end, open: !closed };
}

function sticky(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  const match = pattern.exec(text);
  return match ? match[0].length : 0;
}

function lower(text: string, at: number, length: number): string {
  return text.slice(at, at + length).toLowerCase();
}
