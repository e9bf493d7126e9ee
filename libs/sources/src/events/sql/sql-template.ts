import type { SqlMark } from '@plimsoll/contracts';

import { remembered } from '../../bytes/remembered.js';
import { sqlTokens, type SqlDialect, type SqlToken } from './sql-tokens.js';
import { FILE_WORDS, isSchemaTable, KEYWORDS, TIME_FUNCTIONS, VERBS } from './sql-words.js';

/** What a statement is made of, without any of its literals. */
export interface SqlOutline {
  readonly fingerprint: string;
  readonly verb: string;
  readonly tables: string[];
  readonly columnsWritten: string[];
  readonly outline: string;
  readonly functions: string[];
  readonly marks: SqlMark[];
  readonly literals: number;
  readonly longestLiteral: number;
}

/** Longest text that is read; a statement beyond it is marked `cut`. */
const MAX_TEXT = 65_536;
const MAX_FINGERPRINT = 2048;
const MAX_OUTLINE = 512;
/** A name longer than any that people give to columns, with digits in it, is a secret that lost its quotes. */
const SECRET_NAME = /^(?=.*\d)\w{20,}$|^[0-9a-f]{12,}$/;

/**
 * The structure of a statement. Where literals run into names without an operator between them (an apostrophe that broke
 * the quoting), everything after that point may be the inside of a literal: names there are hidden, keywords are kept.
 */
export const sqlOutline = remembered((statement: string, dialect: SqlDialect, complete: boolean): SqlOutline => {
  const { tokens, whole } = sqlTokens(statement.slice(0, MAX_TEXT), dialect);
  const hideFrom = brokenQuoting(tokens);
  const parts = tokens.map((token, i) => shown(token, i >= hideFrom));
  const facts = gather(tokens, parts, hideFrom);
  const cut = !complete || !whole || statement.length > MAX_TEXT;
  const marks = marksOf(tokens, facts, cut);
  if (cut) marks.push('cut');
  const lengths = tokens.filter((t) => t.kind === 'string' || t.kind === 'number').map((t) => t.end - t.start);
  return {
    fingerprint: fold(parts).join(' ').slice(0, MAX_FINGERPRINT),
    verb: facts.verb,
    tables: facts.tables,
    columnsWritten: facts.columns,
    outline: fold(coarse(parts, facts.verb)).join(' ').slice(0, MAX_OUTLINE),
    functions: facts.functions,
    marks,
    literals: lengths.length,
    longestLiteral: Math.max(0, ...lengths),
  };
});

/** Index of the first token whose place between literals no operator explains. */
function brokenQuoting(tokens: readonly SqlToken[]): number {
  for (let i = 1; i < tokens.length; i++) {
    const before = tokens[i - 1]!;
    const token = tokens[i]!;
    const touching = token.start === before.end;
    const wordAfterString =
      before.kind === 'string' &&
      (token.kind === 'word' || token.kind === 'number') &&
      (touching || !KEYWORDS.has(token.text));
    const aliasAfterAs = i > 1 && tokens[i - 2]!.text === 'as';
    if (wordAfterString && !aliasAfterAs) return i;
    const runsInto = before.kind === 'number' || (before.kind === 'word' && !/^(?:[bnxe]|_\w+)$/.test(before.text));
    if (token.kind === 'string' && touching && runsInto && !KEYWORDS.has(before.text)) {
      return i - 1;
    }
  }
  return tokens.length;
}

function shown(token: SqlToken, hidden: boolean): string {
  switch (token.kind) {
    case 'string':
    case 'number':
    case 'variable':
      return '?';
    case 'comment':
      return token.text === '/*' ? '/**/' : token.text;
    case 'word':
    case 'name':
      if (KEYWORDS.has(token.text)) return token.text;
      return hidden || SECRET_NAME.test(token.text) ? '_' : token.text.slice(0, 64);
    default:
      return token.text;
  }
}

