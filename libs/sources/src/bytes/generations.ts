/**
 * Answers of late by what was asked, in two generations: once the younger has its share, it becomes the older one, and
 * what was not asked for since then is gone. Asking and adding take constant time however much was forgotten.
 *
 * State: `most` in weights, as the caller weighs.
 */
export class Generations<Key, Value> {
  #young = new Map<Key, Value>();
  #old = new Map<Key, Value>();
  #weight = 0;
  readonly #share: number;

  constructor(most: number) {
    this.#share = most / 2;
  }

  /** `weight` as it was added with. */
  get(key: Key, weight = 1): Value | undefined {
    const young = this.#young.get(key);
    if (young !== undefined) return young;
    const old = this.#old.get(key);
    if (old !== undefined) this.set(key, old, weight);
    return old;
  }

  set(key: Key, value: Value, weight = 1): void {
    if (this.#weight + weight > this.#share) {
      this.#old = this.#young;
      this.#young = new Map();
      this.#weight = 0;
    }
    this.#young.set(key, value);
    this.#weight += weight;
  }
}
