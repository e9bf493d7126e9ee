import { z } from 'zod';

import type { K8sAuditEvent } from '@plimsoll/contracts';

import { outcomeOf, riskOf, succeeded } from './request-kind.js';

/** What is counted in bursts. `delete` counts objects where the answer says how many. */
export const CHANNELS = ['delete', 'denied', 'secret', 'write', 'all'] as const;
export type Channel = (typeof CHANNELS)[number];

/** A burst is what one identity does within one such interval of event time. */
export const BURST_US = 10_000_000;

/** How many nats a burst must be strange by before it counts: load and bulk imports are everyday, mass deletion is not. */
export const BURST_COST_NATS: Readonly<Record<Channel, number>> = {
  delete: 3,
  denied: 4,
  secret: 5,
  write: 12,
  all: 20,
};

/** How much one observed burst of the class weighs in an identity's mean size. */
const CLASS_WEIGHT = 4;
/** Size of a burst where nothing at all is known. */
const PRIOR_SIZE = 3;
const MIN_BURST = 5;
const MAX_CONTEXTS = 20_000;
/** A deletecollection whose answer was not logged. */
const UNKNOWN_COLLECTION = 5;

export const BurstTableData = z.array(z.tuple([z.string(), z.number().int().positive(), z.number().positive()]));
export type BurstTableData = z.infer<typeof BurstTableData>;

/** How much the request adds to each channel; channels that it does not touch are left out. */
export function channelsOf(event: K8sAuditEvent): readonly (readonly [Channel, number])[] {
  if (event.dryRun) return [];
  const outcome = outcomeOf(event);
  const found: (readonly [Channel, number])[] = [['all', 1]];
  if (outcome === 'denied' || outcome === 'unauthenticated') found.push(['denied', 1]);
  if (!succeeded(event)) return found;
  const risk = riskOf(event);
  if (event.verb === 'delete') found.push(['delete', 1]);
  if (event.verb === 'deletecollection') found.push(['delete', event.items ?? UNKNOWN_COLLECTION]);
  if (risk === 'secret-read') found.push(['secret', Math.max(1, Math.min(event.items ?? 1, 50))]);
  if (!['read', 'secret-read', 'rbac-read', 'review', 'public'].includes(risk)) found.push(['write', 1]);
  return found;
}

/**
 * Sizes of the bursts of each identity and class, for the probability of one at least as large. Sizes of bursts that hold
 * something are taken as geometric with the identity's mean, drawn towards its class's: the tail of a Poisson process
 * whose rate varies as exponentially as bursts do (a negative binomial of shape one), which bears clumps as a Poisson
 * tail does not. State: two numbers a context.
 */
export class BurstTable {
  readonly #contexts = new Map<string, { bursts: number; sum: number }>();

  static open(data: BurstTableData): BurstTable {
    const table = new BurstTable();
    for (const [name, bursts, sum] of data) table.#contexts.set(name, { bursts, sum });
    return table;
  }

  learn(user: string, klass: string, channel: Channel, size: number): void {
    for (const name of [`u ${user}\n${channel}`, `k ${klass}\n${channel}`]) {
      const known = this.#contexts.get(name);
      if (known !== undefined) {
        known.bursts += 1;
        known.sum += size;
      } else if (this.#contexts.size < MAX_CONTEXTS) this.#contexts.set(name, { bursts: 1, sum: size });
    }
  }

  /** Adds what another table counted. */
  merge(data: BurstTableData): void {
    for (const [name, bursts, sum] of data) {
      const known = this.#contexts.get(name);
      if (known === undefined && this.#contexts.size >= MAX_CONTEXTS) continue;
      this.#contexts.set(name, { bursts: (known?.bursts ?? 0) + bursts, sum: (known?.sum ?? 0) + sum });
    }
  }

  /** The mean size of the identity's bursts as it is scored with, and how many of its own that rests on. */
  usual(user: string, klass: string, channel: Channel): { readonly mean: number; readonly bursts: number } {
    const own = this.#contexts.get(`u ${user}\n${channel}`) ?? { bursts: 0, sum: 0 };
    const all = this.#contexts.get(`k ${klass}\n${channel}`) ?? { bursts: 0, sum: 0 };
    const classMean = (all.sum + PRIOR_SIZE * CLASS_WEIGHT) / (all.bursts + CLASS_WEIGHT);
    return { mean: (own.sum + classMean * CLASS_WEIGHT) / (own.bursts + CLASS_WEIGHT), bursts: own.bursts };
  }

  /**
   * −ln of the probability that an interval in which this identity is active holds a burst of at least `size`, in [0, 40].
   * 0 under `MIN_BURST`: to do a thing a few times is no burst, and its novelty is scored elsewhere.
   */
  nats(user: string, klass: string, channel: Channel, size: number): number {
    if (size < MIN_BURST) return 0;
    const { mean, bursts } = this.usual(user, klass, channel);
    const active = this.#contexts.get(`u ${user}\nall`)?.bursts ?? 0;
    const any = active === 0 ? 1 : Math.min(1, (bursts + 0.5) / (active + 1));
    return Math.min(-Math.log(any) + (size - 1) * -Math.log(1 - 1 / Math.max(mean, 1.1)), 40);
  }

  data(): BurstTableData {
    return [...this.#contexts]
      .map(([name, { bursts, sum }]): BurstTableData[number] => [name, bursts, sum])
      .sort((a, b) => (a[0] < b[0] ? -1 : 1));
  }
}
