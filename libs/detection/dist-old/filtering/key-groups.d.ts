/**
 * The calls that carry information about a workload's behaviour, from benign traces alone: the fewest calls that
 * account for 99 % of the variation of shares between windows (square roots, so that rare calls count). Calls that
 * always come in the same proportion say nothing. Numbers, ascending.
 */
export declare function benignKeyGroup(traces: readonly Uint16Array[]): number[];
/** The `size` calls whose shares differ most between benign windows and those of labelled development attacks. */
export declare function developmentKeyGroup(benign: readonly Uint16Array[], attacks: readonly Uint16Array[], size: number): number[];
/** `size` of `calls`, drawn with a seed: the control that a chosen group must beat. */
export declare function randomKeyGroup(calls: readonly number[], size: number, seed: number): number[];
/** The group that the paper's tables give for a database. */
export declare function publishedKeyGroup(): number[];
/** Every call that the traces hold, ascending. */
export declare function callsOf(traces: readonly Uint16Array[]): number[];
//# sourceMappingURL=key-groups.d.ts.map