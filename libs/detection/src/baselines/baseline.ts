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
export function windowsOf(trace: Uint16Array, windowCalls: number, minCalls = 100): (readonly [number, number])[] {
  const windows: (readonly [number, number])[] = [];
  for (let from = 0; from < trace.length; from += windowCalls) {
    const to = Math.min(from + windowCalls, trace.length);
    if (to - from >= minCalls || from === 0) windows.push([from, to]);
  }
  return windows;
}

/** The highest of `perCall` in each window. */
export function windowMaxima(perCall: ArrayLike<number>, trace: Uint16Array, windowCalls: number): number[] {
  return windowsOf(trace, windowCalls).map(([from, to]) => {
    let max = 0;
    for (let i = from; i < to; i++) max = Math.max(max, perCall[i]!);
    return max;
  });
}
