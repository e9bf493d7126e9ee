import { z } from 'zod';

/** Contexts of a table and values of a context; what comes beyond counts as never seen. */
const MAX_CONTEXTS = 20_000;
const MAX_VALUES = 4096;
/** Counts of a whole table. */
const MAX_COUNTS = 500_000;
/** A value counts once an episode of this length: a burst says once that it happens. */
export const EPISODE_US = 10_000_000;
/** No single observation is stranger than this. */
const MAX_NATS = 12;

export const NoveltyTableData = z.array(
  z.tuple([
    z.string(),
    z.number().int().nonnegative(),
    z.array(z.tuple([z.string(), z.number().int().positive()])).max(MAX_VALUES),
  ]),
);
export type NoveltyTableData = z.infer<typeof NoveltyTableData>;

interface Context {
  readonly values: Map<string, number>;
  total: number;
  /** Values seen once, for Good–Turing; made when the table is opened or changed. */
  once: number;
  /** `tailNats` by count, as far as asked since the context changed. */
  readonly tails: Map<number, number>;
}

/** A context, and what was observed in its terms: the user's namespaces by name, those of its kind by relation. */
export type InContext = readonly [context: string, value: string];

/** How rare a value is, and in which context that was scored. */
export interface Surprise {
  readonly nats: number;
  /** The first context that had never seen the value; undefined where all had, or none was known. */
  readonly unseenIn: string | undefined;
  /** Episodes of the finest context that is known. */
  readonly episodes: number;
}

/**
 * Frequencies of values in contexts that grow coarser, and the surprise of one more value.
 *
 * In the finest context that has seen the value, its surprise is −ln of the share of episodes with values as rare or
 * rarer. A context that has not seen it gives −ln of its Good–Turing mass of unseen values, (seen once + 1) / (episodes
 * + 1), and the next coarser one is asked as well: an identity that does new things all day is not strange for doing
 * one more. Each step is a p-value, so the sum is about exponential with mean one for benign values.
 *
 * Sources: Good 1953; Katz 1987 (back-off). State: at most `MAX_COUNTS` counts; a query costs one look-up
 * a context, and two where the value is known.
 */
export class NoveltyTable {
  readonly #contexts = new Map<string, Context>();
  readonly #episodes = new Map<string, number>();
  #counts = 0;

  static open(data: NoveltyTableData): NoveltyTable {
    const table = new NoveltyTable();
    for (const [name, total, values] of data) {
      const counts = new Map(values);
      table.#contexts.set(name, {
        values: counts,
        total,
        once: [...counts.values()].filter((n) => n === 1).length,
        tails: new Map(),
      });
    }
    return table;
  }

  /** Counts the value of each context, once an episode. */
  learn(contexts: readonly InContext[], timeUs: number): void {
    const episode = Math.floor(timeUs / EPISODE_US);
    for (const [name, value] of contexts) {
      const context = this.#context(name);
      if (context === undefined) continue;
      const key = `${name}\n${value}`;
      if (this.#episodes.get(key) === episode) continue;
      if (context.values.has(value) || !this.#full(context)) this.#episodes.set(key, episode);
      this.#count(context, value);
    }
  }

  /** `contexts` go from the finest on, each with the value as that context has it. */
  surprise(contexts: readonly InContext[]): Surprise {
    let nats = 0;
    let unseenIn: string | undefined;
    let episodes = 0;
    for (const [name, value] of contexts) {
      const context = this.#contexts.get(name);
      if (context === undefined) continue;
      if (episodes === 0) episodes = context.total;
      const count = context.values.get(value);
      if (count !== undefined) return { nats: Math.min(nats + tailNats(context, count), MAX_NATS), unseenIn, episodes };
      nats += -Math.log(Math.min(1, (context.once + 1) / (context.total + 1)));
      unseenIn ??= name;
    }
    return { nats: Math.min(nats, MAX_NATS), unseenIn, episodes };
  }

  /** The most frequent values of a context, for explanations. */
  usual(context: string, count: number): string[] {
    const values = [...(this.#contexts.get(context)?.values ?? [])];
    return values
      .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
      .slice(0, count)
      .map(([value]) => value);
  }

  has(context: string): boolean {
    return this.#contexts.has(context);
  }

  /** Whether the context has seen the value. */
  holds(context: string, value: string): boolean {
    return this.#contexts.get(context)?.values.has(value) === true;
  }

  /** How many values the context has seen. */
  size(context: string): number {
    return this.#contexts.get(context)?.values.size ?? 0;
  }

  /** Values seen once and all episodes, over the contexts that `chosen` takes: for the estimate of novelty. */
  coverage(chosen: (context: string) => boolean): { readonly once: number; readonly total: number } {
    let once = 0;
    let total = 0;
    for (const [name, context] of this.#contexts) {
      if (!chosen(name)) continue;
      once += context.once;
      total += context.total;
    }
    return { once, total };
  }

  /** The table in a form that is equal for equal content, whatever the order of learning. */
  data(): NoveltyTableData {
    const byName = (a: readonly [string, ...unknown[]], b: readonly [string, ...unknown[]]): number =>
      a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0;
    return [...this.#contexts]
      .map(([name, { total, values }]): NoveltyTableData[number] => [name, total, [...values].sort(byName)])
      .sort(byName);
  }

  /** The episode in which each value counted last, by context and value. */
  episodes(): [string, number][] {
    return [...this.#episodes];
  }

  /** Adds what another table counted; an episode that both saw counts in each. */
  merge(data: NoveltyTableData, episodes: readonly (readonly [string, number])[]): void {
    for (const [name, total, values] of data) {
      const context = this.#context(name);
      if (context === undefined) continue;
      context.total += total;
      context.tails.clear();
      for (const [value, count] of values) {
        const before = context.values.get(value) ?? 0;
        if (before === 0 && this.#full(context)) continue;
        if (before === 0) this.#counts += 1;
        context.values.set(value, before + count);
        context.once += Number(before === 0 && count === 1) - Number(before === 1);
      }
    }
    for (const [key, episode] of episodes) this.#episodes.set(key, episode);
  }

  #context(name: string): Context | undefined {
    let context = this.#contexts.get(name);
    if (context === undefined && this.#contexts.size < MAX_CONTEXTS) {
      context = { values: new Map(), total: 0, once: 0, tails: new Map() };
      this.#contexts.set(name, context);
    }
    return context;
  }

  #full(context: Context): boolean {
    return context.values.size >= MAX_VALUES || this.#counts >= MAX_COUNTS;
  }

  #count(context: Context, value: string): void {
    const before = context.values.get(value) ?? 0;
    context.total += 1;
    context.tails.clear();
    if (before === 0 && this.#full(context)) return;
    if (before === 0) this.#counts += 1;
    context.values.set(value, before + 1);
    if (before === 0) context.once += 1;
    else if (before === 1) context.once -= 1;
  }
}

function tailNats(context: Context, count: number): number {
  const known = context.tails.get(count);
  if (known !== undefined) return known;
  let asRare = 0;
  for (const other of context.values.values()) if (other <= count) asRare += other;
  const nats = -Math.log(Math.min(1, (asRare + context.once + 1) / (context.total + 1)));
  context.tails.set(count, nats);
  return nats;
}
