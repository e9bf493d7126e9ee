import type { FragmentTokens } from './sql-fragment-tokens.js';
import { BINARY_WORDS, CLAUSE_WORDS, FILE_WORDS, KEYWORDS, SQL_FUNCTIONS, TIME_FUNCTIONS, VERBS } from './sql-words.js';
import type { SqlToken } from './sql-tokens.js';

/** What was met on the way, one bit each. */
export const Mark = {
  /** A second select joined on, with a list that can be one. */
  union: 1,
  subquery: 2,
  wait: 4,
  file: 8,
  /** A further statement behind a semicolon. */
  stacked: 16,
  /** `case when … then`. */
  choice: 32,
  /** A function of SQL, or a variable of the server. */
  call: 64,
  /** Constants compared, where that decides something. */
  tautology: 128,
  /** A comparison with a name, where that decides something. */
  condition: 256,
  /** `or true`, `and false`. */
  boolean: 512,
  /** `or 1`. */
  constant: 1024,
  /** `order by 3`, `limit 1`, `group by`. */
  ordering: 2048,
  /** The value goes on with a further item of a list, or a further assignment. */
  list: 4096,
  /** Compared with what stood before. */
  comparison: 8192,
} as const;

/** Marks that need nothing beside them. */
export const PROOFS = Mark.union | Mark.subquery | Mark.file | Mark.stacked | Mark.choice;

/** How far tokens go on as an SQL expression does. */
export interface SqlPath {
  marks: number;
  /** Operators and clauses that joined two operands. */
  links: number;
  /** A token that cannot follow the one before it. */
  violated: boolean;
  end: 'operand' | 'operator' | 'comment' | 'open' | 'stacked';
  /** Parentheses closed that were not opened here. */
  unopened: number;
  /** The comparison that decided something was written without blanks. */
  tight: boolean;
}

/** Words that are keywords somewhere and names of columns elsewhere. */
const NAME_LIKE =
  /^(?:user|database|default|key|date|first|last|value|names|level|mode|read|index|table|text|asc|desc|character)$/;
