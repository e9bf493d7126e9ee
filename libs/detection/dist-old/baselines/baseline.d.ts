/**
 * Published detectors in their own terms, to stand in the same table as ours: they see whole traces (call numbers in
 * order, one thread), and give each window of `windowCalls` a score. Higher is stranger.
 */
export interface Baseline {
    readonly name: string;
    /** Learns benign traces. The same traces give the same scores. */
    fit(traces: readonly Uint16Array[]): FittedBaseline;
}
export interface FittedBaseline {
    /** One score a window of consecutive calls; the last window is what remains. */
    windows(trace: Uint16Array, windowCalls: number): number[];
}
/** The windows of a trace as `[from, to)`: consecutive, none shorter than `minCalls` unless the trace is. */
export declare function windowsOf(trace: Uint16Array, windowCalls: number, minCalls?: number): (readonly [number, number])[];
/** The highest of `perCall` in each window. */
export declare function windowMaxima(perCall: ArrayLike<number>, trace: Uint16Array, windowCalls: number): number[];
//# sourceMappingURL=baseline.d.ts.map