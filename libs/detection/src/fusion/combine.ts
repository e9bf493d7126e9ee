/**
 * Combining p-values that depend on each other. Levels watch the same attack, so their p-values are anything but
 * independent, and Fisher's product would count one observation several times. Both means below hold up under
 * dependence: they are dominated by the smallest p-values and gain nothing from agreement alone.
 *
 * - Harmonic mean: Wilson, 'The harmonic mean p-value for combining dependent tests', PNAS 2019. Times e·ln(L) it is a
 *   bound under any dependence whatever (Vovk and Wang, 'Combining p-values via averaging', Biometrika 2020).
 * - Cauchy: Liu and Xie, 'Cauchy combination test', JASA 2020.
 *
 * Fusion uses the harmonic mean: its sums of reciprocals can be kept in whole numbers, so they are the same in every
 * order of arrival, and a level at p = 1 cannot cancel another, as it does in the Cauchy sum.
 */

/** Largest reciprocal of a p-value that a sum takes; nine million of them still add up exactly. */
const MAX_RECIPROCAL = 1_000_000_000;

/** `1/p` in whole numbers, at most `MAX_RECIPROCAL`: sums of it do not depend on their order. */
export function reciprocalOf(pValue: number): number {
  return Math.min(MAX_RECIPROCAL, Math.max(1, Math.round(1 / pValue)));
}

/** Harmonic mean of p-values in (0, 1]; 1 for none. Low is strange. */
export function harmonicMeanP(pValues: readonly number[]): number {
  if (pValues.length === 0) return 1;
  let sum = 0;
  for (const p of pValues) sum += 1 / Math.max(p, 1 / MAX_RECIPROCAL);
  return Math.min(1, pValues.length / sum);
}

/** Cauchy combination of p-values in (0, 1], all of one weight; 1 for none. Low is strange. */
export function cauchyP(pValues: readonly number[]): number {
  if (pValues.length === 0) return 1;
  let sum = 0;
  for (const p of pValues) {
    const inside = Math.min(Math.max(p, 1 / MAX_RECIPROCAL), 1 - 1e-9);
    sum += Math.tan((0.5 - inside) * Math.PI);
  }
  const mean = sum / pValues.length;
  return Math.min(1, Math.max(1 / MAX_RECIPROCAL, 0.5 - Math.atan(mean) / Math.PI));
}