const LOGIC = /^(?:and|or|xor|\|\||&&)$/;
const BINARY_SIGN = /^(?:<=>|<>|!=|<=|>=|:=|::|\|\||&&|<<|>>|->>?|#>>?|[-+*/%<>=^|&])$/;
/** Packages of Oracle that reach files, programs and the network. */
const PACKAGE = /^(?:utl|dbms)_\w{2,30}$/;
/** Words that compare, and that nobody writes between quotes but in SQL. */
const SQL_ALONE = /^(?:rlike|ilike|regexp)$/;
/** Words that begin a statement of SQLite. */
const SQLITE_VERBS = /^(?:attach|detach|pragma)$/;
const MAX_AHEAD = 24;

/** Follows `tokens` as operand, operator, operand …; `afterLiteral` says that a literal, just ended, came before them. */
export function followSql(tokens: FragmentTokens, afterLiteral: boolean): SqlPath {
  const walk = new Walk(tokens, afterLiteral);
  let at = 0;
  while (!walk.done && tokens.at(at) !== undefined) at += walk.step(at);
  return walk.finish();
}

class Walk {
  readonly path: SqlPath;
  done = false;
  readonly #tokens: FragmentTokens;
  readonly #afterLiteral: boolean;
  #needsOperand: boolean;
  #depth = 0;
  /** Whether a comparison decides something: after `or`, `and`, `where`. */
  #logical = false;
  /** The operand before stands behind `or` or `and` and was compared with nothing yet. */
  #alone: 'boolean' | 'constant' | undefined;
  #afterLogic = false;
  #left: 'constant' | 'other';
  #compared: 'constant' | 'other' | undefined;

  constructor(tokens: FragmentTokens, afterLiteral: boolean) {
    this.#tokens = tokens;
    this.#afterLiteral = afterLiteral;
    this.#needsOperand = !afterLiteral;
    this.#left = afterLiteral ? 'constant' : 'other';
    const end = afterLiteral ? 'operand' : 'operator';
    this.path = { marks: 0, links: 0, violated: false, end, unopened: 0, tight: false };
  }

  /** Takes the token at `at` in; returns how many tokens it took. */
  step(at: number): number {
    const token = this.#tokens.at(at)!;
    if (token.kind === 'comment') return this.#comment();
    if (this.#needsOperand) return this.#operand(token, at);
    if (token.kind === 'operator' || (token.kind === 'word' && BINARY_WORDS.has(token.text)))
      return this.#operator(token, at);
    this.#settle();
    if (token.kind === 'word') return this.#clause(token, at);
    if (token.kind === 'sign') return this.#sign(token, at);
    return this.#violate();
  }

  finish(): SqlPath {
    if (!this.path.violated) this.#settle();
    return this.path;
  }

  #mark(mark: number): void {
    this.path.marks |= mark;
  }

  /** An operand behind `or` that nothing was compared with is the condition itself. */
  #settle(): void {
    if (this.#alone !== undefined) this.#mark(Mark[this.#alone]);
    this.#alone = undefined;
  }

  #violate(): number {
    this.path.violated = true;
    this.done = true;
    return 1;
  }

  #link(): void {
    this.path.links++;
    this.path.end = 'operator';
    this.#needsOperand = true;
  }

  #comment(): number {
    this.done = true;
    if (this.#needsOperand) this.path.violated = true;
    else this.path.end = 'comment';
    return 1;
  }

  #operand(token: SqlToken, at: number): number {
    const next = this.#tokens.at(at + 1);
    const before = this.#tokens.at(at - 1);
    if (token.kind === 'word' && (token.text === 'select' || token.text === 'values')) return this.#select(at);
    if (token.kind === 'word' && token.text === 'case') {
      if (next?.text === 'when' && this.#holds(at, 'then')) this.#mark(Mark.choice);
      return 1;
    }
    if (token.text === '(' && token.kind === 'sign') {
      this.#depth++;
      return 1;
    }
    if (token.text === ')' && token.kind === 'sign' && before?.text === '(') {
      this.#depth--;
      this.#needsOperand = false;
      return 1;
    }
    if (this.#isCall(token, next)) return this.#call(token, at);
    if (isPrefix(token)) return 1;
    const operand = operandOf(token);
    if (operand === undefined) return this.#violate();
    if (token.kind === 'variable' && this.#text(token).startsWith('@@')) this.#mark(Mark.call);
    if (this.#compared !== undefined && this.#logical)
      this.#mark(this.#compared === 'constant' && operand === 'constant' ? Mark.tautology : Mark.condition);
    else if (this.#afterLogic && operand === 'constant')
      this.#alone = token.text === 'true' || token.text === 'false' ? 'boolean' : 'constant';
    this.#compared = undefined;
    this.#afterLogic = false;
    this.#left = operand;
    const taken = this.#qualifiers(at);
    // `utl_http.request(…)`: its arguments follow as operands.
    if (PACKAGE.test(token.text) && this.#tokens.at(at + taken + 1)?.text === '(') {
      this.#mark(Mark.file);
      return 1 + taken;
    }
    this.#needsOperand = false;
    this.path.end = token.open ? 'open' : 'operand';
    return 1 + taken;
  }

  #text(token: SqlToken): string {
    return this.#tokens.textOf(token);
  }

  #isCall(token: SqlToken, next: SqlToken | undefined): boolean {
    if (token.kind !== 'word' || next?.text !== '(' || next.kind !== 'sign') return false;
    const known = SQL_FUNCTIONS.has(token.text) || FILE_WORDS.has(token.text) || TIME_FUNCTIONS.has(token.text);
    if (known || token.text === 'if') return true;
    return next.start === token.end && !KEYWORDS.has(token.text);
  }

  /** Marks what a call says; its arguments follow as operands. */
  #call(token: SqlToken, at: number): number {
    const empty = this.#tokens.at(at + 2)?.text === ')';
    if (TIME_FUNCTIONS.has(token.text) && !empty && this.#isArgument(at + 2)) this.#mark(Mark.wait);
    else if (FILE_WORDS.has(token.text) && !empty) this.#mark(Mark.file);
    else if (SQL_FUNCTIONS.has(token.text) || (token.text === 'if' && this.#holds(at, ','))) this.#mark(Mark.call);
    this.#afterLogic = false;
    if (this.#compared !== undefined && this.#logical) this.#mark(Mark.condition);
    this.#compared = undefined;
    return 1;
  }

  /** Whether what begins at `at` can say how long to wait: `sleep(ing)` and `sleep(8 h)` cannot. */
  #isArgument(at: number): boolean {
    const [first, next] = [this.#tokens.at(at), this.#tokens.at(at + 1)];
    if (first?.kind === 'word') return next?.text !== ')' || KEYWORDS.has(first.text);
    return first?.kind !== 'number' || next?.kind !== 'word' || BINARY_WORDS.has(next.text);
  }

  /** Whether the word or sign `text` comes soon after `at`. */
  #holds(at: number, text: string): boolean {
    for (let i = at + 1; i <= at + MAX_AHEAD; i++) {
      const token = this.#tokens.at(i);
      if (token === undefined) return false;
      if (token.text === text && token.kind !== 'string') return true;
    }
    return false;
  }

  /** `a.b.c` is one operand. */
  #qualifiers(at: number): number {
    let taken = 0;
    while (this.#tokens.at(at + taken + 1)?.text === '.' && this.#tokens.at(at + taken + 2) !== undefined) {
      taken += 2;
      this.#left = 'other';
    }
    return taken;
  }

  #select(at: number): number {
    const before = this.#tokens.at(at - 1);
    const opens =
      before === undefined ? !this.#afterLiteral : /^(?:\(|union|all|distinct|except|intersect)$/.test(before.text);
    if (!opens || !isSelectList(this.#tokens, at + 1)) return this.#violate();
    if (before?.text === '(') this.#mark(Mark.subquery);
    return 1;
  }

  #operator(token: SqlToken, at: number): number {
    if (token.kind === 'operator' && !BINARY_SIGN.test(token.text)) return this.#violate();
    const logic = LOGIC.test(token.text);
    if (logic) this.#settle();
    if (SQL_ALONE.test(token.text)) this.#mark(Mark.condition);
    if (isComparison(token)) {
      if (!this.#logical) this.#mark(Mark.comparison);
      this.#compared = this.#left;
      const next = this.#tokens.at(at + 1);
      const before = this.#tokens.at(at - 1);
      this.path.tight = before?.end === token.start && next?.start === token.end;
    }
    this.#alone = undefined;
    this.#link();
    this.#logical ||= logic;
    this.#afterLogic = logic;
    return 1;
  }

  #clause(token: SqlToken, at: number): number {
    const next = this.#tokens.at(at + 1);
    if (/^(?:union|except|intersect)$/.test(token.text)) return this.#union(at);
    // SQL Server asks for no semicolon between statements.
    if (token.text === 'waitfor' && next?.kind === 'word' && this.#tokens.at(at + 2)?.kind === 'string') {
      this.#mark(Mark.wait);
      this.done = true;
      return 1;
    }
    if (/^(?:end|asc|desc|null|all)$/.test(token.text)) return 1;
    if (
      /^(?:when|then|else|as)$/.test(token.text) &&
      (this.path.marks & (Mark.choice | Mark.subquery | Mark.call)) !== 0
    ) {
      this.#needsOperand = true;
      return 1;
    }
    // An alias: `(select …) a`.
    if (this.#tokens.at(at - 1)?.text === ')' && !KEYWORDS.has(token.text) && this.path.marks !== 0) return 1;
    if (!CLAUSE_WORDS.has(token.text)) return this.#violate();
    this.#link();
    this.#logical = /^(?:where|having|on)$/.test(token.text);
    switch (token.text) {
      case 'order':
      case 'group':
        if (next?.text !== 'by') return this.#violate();
        if (this.#tokens.at(at + 2)?.kind === 'number') this.#mark(Mark.ordering);
        return 2;
      case 'limit':
        if (next?.kind === 'number') this.#mark(Mark.ordering);
        return 1;
      case 'procedure':
        if (next?.kind === 'word' && this.#tokens.at(at + 2)?.text === '(') this.#mark(Mark.file);
        return 1;
      case 'into':
        if (FILE_WORDS.has(next?.text ?? '')) this.#mark(Mark.file);
        return 2;
      case 'for':
      case 'lock':
        return 2;
      default:
        return 1;
    }
  }

  #union(at: number): number {
    let from = at + 1;
    if (/^(?:all|distinct|distinctrow)$/.test(this.#tokens.at(from)?.text ?? '')) from++;
    while (this.#tokens.at(from)?.text === '(') from++;
    const verb = this.#tokens.at(from);
    const ofTable = verb?.text === 'table' && isWholeTable(this.#tokens, from + 1);
    if (verb?.text !== 'select' && verb?.text !== 'values' && !ofTable) return this.#violate();
    if (!ofTable && !isSelectList(this.#tokens, from + 1)) return this.#violate();
    this.#link();
    this.#mark(Mark.union);
    return 1;
  }

  #sign(token: SqlToken, at: number): number {
    if (token.text === ',') {
      if (this.#depth === 0) this.#mark(Mark.list);
      this.#link();
      this.#logical = false;
      return 1;
    }
    if (token.text === ')') {
      if (this.#depth > 0) this.#depth--;
      else this.path.unopened++;
      this.#left = 'other';
      this.path.end = 'operand';
      return 1;
    }
    return token.text === ';' ? this.#semicolon(at) : this.#violate();
  }

  #semicolon(at: number): number {
    const next = this.#tokens.at(at + 1);
    this.done = true;
    if (next === undefined) return 1;
    if (next.kind === 'comment') this.path.end = 'comment';
    else if (startsStatement(this.#tokens, at + 1) && (this.#afterLiteral || this.#left === 'constant')) {
      this.#mark(Mark.stacked);
      this.path.end = 'stacked';
    } else this.path.violated = true;
    return 1;
  }
}

/** `drop table x` is a statement, `drop the table` is not. */
export function startsStatement(tokens: FragmentTokens, at: number): boolean {
  const [verb, next, beyond] = [tokens.at(at), tokens.at(at + 1), tokens.at(at + 2)];
  if (verb?.kind !== 'word' || !next || !(VERBS.has(verb.text) || SQLITE_VERBS.test(verb.text))) return false;
  if (verb.text === 'select') return isSelectList(tokens, at + 1);
  if (verb.text === 'handler') return /^(?:open|read|close)$/.test(beyond?.text ?? '');
  return (
    KEYWORDS.has(next.text) ||
    next.kind !== 'word' ||
    FILE_WORDS.has(next.text) ||
    next.text === '(' ||
    (beyond !== undefined && beyond.kind !== 'word') ||
    beyond?.text === 'set'
  );
}

/** `union table users -- `: a name, and nothing behind it but what a selection may end in. */
function isWholeTable(tokens: FragmentTokens, at: number): boolean {
  const [name, next] = [tokens.at(at), tokens.at(at + 1)];
  if (name?.kind !== 'word' && name?.kind !== 'name') return false;
  return next === undefined || next.kind === 'comment' || /^(?:[;.)]|order|limit|into)$/.test(next.text);
}

/** `union select 1`, `union(select null`: what stands before it is the application's own. Prose lists no constants there. */
export function startsUnion(tokens: FragmentTokens): boolean {
  if (tokens.at(0)?.text !== 'union') return false;
  let at = 1;
  while (/^(?:all|distinct|\()$/.test(tokens.at(at)?.text ?? '')) at++;
  if (tokens.at(at)?.text !== 'select') return false;
  do at++;
  while (/^[-+~!(]$/.test(tokens.at(at)?.text ?? ''));
  const [first, next] = [tokens.at(at), tokens.at(at + 1)];
  if (first === undefined || (next?.kind === 'word' && next.text !== 'from')) return false;
  return operandOf(first) === 'constant' || first.kind === 'variable' || first.text === '*';
}

/** `1,2`, `a from`, `count(*)`: what a select names, and prose about one does not. */
function isSelectList(tokens: FragmentTokens, from: number): boolean {
  let at = from;
  while (/^(?:all|distinct|top|[-+~!(])$/.test(tokens.at(at)?.text ?? '')) at++;
  const [first, next] = [tokens.at(at), tokens.at(at + 1)];
  if (first === undefined) return false;
  if (first.kind === 'number' || first.kind === 'string' || first.kind === 'variable') return true;
  if (first.text === '*' || first.text === 'select' || first.text === 'case' || first.text === 'null') return true;
  if (first.kind !== 'word' && first.kind !== 'name') return false;
  return (
    next === undefined ||
    next.kind === 'comment' ||
    /^(?:[,.()]|from|as|into|where|limit|\|\||[-+*/%])$/.test(next.text)
  );
}

function isPrefix(token: SqlToken): boolean {
  if (token.kind === 'operator') return /^[-+!~*]$/.test(token.text);
  return token.kind === 'word' && /^(?:not|exists|binary|distinct|all|interval|any|some|if|by|when)$/.test(token.text);
}

function operandOf(token: SqlToken): 'constant' | 'other' | undefined {
  if (token.kind === 'string' || token.kind === 'number') return 'constant';
  if (token.kind === 'variable' || token.kind === 'name') return 'other';
  if (token.kind !== 'word') return undefined;
  if (/^(?:null|true|false)$/.test(token.text)) return 'constant';
  return KEYWORDS.has(token.text) && !NAME_LIKE.test(token.text) ? undefined : 'other';
}

function isComparison(token: SqlToken): boolean {
  if (token.kind === 'operator') return /^(?:=|<|>|<>|!=|<=|>=|<=>|:=)$/.test(token.text);
  return /^(?:like|ilike|rlike|regexp|is|in|between|glob)$/.test(token.text);
}
