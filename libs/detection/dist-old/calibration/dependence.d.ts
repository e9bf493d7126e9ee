/**
 * How windows that follow each other share their alarms.
 *
 * A budget in alerts a day counts clusters, since consecutive alarms make one incident. The extremal index is the
 * reciprocal of a cluster's mean size: 1 where exceedances are independent, 0.2 where they come in fives.
 *
 * Source: Ferro and Segers 2003 (intervals estimator: no parameter to choose).
 */
export declare function extremalIndex(runs: readonly ArrayLike<number>[], threshold: number): number;
/**
 * The maximum of each block of `size` consecutive scores of a run, the last block included however short: scores whose
 * dependence is mostly gone, at the price of `size` times fewer of them (Gumbel 1958).
 */
export declare function blockMaxima(run: ArrayLike<number>, size: number): number[];
//# sourceMappingURL=dependence.d.ts.map