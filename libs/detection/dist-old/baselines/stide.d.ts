import { type Baseline, type FittedBaseline } from './baseline.js';
/** How one call of a trace was judged; -1 before the first full n-gram. */
export interface CallDecisions {
    /** 0 known, 1 unknown, -1 where there are not yet n calls. */
    readonly mismatch: Int8Array;
    /** Mismatches among the last `frame` n-grams or fewer; -1 before the first. */
    readonly frameSum: Int32Array;
}
/**
 * STIDE (Forrest et al. 1996; Hofmeyr et al. 1998), and bags of system calls (Kang et al. 2005; Abed et al. 2015): the
 * set of benign n-grams or bags, and the number of unknown ones among the last `frame`. Decisions are those of LID-DS's
 * building blocks, call by call.
 */
export declare class Stide implements FittedBaseline {
    #private;
    constructor(kind: 'ngram' | 'bag', n: number, frame: number);
    /** Distinct n-grams or bags learned. */
    get size(): number;
    learn(trace: Uint16Array): void;
    decide(trace: Uint16Array): CallDecisions;
    windows(trace: Uint16Array, windowCalls: number): number[];
    /** Share of a trace's n-grams that are unknown. */
    rate(trace: Uint16Array): number;
}
export declare function stide(n: number, frame: number): Baseline;
export declare function bosc(w: number, frame: number): Baseline;
/** Calls that no benign trace holds: a bag of one, counted over the whole window. */
export declare function unseenCall(windowCalls: number): Baseline;
//# sourceMappingURL=stide.d.ts.map