/** Beyond this, nothing is taken for one literal any more. */
const MAX_LITERAL = 262_144;

type Within = '' | "'" | '"' | '`' | '#' | '*';

/**
 * Whether a statement that is read piece by piece stands within a literal, a quoted name or a comment. Knows MySQL's
 * quotes with backslashes and doubled quotes, `-- ` and `#` to the end of the line, and comments in stars. State: a sign.
 */
export class LiteralScan {
  #within: Within = '';
  #escaped = false;
  #length = 0;

  /** What follows goes on within a literal, a name or a comment that stretches over lines. */
  get open(): boolean {
    return this.#within !== '' && this.#within !== '#' && this.#length <= MAX_LITERAL;
  }

  reset(): void {
    this.#within = '';
    this.#escaped = false;
    this.#length = 0;
  }

  feed(text: string): void {
    this.#length += text.length;
    for (let at = 0; at < text.length; at++) {
      const sign = text[at]!;
      if (this.#within === '') this.#enter(sign, text[at + 1], text[at + 2]);
      else if (this.#within === '#') {
        if (sign === '\n') this.#within = '';
      } else if (this.#within === '*') {
        if (sign === '*' && text[at + 1] === '/') {
          this.#within = '';
          at++;
        }
      } else if (this.#escaped) this.#escaped = false;
      else if (sign === '\\' && this.#within !== '`') this.#escaped = true;
      // A doubled quote closes and opens again, which comes to the same.
      else if (sign === this.#within) this.#within = '';
    }
  }

  #enter(sign: string, next: string | undefined, third: string | undefined): void {
    if (sign === "'" || sign === '"' || sign === '`') this.#within = sign;
    else if (sign === '#' || (sign === '-' && next === '-' && (third === undefined || third <= ' ')))
      this.#within = '#';
    else if (sign === '/' && next === '*') this.#within = '*';
  }
}
