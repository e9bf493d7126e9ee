import { z } from 'zod';
/** A `ChanceTable` as it stands in a profile: contexts with their values and counts, both in the order of their names. */
export declare const ChanceTableData: z.ZodArray<z.ZodTuple<[z.ZodString, z.ZodArray<z.ZodTuple<[z.ZodString, z.ZodNumber], null>>], null>>;
export type ChanceTableData = z.infer<typeof ChanceTableData>;
/**
 * How often each value was seen in each context, and what that says of the next one. The chance of a value is drawn
 * towards a prior as if `strength` observations had followed it (Dirichlet smoothing; a context's prior is usually the
 * chance in a wider context). The chance of something new is Good and Turing's: values seen once, over all (Good 1953).
 *
 * State: at most 65,536 contexts of 512 values. A question costs one or two look-ups.
 */
export declare class ChanceTable {
    #private;
    static of(data: ChanceTableData): ChanceTable;
    add(context: string, value: string, count?: number): void;
    total(context: string): number;
    count(context: string, value: string): number;
    /** The values of a context, the most frequent first. */
    values(context: string): [string, number][];
    /** Chance that the next value of the context is `value`; in (0, 1] for a prior in (0, 1]. */
    chance(context: string, value: string, prior: number, strength: number): number;
    /** Chance that the next value of the context is one that was not seen in it; in (0, 1). */
    chanceOfNew(context: string): number;
    data(): ChanceTableData;
}
//# sourceMappingURL=chance-table.d.ts.map