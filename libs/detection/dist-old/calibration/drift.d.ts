/**
 * Whether live benign data still looks like calibration: under an unchanged workload p-values are uniform (or larger,
 * where scores tie), so their lasting excess near 0 says that the profile is ageing. That is a report of its own, never
 * an attack: attacks are few and extreme, ageing is many and mild.
 *
 * Two statistics over a bounded state of 69 numbers, O(1) per p-value:
 * - a betting martingale (Vovk, Nouretdinov and Gammerman 2003; 'simple jumper', Vovk 2021) that stakes on small
 *   p-values; it exceeds 1/a with probability at most a while nothing has changed, however long one looks;
 * - the one-sided Kolmogorov–Smirnov distance over a decaying histogram of 64 bins: how far it has moved by now.
 */
export interface DriftState {
    count: number;
    /** Natural logarithm of the common factor taken out of the three stakes, which sum to 1. */
    logCapital: number;
    stakes: [number, number, number];
    /** Decayed numbers of p-values by bin, `[i/64, (i+1)/64)`. */
    bins: number[];
}
export interface DriftReport {
    /** p-values seen. */
    readonly count: number;
    /** log10 of the martingale: 2 is 'a hundred to one that something changed'. Can be negative. */
    readonly log10Capital: number;
    /** Largest excess of small p-values over the uniform share, in [0, 1]. */
    readonly distance: number;
    /** Whether both say that the profile is ageing. */
    readonly ageing: boolean;
}
export declare function startDrift(): DriftState;
/** Takes in the p-value of one judged window. Alters `state`. */
export declare function updateDrift(state: DriftState, p: number): void;
export declare function driftReport(state: DriftState): DriftReport;
//# sourceMappingURL=drift.d.ts.map