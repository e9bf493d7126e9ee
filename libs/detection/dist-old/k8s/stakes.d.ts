/**
 * What one fact in a request is worth before anything was learned: how often honest requests of its kind hold it, and
 * how many nats it weighs beyond its rarity, by what it gives away. Both are judgements about Kubernetes, not about any
 * cluster: the learned counts of the identity and of the cluster take over from `prior` as they grow.
 */
export interface Stake {
    /** Share of honest requests of the same kind (grants, pod writes, program-like texts, tokens) that hold it. */
    readonly prior: number;
    /** Added to its surprise; below zero for what is common and harmless. */
    readonly nats: number;
}
/** What a grant within one namespace is worth less than the same for the whole cluster. */
export declare const NAMESPACED_NATS = 4;
/** What an attempt that was refused is worth less than one that succeeded. */
export declare const REFUSED_NATS = 3;
export declare function stakeOf(fact: string): Stake;
//# sourceMappingURL=stakes.d.ts.map