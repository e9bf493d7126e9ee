import { z } from 'zod';
import type { K8sAuditEvent } from '@plimsoll/contracts';
/** What is counted in bursts. `delete` counts objects where the answer says how many. */
export declare const CHANNELS: readonly ["delete", "denied", "secret", "write", "all"];
export type Channel = (typeof CHANNELS)[number];
/** A burst is what one identity does within one such interval of event time. */
export declare const BURST_US = 10000000;
/** How many nats a burst must be strange by before it counts: load and bulk imports are everyday, mass deletion is not. */
export declare const BURST_COST_NATS: Readonly<Record<Channel, number>>;
export declare const BurstTableData: z.ZodArray<z.ZodTuple<[z.ZodString, z.ZodNumber, z.ZodNumber], null>>;
export type BurstTableData = z.infer<typeof BurstTableData>;
/** How much the request adds to each channel; channels that it does not touch are left out. */
export declare function channelsOf(event: K8sAuditEvent): readonly (readonly [Channel, number])[];
/**
 * Sizes of the bursts of each identity and class, for the chance of one at least as large. Sizes of bursts that hold
 * something are taken as geometric with the identity's mean, drawn towards its class's: the tail of a Poisson process
 * whose rate varies as exponentially as bursts do (a negative binomial of shape one), which bears clumps as a Poisson
 * tail does not. State: two numbers a context.
 */
export declare class BurstTable {
    #private;
    static open(data: BurstTableData): BurstTable;
    learn(user: string, klass: string, channel: Channel, size: number): void;
    /** The mean size of the identity's bursts as it is judged with, and how many of its own that rests on. */
    usual(user: string, klass: string, channel: Channel): {
        readonly mean: number;
        readonly bursts: number;
    };
    /**
     * −ln of the chance that an interval in which this identity is active holds a burst of at least `size`, in [0, 40].
     * 0 under `MIN_BURST`: to do a thing a few times is no burst, and its novelty is judged elsewhere.
     */
    nats(user: string, klass: string, channel: Channel, size: number): number;
    data(): BurstTableData;
}
//# sourceMappingURL=burst-table.d.ts.map