import type { CallCorpus } from '../call-corpus.js';
import { seededRandom } from '../intervals.js';
import { servedStatements, type Served } from '../statement-calls.js';
import type { Estimate } from './window-table.js';

/** How far names, order and counts of calls tell an injected UPDATE, by the honest changes that were learned. */
export interface HonestChanges {
  readonly application: string;
  /** Honest statements in the learn episodes, and those of them that change data. */
  readonly statements: number;
  readonly changes: number;
  readonly injected: number;
  readonly points: readonly HonestChangesPoint[];
}

export interface HonestChangesPoint {
  /** Honest changes learned from. */
  readonly learned: number;
  /** Injected UPDATEs whose calls, in their order, no learned statement made: what can be told from the honest. */
  readonly told: Estimate;
  /** The same by the counts of calls alone. */
  readonly toldByCounts: Estimate;
  /** Honest changes of other episodes of which the same holds: what telling them costs. */
  readonly falselyTold: Estimate;
}

const DRAWS = 200;
const CHANGING = new Set(['INSERT', 'UPDATE', 'DELETE', 'REPLACE']);
const STEPS = [0, 1, 2, 3, 5, 10, 20, 50, 100, 200];

/**
 * Learns every other honest statement and `n` of the honest changes, drawn with a seed 200 times; a value is the mean
 * over the draws, its interval their 2.5 % to 97.5 % quantiles. Needs a traced database whose statements are rebuilt.
 */
export function honestChanges(corpus: CallCorpus, seed: number): HonestChanges {
  const { known, benign, attacks } = servedStatements(corpus);
  const changes = ({ verb }: Served): boolean => CHANGING.has(verb.toUpperCase());
  const learned = known.filter(changes);
  const others = known.filter((one) => !changes(one));
  const honest = benign.filter(changes);
  const injected = attacks.filter(({ verb }) => verb.toUpperCase() === 'UPDATE');
  const random = seededRandom(seed);
  const points = [...STEPS.filter((n) => n < learned.length), learned.length].map((n): HonestChangesPoint => {
    const draws = Array.from({ length: DRAWS }, () => {
      const seen = [...others, ...drawn(learned, n, random)];
      const calls = new Set(seen.map((one) => one.calls));
      const counts = new Set(seen.map((one) => one.counts));
      return {
        told: shareOf(injected, (one) => !calls.has(one.calls)),
        toldByCounts: shareOf(injected, (one) => !counts.has(one.counts)),
        falselyTold: shareOf(honest, (one) => !calls.has(one.calls)),
      };
    });
    return {
      learned: n,
      told: over(draws.map(({ told }) => told)),
      toldByCounts: over(draws.map(({ toldByCounts }) => toldByCounts)),
      falselyTold: over(draws.map(({ falselyTold }) => falselyTold)),
    };
  });
  return {
    application: corpus.application,
    statements: known.length,
    changes: learned.length,
    injected: injected.length,
    points,
  };
}

function drawn<T>(items: readonly T[], n: number, random: () => number): T[] {
  const rest = [...items];
  for (let i = 0; i < n; i++) {
    const j = i + Math.floor(random() * (rest.length - i));
    [rest[i], rest[j]] = [rest[j]!, rest[i]!];
  }
  return rest.slice(0, n);
}

function shareOf<T>(items: readonly T[], holds: (item: T) => boolean): number {
  return items.length === 0 ? 0 : items.filter(holds).length / items.length;
}

function over(values: readonly number[]): Estimate {
  const ascending = [...values].sort((one, other) => one - other);
  return {
    value: values.reduce((sum, value) => sum + value, 0) / values.length,
    low: ascending[Math.floor(values.length * 0.025)]!,
    high: ascending[Math.ceil(values.length * 0.975) - 1]!,
  };
}
