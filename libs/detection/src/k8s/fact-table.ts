import { z } from 'zod';

import { riskWeightOf } from './risk-weights.js';

const MAX_CONTEXTS = 20_000;
const MAX_FACTS = 128;
/** How many requests' worth the prior of a fact weighs, against the cluster's own counts. */
const PRIOR_WEIGHT = 20;
/** How many requests' worth the cluster's share weighs, against an identity's own counts. */
const CLUSTER_WEIGHT = 10;

export const FactTableData = z.array(
  z.tuple([z.string(), z.number().int().nonnegative(), z.array(z.tuple([z.string(), z.number().int().positive()]))]),
);
export type FactTableData = z.infer<typeof FactTableData>;

interface Counts {
  requests: number;
  readonly facts: Map<string, number>;
}

/**
 * How many requests of a kind (grants, pod writes, texts, tokens) hold which facts: of an identity, and of the cluster.
 * A share is the identity's, drawn towards the cluster's, drawn towards the prior of `risk-weights.ts`: additive smoothing
 * (Lidstone), twice. State: at most `MAX_CONTEXTS · MAX_FACTS` counts; a query is two look-ups.
 */
export class FactTable {
  readonly #contexts = new Map<string, Counts>();

  static open(data: FactTableData): FactTable {
    const table = new FactTable();
    for (const [name, requests, facts] of data) table.#contexts.set(name, { requests, facts: new Map(facts) });
    return table;
  }

  /** Counts one request of `group` that holds `facts`. */
  learn(user: string, group: string, facts: readonly string[]): void {
    for (const name of [`${user}\n${group}`, group]) {
      let counts = this.#contexts.get(name);
      if (counts === undefined) {
        if (this.#contexts.size >= MAX_CONTEXTS) continue;
        counts = { requests: 0, facts: new Map() };
        this.#contexts.set(name, counts);
      }
      counts.requests += 1;
      for (const fact of facts) {
        const before = counts.facts.get(fact) ?? 0;
        if (before > 0 || counts.facts.size < MAX_FACTS) counts.facts.set(fact, before + 1);
      }
    }
  }

  /** Adds what another table counted. */
  merge(data: FactTableData): void {
    for (const [name, requests, facts] of data) {
      const counts = this.#contexts.get(name) ?? { requests: 0, facts: new Map<string, number>() };
      if (!this.#contexts.has(name)) {
        if (this.#contexts.size >= MAX_CONTEXTS) continue;
        this.#contexts.set(name, counts);
      }
      counts.requests += requests;
      for (const [fact, count] of facts) {
        const before = counts.facts.get(fact) ?? 0;
        if (before > 0 || counts.facts.size < MAX_FACTS) counts.facts.set(fact, before + count);
      }
    }
  }

  /** Share of the user's requests of `group` that hold `fact`, in (0, 1]. */
  share(user: string, group: string, fact: string): number {
    const own = this.#contexts.get(`${user}\n${group}`);
    const all = this.#contexts.get(group);
    const cluster =
      ((all?.facts.get(fact) ?? 0) + PRIOR_WEIGHT * riskWeightOf(fact).prior) / ((all?.requests ?? 0) + PRIOR_WEIGHT);
    return ((own?.facts.get(fact) ?? 0) + CLUSTER_WEIGHT * cluster) / ((own?.requests ?? 0) + CLUSTER_WEIGHT);
  }

  /** Of how many requests of the user, and in how many of them the fact was. */
  seen(user: string, group: string, fact: string): { readonly requests: number; readonly withFact: number } {
    const own = this.#contexts.get(`${user}\n${group}`);
    return { requests: own?.requests ?? 0, withFact: own?.facts.get(fact) ?? 0 };
  }

  data(): FactTableData {
    const byName = (a: readonly [string, ...unknown[]], b: readonly [string, ...unknown[]]): number =>
      a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0;
    return [...this.#contexts]
      .map(([name, { requests, facts }]): FactTableData[number] => [name, requests, [...facts].sort(byName)])
      .sort(byName);
  }
}
