/**
 * The keys that are asked for most, each with a value: where one too many comes, the one asked for least often goes (the
 * oldest of them), so that names that a client makes up push out each other, not what is in use (Space-Saving, Metwally,
 * Agrawal and El Abbadi 2005, without its error bound: a newcomer begins at one). A new key costs a look at all of them.
 */
export class FrequentKeys<Value> {
  readonly #entries = new Map<string, { count: number; readonly value: Value }>();

  constructor(
    private readonly most: number,
    private readonly make: () => Value,
  ) {}

  has(key: string): boolean {
    return this.#entries.has(key);
  }

  /** The key's value, made where it is new; counts as one use. */
  use(key: string): Value {
    const known = this.#entries.get(key);
    if (known) {
      known.count++;
      return known.value;
    }
    if (this.#entries.size >= this.most) this.#evict();
    const value = this.make();
    this.#entries.set(key, { count: 1, value });
    return value;
  }

  #evict(): void {
    let rarest: string | undefined;
    let least = Number.POSITIVE_INFINITY;
    for (const [key, { count }] of this.#entries) {
      if (count >= least) continue;
      rarest = key;
      least = count;
      if (count === 1) break;
    }
    if (rarest !== undefined) this.#entries.delete(rarest);
  }
}
