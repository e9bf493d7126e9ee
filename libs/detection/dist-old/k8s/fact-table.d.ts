import { z } from 'zod';
export declare const FactTableData: z.ZodArray<z.ZodTuple<[z.ZodString, z.ZodNumber, z.ZodArray<z.ZodTuple<[z.ZodString, z.ZodNumber], null>>], null>>;
export type FactTableData = z.infer<typeof FactTableData>;
/**
 * How many requests of a kind (grants, pod writes, texts, tokens) hold which facts: of an identity, and of the cluster.
 * A share is the identity's, drawn towards the cluster's, drawn towards the prior of `stakes.ts`: additive smoothing
 * (Lidstone), twice. State: at most `MAX_CONTEXTS · MAX_FACTS` counts; a query is two look-ups.
 */
export declare class FactTable {
    #private;
    static open(data: FactTableData): FactTable;
    /** Counts one request of `group` that holds `facts`. */
    learn(user: string, group: string, facts: readonly string[]): void;
    /** Share of the user's requests of `group` that hold `fact`, in (0, 1]. */
    share(user: string, group: string, fact: string): number;
    /** Of how many requests of the user, and in how many of them the fact was. */
    seen(user: string, group: string, fact: string): {
        readonly requests: number;
        readonly withFact: number;
    };
    data(): FactTableData;
}
//# sourceMappingURL=fact-table.d.ts.map