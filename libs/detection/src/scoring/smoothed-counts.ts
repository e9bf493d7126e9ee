import { z } from 'zod';

import type { NoveltyEstimate } from '../learning/outlook.js';

/** A `SmoothedCounts` as it stands in a profile: contexts with their values and counts, both in the order of their names. */
export const SmoothedCountsData = z.array(
  z.tuple([z.string().max(512), z.array(z.tuple([z.string().max(512), z.number().int().positive()]))]),
);
export type SmoothedCountsData = z.infer<typeof SmoothedCountsData>;

/** Contexts in all, and values of one context; beyond them nothing new is taken in, which errs towards 'unknown'. */
const MAX_CONTEXTS = 65_536;
const MAX_VALUES = 512;
const MAX_NAME = 512;

/** What was seen in one context. */
export class Counts {
  /** Observations. */
  total = 0;
  /** Values seen once. */
  #once = 0;
  readonly #values = new Map<string, number>();
  /** The values, the most frequent first, since somebody asked: a model's no longer change. */
  #ordered: readonly (readonly [string, number])[] | undefined;

  add(value: string, count: number): void {
    const key = cut(value);
    const known = this.#values.get(key);
    if (known === undefined && this.#values.size >= MAX_VALUES) return;
    this.#ordered = undefined;
    this.total += count;
    this.#values.set(key, (known ?? 0) + count);
    if (known === undefined) this.#once += count === 1 ? 1 : 0;
    else if (known === 1) this.#once -= 1;
  }

  count(value: string): number {
    return this.#values.get(cut(value)) ?? 0;
  }

  /** How many different values there are. */
  get distinct(): number {
    return this.#values.size;
  }

  /** The values, the most frequent first. */
  get values(): readonly (readonly [string, number])[] {
    return (this.#ordered ??= [...this.#values].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)));
  }

  /** Probability that the next value is `value`; in (0, 1] for a prior in (0, 1]. */
  probability(value: string, prior: number, strength: number): number {
    return (this.count(value) + strength * prior) / (this.total + strength);
  }

  /**
   * Probability that the next value is one that was not seen, drawn towards `prior` as if `strength` observations had
   * followed it; in (0, 1).
   */
  probabilityOfNew(prior = 0.5, strength = 2): number {
    return this.total === 0 ? prior : (this.#once + strength * prior) / (this.total + strength);
  }

  /** The values in the order of their names. */
  data(): [string, number][] {
    return [...this.#values].sort(([a], [b]) => (a < b ? -1 : 1));
  }
}

/** Of contexts that nothing was seen in. */
const NOTHING = new Counts();

/**
 * How often each value was seen in each context, and what that says of the next one. The probability of a value is drawn
 * towards a prior as if `strength` observations had followed it (Dirichlet smoothing; a context's prior is usually the
 * probability in a wider context). The probability of something new is Good and Turing's: values seen once, over all (Good 1953).
 *
 * State: at most 65,536 contexts of 512 values. A look-up costs the hash of the context's name: who asks several things of one
 * context takes it with `in`. Most contexts are of a kind, named before the first bar of their name (`form|exchange|/login`):
 * who has the rest at hand as a text that comes again asks with `at`, and neither puts the name together nor hashes it.
 */
export class SmoothedCounts {
  readonly #contexts = new Map<string, Counts>();
  /** The same ones by their kind and by the rest of their name. */
  readonly #kinds = new Map<string, Map<string, Counts>>();

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
      at = this.#open(name);
    }
    at.add(value, count);
  }

  #open(name: string): Counts {
    const counts = new Counts();
    this.#contexts.set(name, counts);
    const bar = name.indexOf('|');
    if (bar === -1) return counts;
    const kind = name.slice(0, bar);
    let contexts = this.#kinds.get(kind);
    if (contexts === undefined) this.#kinds.set(kind, (contexts = new Map<string, Counts>()));
    contexts.set(name.slice(bar + 1), counts);
    return counts;
  }

  /** What was seen in a context; to be asked, not kept: a table that learns may open the context later. */
  in(context: string): Learned {
    return this.#contexts.get(cut(context)) ?? NOTHING;
  }

  /** The same of the context `kind|rest`; a kind has no bar. */
  at(kind: string, rest: string): Learned {
    const longest = MAX_NAME - kind.length - 1;
    return this.#kinds.get(kind)?.get(rest.length > longest ? rest.slice(0, longest) : rest) ?? NOTHING;
  }

  total(context: string): number {
    return this.in(context).total;
  }

  count(context: string, value: string): number {
    return this.in(context).count(value);
  }

  /** How many different values a context has. */
  distinct(context: string): number {
    return this.in(context).distinct;
  }

  /** The values of a context, the most frequent first. */
  values(context: string): readonly (readonly [string, number])[] {
    return this.in(context).values;
  }

  probability(context: string, value: string, prior: number, strength: number): number {
    return this.in(context).probability(value, prior, strength);
  }

  probabilityOfNew(context: string, prior?: number, strength?: number): number {
    return this.in(context).probabilityOfNew(prior, strength);
  }

  data(): SmoothedCountsData {
    const ordered = [...this.#contexts].sort(([a], [b]) => (a < b ? -1 : 1));
    return ordered.map(([context, counts]) => [context, counts.data()]);
  }
}

/** The values of a context, to be read. */
export type Learned = Omit<Counts, 'add'>;

/** How likely something new is in each of the contexts that anything was seen in. */
export function noveltyIn(table: SmoothedCounts, contexts: readonly string[]): NoveltyEstimate[] {
  const seen = contexts.map((context) => table.in(context)).filter(({ total }) => total > 0);
  return seen.map((counts) => ({ novelty: counts.probabilityOfNew(), of: counts.total }));
}

function cut(name: string): string {
  return name.length > MAX_NAME ? name.slice(0, MAX_NAME) : name;
}
