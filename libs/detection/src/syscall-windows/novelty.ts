import { z } from 'zod';

/** Share of benign windows that may hold something new to a profile of calls that is complete. */
export const COMPLETE_NOVELTY = 0.02;

/** What a `NoveltyCounter` holds, for a snapshot. */
export const NoveltyData = z.object({ windows: z.number().int(), keys: z.array(z.tuple([z.number(), z.number()])) });
export type NoveltyData = z.infer<typeof NoveltyData>;

/**
 * The probability that the next benign window holds something never seen, after Good (1953) and Turing: about the share of
 * the windows so far that hold something no other window holds. Keys beyond the limit are not counted.
 */
export class NoveltyCounter {
  /** Of each key: the only window that held it, or `MANY`. */
  readonly #windowOf = new Map<number, number>();
  #window = 0;

  get windows(): number {
    return this.#window;
  }

  /** Something that the open window holds, by a key of two halves. */
  add(a: number, b: number): void {
    // 32 bits of one half and 20 of the other are exact in a number.
    const key = (a >>> 0) * 1_048_576 + (b & 0xfffff);
    const first = this.#windowOf.get(key);
    if (first === undefined) {
      if (this.#windowOf.size < MAX_KEYS) this.#windowOf.set(key, this.#window);
    } else if (first !== MANY && first !== this.#window) {
      this.#windowOf.set(key, MANY);
    }
  }

  /** The open window is complete. */
  window(): void {
    this.#window += 1;
  }

  /** In [0, 1]; 1 before the first window. */
  estimate(): number {
    if (this.#window === 0) return 1;
    const alone = new Set<number>();
    for (const window of this.#windowOf.values()) if (window !== MANY && window < this.#window) alone.add(window);
    return Math.min(1, (1 + alone.size) / (1 + this.#window));
  }

  data(): NoveltyData {
    return { windows: this.#window, keys: [...this.#windowOf] };
  }

  /** Adds what another counted, of windows of its own. An open window goes on only where nothing was counted yet. */
  merge({ windows, keys }: NoveltyData): void {
    if (this.#window > 0) this.#forgetOpen();
    for (const [key, window] of keys) {
      if (this.#windowOf.has(key)) this.#windowOf.set(key, MANY);
      else if (this.#windowOf.size < MAX_KEYS) this.#windowOf.set(key, window === MANY ? MANY : window + this.#window);
    }
    this.#window += windows;
  }

  #forgetOpen(): void {
    for (const [key, window] of this.#windowOf) if (window === this.#window) this.#windowOf.delete(key);
  }
}

const MANY = -1;
const MAX_KEYS = 500_000;
