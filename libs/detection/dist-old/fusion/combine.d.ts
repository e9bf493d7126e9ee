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
export declare const MAX_RECIPROCAL = 1000000000;
/** `1/p` in whole numbers, at most `MAX_RECIPROCAL`: sums of it do not depend on their order. */
export declare function reciprocalOf(pValue: number): number;
/** Harmonic mean of p-values in (0, 1]; 1 for none. Low is strange. */
export declare function harmonicMeanP(pValues: readonly number[]): number;
/** Cauchy combination of p-values in (0, 1], all of one weight; 1 for none. Low is strange. */
export declare function cauchyP(pValues: readonly number[]): number;
//# sourceMappingURL=combine.d.ts.map