/** Lists of placeholders become `?+`, repeated tuples one, a sign before a number and the last semicolon go. */
function fold(parts: readonly string[]): string[] {
  const out: string[] = [];
  for (const part of parts) {
    const last = out.at(-1);
    if (part === '?' && (last === '-' || last === '+') && isOpening(out.at(-2))) out.pop();
    if ((part === '?' || part === 'null' || part === 'default') && last === ',' && /^\?\+?$/.test(out.at(-2) ?? '')) {
      out.splice(-2, 2, '?+');
      continue;
    }
    // A list of one is a list.
    if (part === ')' && last === '?' && out.at(-2) === '(' && /^(?:in|values)$/.test(out.at(-3) ?? ''))
      out.splice(-1, 1, '?+');
    out.push(part);
    // ( ?+ ) , ( ?+ ) is one tuple and more.
    if (part === ')' && /^\?\+?$/.test(out.at(-2) ?? '') && out.at(-3) === '(') {
      if (out.at(-4) === ',' && out.at(-5) === ')' && /^\?\+?$/.test(out.at(-6) ?? '') && out.at(-7) === '(')
        out.splice(-7, 7, '(', '?+', ')');
    }
  }
  while (out.at(-1) === ';') out.pop();
  return out;
}

function isOpening(part: string | undefined): boolean {
  return part === undefined || part === '(' || part === ',' || /^[=<>!%*/|&]/.test(part) || KEYWORDS.has(part);
}

/** What an application combines freely becomes `*`: the columns of the first select, what an update sets, what an insert gives. */
function coarse(parts: readonly string[], verb: string): string[] {
  const head = parts.indexOf(verb);
  if (verb === 'select') {
    const from = topLevel(parts, 'from', head + 1);
    return from === -1 ? [...parts] : [...parts.slice(0, head + 1), '*', ...parts.slice(from)];
  }
  if (verb === 'update') {
    const set = parts.indexOf('set', head + 1);
    if (set === -1) return [...parts];
    const stop = parts.findIndex(
      (part, i) => i > set && /^(?:where|order|limit|from|returning|;|--|\/\*\*\/)$/.test(part),
    );
    return [...parts.slice(0, set + 1), '*', ...(stop === -1 ? [] : parts.slice(stop))];
  }
  if (verb === 'insert' || verb === 'replace') {
    const open = parts.indexOf('(', head + 1);
    const values = parts.findIndex((part, i) => i > head && (part === 'values' || part === 'value'));
    if (open === -1 || values === -1 || open > values) return [...parts];
    return [...parts.slice(0, open), '*', ...parts.slice(values)];
  }
  return [...parts];
}

function topLevel(parts: readonly string[], word: string, from: number): number {
  let depth = 0;
  for (let i = from; i < parts.length; i++) {
    if (parts[i] === '(') depth++;
    else if (parts[i] === ')') depth--;
    else if (parts[i] === word && depth === 0) return i;
  }
  return -1;
}

interface Facts {
  verb: string;
  tables: string[];
  columns: string[];
  functions: string[];
}

function gather(tokens: readonly SqlToken[], parts: readonly string[], hideFrom: number): Facts {
  const first = tokens.find((token) => token.kind === 'word');
  const verb = first && VERBS.has(first.text) ? first.text : 'other';
  const tables = new Set<string>();
  const columns = new Set<string>();
  const functions = new Set<string>();
  let setDepth = -1;
  let depth = 0;
  let insertList = false;
  for (let i = 0; i < hideFrom; i++) {
    const token = tokens[i]!;
    const next = tokens[i + 1];
    const before = parts[i - 1] ?? '';
    if (token.text === '(' && token.kind === 'sign') {
      depth++;
      continue;
    }
    if (token.text === ')' && token.kind === 'sign') {
      depth--;
      insertList = false;
      continue;
    }
    if (token.kind === 'word' && token.text === 'set' && verb === 'update') setDepth = depth;
    else if (token.kind === 'word' && /^(?:where|order|limit|select|from)$/.test(token.text)) setDepth = -1;
    if (!isName(token)) continue;
    if (
      /^(?:from|join|into|update|table|truncate|describe)$/.test(before) ||
      (before === ',' && inFromList(parts, i))
    ) {
      if (tables.size < 32) tables.add(qualified(tokens, i));
      insertList = (verb === 'insert' || verb === 'replace') && next?.text === '(';
      continue;
    }
    if (next?.kind === 'sign' && next.text === '(' && token.kind === 'word') {
      if (functions.size < 32) functions.add(parts[i]!);
    } else if (setDepth === depth && next?.text === '=' && (before === 'set' || before === ',' || before === '.')) {
      if (columns.size < 64) columns.add(parts[i]!);
    } else if (insertList && columns.size < 64) columns.add(parts[i]!);
  }
  return { verb, tables: [...tables].sort(), columns: [...columns].sort(), functions: [...functions].sort() };
}

