import type { SqlToken } from './sql-tokens.js';
import { BINARY_WORDS, CLAUSE_WORDS, FILE_WORDS, KEYWORDS, SQL_FUNCTIONS, TIME_FUNCTIONS, VERBS } from './sql-words.js';

/** How far tokens go on as an SQL expression does. */
export interface SqlPath {
  /** Operators and clauses that joined two operands. */
  links: number;
  /**
   * `strong`: a sub-select, a union, a call, a comment that hides the rest, a further statement; `weak`: a comparison of
   * constants, an assignment, a concatenation, which also happen in prose and mathematics.
   */
  proof: 'none' | 'weak' | 'strong';
  compares: boolean;
  /** A token that cannot follow the one before it. */
  violated: boolean;
  end: 'operand' | 'operator' | 'comment' | 'open' | 'stacked';
}

/** Words that are keywords somewhere and names of columns elsewhere. */
const NAME_LIKE =
  /^(?:user|database|default|key|date|first|last|value|names|level|mode|read|index|table|text|asc|desc|character)$/;

/** Follows `tokens` as operand, operator, operand …; `afterLiteral` says that a literal, just ended, came before them. */
export function followSql(tokens: readonly SqlToken[], afterLiteral: boolean): SqlPath {
  const walk = new Walk(tokens, afterLiteral);
  let at = 0;
  while (at < tokens.length && !walk.done) at += walk.step(at);
  return walk.path;
}

class Walk {
  readonly path: SqlPath;
  done = false;
  readonly #tokens: readonly SqlToken[];
  readonly #afterLiteral: boolean;
  #needsOperand: boolean;
  /** Where a comparison decides something: after `or`, `and`, `where`, or the literal that was ended. */
  #logical: boolean;
  /** In a list of assignments or columns. */
  #listed = false;
  #left: 'constant' | 'other';
  #compared: 'constant' | 'other' | undefined;

  constructor(tokens: readonly SqlToken[], afterLiteral: boolean) {
    this.#tokens = tokens;
    this.#afterLiteral = afterLiteral;
    this.#needsOperand = !afterLiteral;
    this.#logical = afterLiteral;
    this.#left = afterLiteral ? 'constant' : 'other';
    this.path = {
      links: 0,
      proof: 'none',
      compares: false,
      violated: false,
      end: afterLiteral ? 'operand' : 'operator',
    };
  }

  /** Takes the token at `at` in; returns how many tokens it took. */
  step(at: number): number {
    const token = this.#tokens[at]!;
    if (token.kind === 'comment') return this.#comment(token);
    if (this.#needsOperand) return this.#operand(token, at);
    if (token.kind === 'operator' || (token.kind === 'word' && BINARY_WORDS.has(token.text)))
      return this.#operator(token);
    if (token.kind === 'word') return this.#clause(token, at);
    if (token.kind === 'sign') return this.#sign(token, at);
    return this.#violate();
  }

  #violate(): number {
    this.path.violated = true;
    this.done = true;
    return 1;
  }

