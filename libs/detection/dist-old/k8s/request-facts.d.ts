import type { K8sAuditEvent } from '@plimsoll/contracts';
export type FactGroup = 'grant' | 'pod' | 'script' | 'token' | 'mint' | 'answer';
/** The facts of one group in one request; a group with no fact in it still counts as a request of that group. */
export interface FactsOfGroup {
    readonly group: FactGroup;
    readonly facts: readonly string[];
}
/** The object that is written, by pattern: what it held before is what the same object may hold again. */
export declare function objectKey(event: K8sAuditEvent): string;
/**
 * Among which requests the facts of a group are counted. Tokens of the cluster's own namespace are of another kind
 * (controllers' tokens belong to no pod) than those of everybody else; that people mint tokens says nothing of pods.
 */
export declare function populationOf(event: K8sAuditEvent, group: FactGroup): string;
/** What no request tells by itself. */
export interface Beyond {
    /** What a role permits whose content the log showed earlier; undefined where it never did. */
    readonly rolePowers: (role: string) => readonly string[] | undefined;
    /** The token was used from another address before (`token-places.ts`). */
    readonly moved: boolean;
}
/** What the request holds that is dangerous by itself, by groups. */
export declare function requestFacts(event: K8sAuditEvent, { rolePowers, moved }: Beyond): FactsOfGroup[];
/** A namespace as its relation to the asker: what an identity never seen is judged with. */
export declare function namespaceRelation(event: K8sAuditEvent): string;
//# sourceMappingURL=request-facts.d.ts.map