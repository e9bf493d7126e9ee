import { z } from 'zod';
/** A value counts once an episode of this length: a burst says once that it happens. */
export declare const EPISODE_US = 10000000;
export declare const NoveltyTableData: z.ZodArray<z.ZodTuple<[z.ZodString, z.ZodNumber, z.ZodArray<z.ZodTuple<[z.ZodString, z.ZodNumber], null>>], null>>;
export type NoveltyTableData = z.infer<typeof NoveltyTableData>;
/** A context, and what was observed in its terms: the user's namespaces by name, those of its kind by relation. */
export type Place = readonly [context: string, value: string];
/** How rare a value is, and in which context that was judged. */
export interface Surprise {
    readonly nats: number;
    /** The first context that had never seen the value; undefined where all had, or none was known. */
    readonly unseenIn: string | undefined;
    /** Episodes of the finest context that is known. */
    readonly episodes: number;
}
/**
 * Frequencies of values in contexts that grow coarser, and the surprise of one more value.
 *
 * In the finest context that has seen the value, its surprise is −ln of the share of episodes with values as rare or
 * rarer. A context that has not seen it gives −ln of its Good–Turing mass of unseen values, (seen once + 1) / (episodes
 * + 1), and the next coarser one is asked as well: an identity that does new things all day is not strange for doing
 * one more. Each step is a p-value, so the sum is about exponential with mean one for benign values.
 *
 * Sources: Good 1953; Katz 1987 (back-off). State: at most `MAX_COUNTS` counts; a query costs one look-up
 * a context, and one pass over a context's values where the value is known.
 */
export declare class NoveltyTable {
    #private;
    static open(data: NoveltyTableData): NoveltyTable;
    /** Counts the value of each context, once an episode. */
    learn(places: readonly Place[], timeUs: number): void;
    /** `places` are contexts, finest first, each with the value as that context has it. */
    surprise(places: readonly Place[]): Surprise;
    /** The most frequent values of a context, for explanations. */
    usual(context: string, count: number): string[];
    has(context: string): boolean;
    /** Values seen once and all episodes, over the contexts that `chosen` takes: for the estimate of novelty. */
    coverage(chosen: (context: string) => boolean): {
        readonly once: number;
        readonly total: number;
    };
    /** The table in a form that is equal for equal content, whatever the order of learning. */
    data(): NoveltyTableData;
}
//# sourceMappingURL=novelty-table.d.ts.map