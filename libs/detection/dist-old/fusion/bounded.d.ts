/**
 * Sets and lists of bounded size whose content depends only on what was put in, never on the order: they keep the
 * smallest. Merging two gives the same as putting everything into one, so a state can be built piecewise.
 */
/** Puts `value` into the sorted `list` of at most `limit` different texts, the smallest of all seen. */
export declare function keepSmallest(list: string[], value: string, limit: number): void;
/** Puts `value` into `list`, sorted by `compare` (a total order), keeping the first `limit`; equals are put in once. */
export declare function keepFirst<T>(list: T[], value: T, limit: number, compare: (a: T, b: T) => number): void;
/** The order of two texts by code units: the same on every machine. */
export declare function compareText(a: string, b: string): number;
//# sourceMappingURL=bounded.d.ts.map