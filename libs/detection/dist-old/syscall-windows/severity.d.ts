/**
 * Severity 1–6 of a window of calls, from how far under the threshold its p-value lies: 3 (medium) at the threshold, one
 * more for every three orders of magnitude, 5 (critical) at most; 1 above the threshold. Calls alone do not show what an
 * attack changed, so 6 (fatal) is never given.
 */
export declare function severityOf(pValue: number, threshold: number): number;
//# sourceMappingURL=severity.d.ts.map