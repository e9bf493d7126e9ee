/** A proportion with its 95 % interval. */
export interface Proportion {
  readonly hits: number;
  readonly of: number;
  /** hits / of; 0 where `of` is 0. */
  readonly share: number;
  readonly low: number;
  readonly high: number;
}

/** Two-sided 95 % quantile of the normal distribution. */
const Z = 1.959964;

/** The share of `hits` among `of` with Wilson's score interval (Wilson 1927); [0, 1] where nothing was counted. */
export function proportion(hits: number, of: number): Proportion {
  if (of === 0) return { hits, of, share: 0, low: 0, high: 1 };
  const share = hits / of;
  const scale = 1 + (Z * Z) / of;
  const centre = (share + (Z * Z) / (2 * of)) / scale;
  const half = (Z / scale) * Math.sqrt((share * (1 - share)) / of + (Z * Z) / (4 * of * of));
  return { hits, of, share, low: Math.max(0, centre - half), high: Math.min(1, centre + half) };
}

/** F1 of precision and recall, 0 where both are 0. */
export function f1(precision: number, recall: number): number {
  return precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall);
}

/** Precision that a detector of this recall and false-positive rate has where a share `prevalence` of the units are attacks. */
export function precisionAt(prevalence: number, recall: number, falsePositiveRate: number): number {
  const found = prevalence * recall;
  const wrong = (1 - prevalence) * falsePositiveRate;
  return found + wrong === 0 ? 0 : found / (found + wrong);
}

/**
 * Percentile bootstrap over episodes (Efron 1979): the 2.5 % and 97.5 % quantiles of `statistic` over `rounds` draws of
 * whole episodes with replacement, from a seeded generator, so that a report repeats to the digit.
 */
export function episodeBootstrap<T>(
  episodes: readonly T[],
  statistic: (drawn: readonly T[]) => number,
  rounds = 1000,
  seed = 1,
): { readonly low: number; readonly high: number } {
  if (episodes.length === 0) return { low: 0, high: 1 };
  const random = seededRandom(seed);
  const values = Array.from({ length: rounds }, () =>
    statistic(episodes.map(() => episodes[Math.floor(random() * episodes.length)]!)),
  ).sort((a, b) => a - b);
  return { low: values[Math.floor(rounds * 0.025)]!, high: values[Math.ceil(rounds * 0.975) - 1]! };
}

/** Uniform numbers in [0, 1) from a 32-bit seed (mulberry32, Ettinger 2017). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
