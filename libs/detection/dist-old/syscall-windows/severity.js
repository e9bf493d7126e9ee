/**
 * Severity 1–6 of a window of calls, from how far under the threshold its p-value lies: 3 (medium) at the threshold, one
 * more for every three orders of magnitude, 5 (critical) at most; 1 above the threshold. Calls alone do not show what an
 * attack changed, so 6 (fatal) is never given.
 */
export function severityOf(pValue, threshold) {
    if (pValue > threshold)
        return 1;
    return Math.min(5, 3 + Math.floor(Math.log10(threshold / pValue) / 3));
}
//# sourceMappingURL=severity.js.map