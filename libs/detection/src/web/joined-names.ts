/** Texts that are kept; beyond them all are forgotten. */
const MOST = 8_192;
/** A longer text is not kept. */
const LONGEST = 512;

/**
 * Texts put together of two with a separator between them. The same few thousand names come again with every request: they are
 * found by their parts, so that each is one text, whose hash the runtime has worked out, in place of one that is put together
 * and hashed at each look-up. Memory: up to 8,192 texts of 512 characters.
 */
export class JoinedNames {
  readonly #separator: string;
  readonly #known = new Map<string, Map<string, string>>();
  #size = 0;

  constructor(separator: string) {
    this.#separator = separator;
  }

  join(first: string, second: string): string {
    const known = this.#known.get(first)?.get(second);
    if (known !== undefined) return known;
    // One piece in memory, unlike a sum of texts.
    const text = [first, second].join(this.#separator);
    if (text.length <= LONGEST) this.#keep(first, second, text);
    return text;
  }

  #keep(first: string, second: string, text: string): void {
    if (this.#size >= MOST) {
      this.#known.clear();
      this.#size = 0;
    }
    const of = this.#known.get(first);
    if (of === undefined) this.#known.set(first, new Map([[second, text]]));
    else of.set(second, text);
    this.#size += 1;
  }
}