function isName(token: SqlToken): boolean {
  return token.kind === 'name' || (token.kind === 'word' && !KEYWORDS.has(token.text));
}

function qualified(tokens: readonly SqlToken[], i: number): string {
  const [name, dot, second] = [tokens[i]!, tokens[i + 1], tokens[i + 2]];
  const full =
    dot?.text === '.' && second && (second.kind === 'word' || second.kind === 'name')
      ? `${name.text}.${second.text}`
      : name.text;
  return full.slice(0, 128);
}

function inFromList(parts: readonly string[], i: number): boolean {
  for (let k = i - 1; k >= Math.max(0, i - 24); k--) {
    const part = parts[k]!;
    if (part === 'from') return true;
    if (KEYWORDS.has(part) && part !== 'as') return false;
    if (part === '(' || part === ')' || part === '?') return false;
  }
  return false;
}

/**
 * Of a statement that was cut, what its end lacks says nothing. A comment hides the rest of a statement only behind the
 * beginning of one: drivers ask whether a connection lives with nothing but a comment (`-- ping`).
 */
function marksOf(tokens: readonly SqlToken[], { tables, functions }: Facts, cut: boolean): SqlMark[] {
  const marks = new Set<SqlMark>();
  const last = tokens.length - 1;
  const begins = tokens.findIndex(({ kind, text }) => kind !== 'comment' && text !== ';');
  if (begins === -1 && tokens.every(({ text }) => text !== '/*!')) return [];
  tokens.forEach((token, i) => {
    if (cut && i === last && token.open && token.text !== '--') return;
    if (token.kind === 'comment') {
      if (token.text === '/*!') marks.add('conditional-comment');
      else {
        const hides = token.open && (i === last || token.text === '--') && i > begins;
        marks.add(hides ? 'comment-tail' : 'comment-inside');
      }
    } else if (token.open) marks.add('open-literal');
    else if (token.kind === 'word') {
      if (token.text === 'union' || token.text === 'intersect' || token.text === 'except') marks.add('union');
      if (FILE_WORDS.has(token.text)) marks.add('file-access');
      if (token.text === 'waitfor') marks.add('time-function');
      if (token.text === 'select' && tokens[i - 1]?.text === '(') marks.add('sub-select');
      if (token.text === 'or' || token.text === 'and') {
        const after = tokens[i + 1];
        const beyond = tokens[i + 2];
        if (
          after &&
          isConstant(after) &&
          (!beyond || beyond.kind === 'comment' || beyond.text === ')' || /^(?:or|and|order|limit)$/.test(beyond.text))
        ) {
          marks.add('constant-comparison');
        }
      }
    } else if (token.text === ';' && beginsStatement(tokens, i + 1)) {
      marks.add('stacked');
    } else if (isComparison(token) && comparesConstants(tokens, i)) marks.add('constant-comparison');
  });
  if (tables.some(isSchemaTable)) marks.add('schema-table');
  if (functions.some((name) => TIME_FUNCTIONS.has(name))) marks.add('time-function');
  return [...marks];
}

/** What broke out of a literal may hold a semicolon too: `D'Angelo; vinyl`. */
function beginsStatement(tokens: readonly SqlToken[], from: number): boolean {
  const first = tokens.slice(from).find(({ kind, text }) => kind !== 'comment' && text !== '(' && text !== ';');
  return first?.kind === 'word' && VERBS.has(first.text);
}

function isConstant(token: SqlToken): boolean {
  return token.kind === 'string' || token.kind === 'number' || token.text === 'true' || token.text === 'null';
}

function isComparison(token: SqlToken): boolean {
  return token.kind === 'operator' && /^(?:=|<|>|<>|!=|<=|>=|<=>)$/.test(token.text);
}

/** `1 = 1`, not the end of `a + 1 = 1`, nor the beginning of `1 = 1 + a`. */
function comparesConstants(tokens: readonly SqlToken[], i: number): boolean {
  const [left, right, before] = [tokens[i - 1], tokens[i + 1], tokens[i - 2]];
  if (!left || !right || !isConstant(left) || !isConstant(right)) return false;
  return before === undefined || before.kind === 'word' || before.text === '(';
}
