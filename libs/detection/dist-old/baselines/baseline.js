/** The windows of a trace as `[from, to)`: consecutive, none shorter than `minCalls` unless the trace is. */
export function windowsOf(trace, windowCalls, minCalls = 100) {
    const windows = [];
    for (let from = 0; from < trace.length; from += windowCalls) {
        const to = Math.min(from + windowCalls, trace.length);
        if (to - from >= minCalls || from === 0)
            windows.push([from, to]);
    }
    return windows;
}
/** The highest of `perCall` in each window. */
export function windowMaxima(perCall, trace, windowCalls) {
    return windowsOf(trace, windowCalls).map(([from, to]) => {
        let max = 0;
        for (let i = from; i < to; i++)
            max = Math.max(max, perCall[i]);
        return max;
    });
}
//# sourceMappingURL=baseline.js.map