  #prove(proof: 'weak' | 'strong'): void {
    if (this.path.proof !== 'strong') this.path.proof = proof;
  }

  #link(): void {
    this.path.links++;
    this.path.end = 'operator';
    this.#needsOperand = true;
  }

  #comment(token: SqlToken): number {
    const hides = token.text === '--' || token.open;
    if (!hides) return 1;
    this.done = true;
    this.path.end = 'comment';
    if (this.#needsOperand) this.path.violated = true;
    else if (this.#afterLiteral) this.#prove('strong');
    return 1;
  }

  #operand(token: SqlToken, at: number): number {
    const next = this.#tokens[at + 1];
    const before = this.#tokens[at - 1];
    if (token.kind === 'word' && token.text === 'select') return this.#select(before);
    if (token.kind === 'word' && token.text === 'case') {
      if (next?.text === 'when') this.#prove('strong');
      return 1;
    }
    if (token.kind === 'sign' && token.text === ')' && before?.text === '(') {
      this.#needsOperand = false;
      return 1;
    }
    if (isPrefix(token)) return 1;
    const operand = operandOf(token, next);
    if (operand === undefined) return this.#violate();
    if (operand === 'call') {
      if (TIME_FUNCTIONS.has(token.text)) this.#prove('strong');
      else if (
        (SQL_FUNCTIONS.has(token.text) || FILE_WORDS.has(token.text)) &&
        (this.#afterLiteral || this.path.links > 0)
      ) {
        this.#prove('strong');
      }
      return 1;
    }
    if (this.#compared === 'constant' && operand === 'constant' && this.#logical) this.#prove('weak');
    if (this.#compared !== undefined && this.#listed && this.#afterLiteral) this.#prove('weak');
    if (this.#compared === undefined && token.open && this.#logical && this.path.links > 0) this.#prove('weak');
    this.#compared = undefined;
    this.#left = operand;
    this.#needsOperand = false;
    this.path.end = token.open ? 'open' : 'operand';
    return 1 + this.#qualifiers(at);
  }

  /** `a.b.c` is one operand. */
  #qualifiers(at: number): number {
    let taken = 0;
    while (this.#tokens[at + taken + 1]?.text === '.' && this.#tokens[at + taken + 2] !== undefined) {
      taken += 2;
      this.#left = 'other';
    }
    return taken;
  }

  #select(before: SqlToken | undefined): number {
    if (!before || !/^(?:\(|union|all|distinct|except|intersect)$/.test(before.text)) return this.#violate();
    this.#prove('strong');
    return 1;
  }

  #operator(token: SqlToken): number {
    this.#link();
    if (isComparison(token)) {
      this.path.compares = true;
      this.#compared = this.#left;
      return 1;
    }
    if (/^(?:and|or|xor|\|\||&&)$/.test(token.text)) this.#logical = true;
    if (token.text === '||' && this.#afterLiteral) this.#prove('weak');
    this.#listed = false;
    return 1;
  }

  #clause(token: SqlToken, at: number): number {
    const next = this.#tokens[at + 1];
    if (/^(?:union|except|intersect)$/.test(token.text)) {
      const select = next?.text === 'all' || next?.text === 'distinct' ? this.#tokens[at + 2] : next;
      if (!select || !/^(?:select|\(|values)$/.test(select.text)) return this.#violate();
      this.#link();
      this.#prove('strong');
      return 1;
    }
    if (/^(?:end|asc|desc|null|all)$/.test(token.text)) return 1;
    if (/^(?:when|then|else)$/.test(token.text) && this.path.proof === 'strong') {
      this.#needsOperand = true;
      return 1;
    }
    // An alias: `(select …) a`.
    if (this.#tokens[at - 1]?.text === ')' && !KEYWORDS.has(token.text)) return 1;
    if (!CLAUSE_WORDS.has(token.text)) return this.#violate();
    this.#link();
    this.#logical = /^(?:where|having|on)$/.test(token.text);
    this.#listed = token.text === 'set';
    switch (token.text) {
      case 'order':
      case 'group':
        if (next?.text !== 'by') return this.#violate();
        if (this.#afterLiteral || this.#tokens[at + 2]?.kind === 'number') this.#prove('weak');
        return 2;
      case 'procedure':
        if (next?.kind === 'word' && this.#tokens[at + 2]?.text === '(') this.#prove('strong');
        return 1;
      case 'into':
        if (FILE_WORDS.has(next?.text ?? '')) this.#prove('strong');
        return 2;
      case 'for':
      case 'lock':
        return 2;
      default:
        return 1;
    }
  }

  #sign(token: SqlToken, at: number): number {
    if (token.text === ',') {
      const links = this.path.links;
      this.#link();
      if (!this.#afterLiteral) this.path.links = links;
      this.#listed = true;
      this.#logical = false;
      return 1;
    }
    if (token.text === ')') {
      this.#left = 'other';
      this.path.end = 'operand';
      return 1;
    }
    return token.text === ';' ? this.#semicolon(at) : this.#violate();
  }

  #semicolon(at: number): number {
    const next = this.#tokens[at + 1];
    this.done = true;
    if (next === undefined) return 1;
    const wasLiteral = this.#afterLiteral || this.#left === 'constant';
    if (next.kind === 'comment' && this.#afterLiteral) {
      this.#prove('strong');
      this.path.end = 'comment';
    } else if (wasLiteral && next.kind === 'word' && VERBS.has(next.text) && this.#hasObject(at + 1)) {
      this.#prove('strong');
      this.path.end = 'stacked';
    } else this.path.violated = true;
    return 1;
  }

  /** `; drop table x` is a statement, `; drop the table` is not. */
  #hasObject(verb: number): boolean {
    const [next, beyond] = [this.#tokens[verb + 1], this.#tokens[verb + 2]];
    if (!next) return false;
    return (
      KEYWORDS.has(next.text) ||
      next.kind !== 'word' ||
      next.text === '(' ||
      (beyond !== undefined && beyond.kind !== 'word') ||
      beyond?.text === 'set'
    );
  }
}

function isPrefix(token: SqlToken): boolean {
  if (token.kind === 'sign') return token.text === '(';
  if (token.kind === 'operator') return /^[-+!~*]$/.test(token.text);
  return token.kind === 'word' && /^(?:not|exists|binary|distinct|all|interval|any|some|if|by|when)$/.test(token.text);
}

function operandOf(token: SqlToken, next: SqlToken | undefined): 'constant' | 'other' | 'call' | undefined {
  if (token.kind === 'string' || token.kind === 'number') return 'constant';
  if (token.kind === 'variable' || token.kind === 'name') return 'other';
  if (token.kind !== 'word') return undefined;
  if (next?.kind === 'sign' && next.text === '(' && next.start === token.end) return 'call';
  if (/^(?:null|true|false)$/.test(token.text)) return 'constant';
  return KEYWORDS.has(token.text) && !NAME_LIKE.test(token.text) ? undefined : 'other';
}

function isComparison(token: SqlToken): boolean {
  if (token.kind === 'operator') return /^(?:=|<|>|<>|!=|<=|>=|<=>|:=)$/.test(token.text);
  return /^(?:like|ilike|rlike|regexp|is|in|between|glob)$/.test(token.text);
}
