import { nextSqlToken, type SqlToken } from './sql-tokens.js';
import { BINARY_WORDS, CLAUSE_WORDS } from './sql-words.js';

/** Tokens that one value may cost, over all the places that it is read from. */
export interface TokenBudget {
  left: number;
}

/** A number that runs into a word, as MySQL and older PostgreSQL read `1union` and `1e0or`. */
const GLUED = /^(\d+\.?\d*(?:e[+-]?\d+)?)([a-z]+)$/;

/**
 * The tokens of a value that might be a piece of SQL, read on demand: prose fails at the first. Comments that end within
 * the value are blanks, what MySQL executes in a conditional comment is not, and a number that runs into a keyword is two
 * tokens.
 */
export class FragmentTokens {
  readonly #text: string;
  readonly #budget: TokenBudget;
  readonly #tokens: SqlToken[] = [];
  #next: number;
  #conditional = false;
  #done = false;

  constructor(text: string, from: number, budget: TokenBudget) {
    this.#text = text;
    this.#next = from;
    this.#budget = budget;
  }

  at(index: number): SqlToken | undefined {
    while (this.#tokens.length <= index && !this.#done) this.#read();
    return index < 0 ? undefined : this.#tokens[index];
  }

  textOf({ start, end }: SqlToken): string {
    return this.#text.slice(start, end);
  }

  /** What was read so far. */
  get read(): readonly SqlToken[] {
    return this.#tokens;
  }

  #read(): void {
    const token = this.#budget.left > 0 ? nextSqlToken(this.#text, this.#next, 'mysql') : undefined;
    this.#budget.left -= 1;
    if (token === undefined) {
      this.#done = true;
      return;
    }
    this.#next = token.end;
    if (token.kind === 'comment' && !token.open) {
      this.#conditional ||= token.text === '/*!';
      return;
    }
    if (this.#conditional && token.text === '*' && this.#text[token.end] === '/') {
      this.#conditional = false;
      this.#next = token.end + 1;
      return;
    }
    this.#tokens.push(...unglued(token));
  }
}

function unglued(token: SqlToken): SqlToken[] {
  const match = token.kind === 'word' ? GLUED.exec(token.text) : null;
  const [, number = '', word = ''] = match ?? [];
  if (word !== 'union' && !BINARY_WORDS.has(word) && !CLAUSE_WORDS.has(word)) return [token];
  const edge = token.start + number.length;
  return [
    { kind: 'number', text: '', start: token.start, end: edge, open: false },
    { ...token, text: word, start: edge },
  ];
}
