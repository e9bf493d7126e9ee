import type { K8sAuditEvent } from '@plimsoll/contracts';
/**
 * A name without what changes from one instance to the next: parts that hold a digit, and suffixes that Kubernetes
 * generates, become `#`. `frontend-6f67fffcbd-rgxjc` and `frontend-575d944c78-shpg6` have one pattern, `frontend-#-#`.
 */
export declare function namePattern(name: string): string;
/** The user's name as a pattern: `system:node:node-17` belongs with the other nodes, `preview-123:default` with its kin. */
export declare function identityPattern(user: string): string;
/** Which kind of identity it is, by nothing that a cluster's owner names: what an identity never seen is judged with. */
export declare function identityClass(event: Pick<K8sAuditEvent, 'user' | 'credential'>): string;
/** The service account's own namespace; undefined for other identities. */
export declare function homeNamespace(user: string): string | undefined;
/** The network of an address: `/24` of IPv4, `/64` of IPv6; `wide` gives `/16` and `/48`. */
export declare function networkOf(address: string, wide?: boolean): string;
//# sourceMappingURL=names.d.ts.map