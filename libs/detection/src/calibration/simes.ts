/**
 * One p-value for `of` windows of which `pValues` are the scored ones: the probability that benign windows are this strange,
 * be it one of them extremely or many of them mildly. The least over k of `of` times the k-th smallest, over k; in (0, 1],
 * 1 for none.
 *
 * Holds where windows are independent or strange together (Simes 1986; Sarkar 1998), which windows that follow each other
 * are. Never above Bonferroni's bound. `of` is at least the number of p-values; a larger one says how many windows there
 * might have been, so that a short trace gains nothing by being short.
 */
export function simesP(pValues: readonly number[], of = pValues.length): number {
  const windows = Math.max(of, pValues.length);
  const ascending = [...pValues].sort((one, other) => one - other);
  return Math.min(1, ...ascending.map((p, i) => (windows * p) / (i + 1)));
}
