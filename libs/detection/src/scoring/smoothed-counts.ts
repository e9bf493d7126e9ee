import { z } from 'zod';

/** A `SmoothedCounts` as it stands in a profile: contexts with their values and counts, both in the order of their names. */
export const SmoothedCountsData = z.array(
  z.tuple([z.string().max(512), z.array(z.tuple([z.string().max(512), z.number().int().positive()]))]),
);
export type SmoothedCountsData = z.infer<typeof SmoothedCountsData>;

/** Contexts in all, and values of one context; beyond them nothing new is taken in, which errs towards 'unknown'. */
const MAX_CONTEXTS = 65_536;
const MAX_VALUES = 512;
const MAX_NAME = 512;

interface Context {
  total: number;
  /** Values seen once. */
  once: number;
  readonly values: Map<string, number>;
  /** The values, the most frequent first, since somebody asked: a model's no longer change. */
  ordered: readonly (readonly [string, number])[] | undefined;
}

/**
 * How often each value was seen in each context, and what that says of the next one. The probability of a value is drawn
 * towards a prior as if `strength` observations had followed it (Dirichlet smoothing; a context's prior is usually the
 * probability in a wider context). The probability of something new is Good and Turing's: values seen once, over all (Good 1953).
 *
 * State: at most 65,536 contexts of 512 values. A question costs one or two look-ups.
 */
export class SmoothedCounts {
  readonly #contexts = new Map<string, Context>();

  static of(data: SmoothedCountsData): SmoothedCounts {
    const table = new SmoothedCounts();
    table.merge(data);
    return table;
  }

  /** Adds what another table counted. */
  merge(data: SmoothedCountsData): void {
    for (const [context, values] of data) for (const [value, count] of values) this.add(context, value, count);
  }

  add(context: string, value: string, count = 1): void {
    const name = cut(context);
    let at = this.#contexts.get(name);
    if (at === undefined) {
      if (this.#contexts.size >= MAX_CONTEXTS) return;
      at = { total: 0, once: 0, values: new Map(), ordered: undefined };
      this.#contexts.set(name, at);
    }
    const key = cut(value);
    const known = at.values.get(key);
    if (known === undefined && at.values.size >= MAX_VALUES) return;
    at.ordered = undefined;
    at.total += count;
    at.values.set(key, (known ?? 0) + count);
    if (known === undefined) at.once += count === 1 ? 1 : 0;
    else if (known === 1) at.once -= 1;
  }

  total(context: string): number {
    return this.#at(context)?.total ?? 0;
  }

  count(context: string, value: string): number {
    return this.#at(context)?.values.get(cut(value)) ?? 0;
  }

  /** How many different values a context has. */
  distinct(context: string): number {
    return this.#at(context)?.values.size ?? 0;
  }

  /** The values of a context, the most frequent first. */
  values(context: string): readonly (readonly [string, number])[] {
    const at = this.#at(context);
    if (at === undefined) return [];
    return (at.ordered ??= [...at.values].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)));
  }

  /** Probability that the next value of the context is `value`; in (0, 1] for a prior in (0, 1]. */
  probability(context: string, value: string, prior: number, strength: number): number {
    return (this.count(context, value) + strength * prior) / (this.total(context) + strength);
  }

  /**
   * Probability that the next value of the context is one that was not seen in it, drawn towards `prior` as if `strength`
   * observations had followed it; in (0, 1).
   */
  probabilityOfNew(context: string, prior = 0.5, strength = 2): number {
    const at = this.#at(context);
    return at === undefined ? prior : (at.once + strength * prior) / (at.total + strength);
  }

  data(): SmoothedCountsData {
    const ordered = [...this.#contexts].sort(([a], [b]) => (a < b ? -1 : 1));
    return ordered.map(([context, { values }]) => [context, [...values].sort(([a], [b]) => (a < b ? -1 : 1))]);
  }

  #at(context: string): Context | undefined {
    return this.#contexts.get(cut(context));
  }
}

function cut(name: string): string {
  return name.length > MAX_NAME ? name.slice(0, MAX_NAME) : name;
}
