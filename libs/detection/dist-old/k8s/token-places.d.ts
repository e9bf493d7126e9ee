import type { K8sAuditEvent } from '@plimsoll/contracts';
import type { Learned } from './model.js';
import { type K8sState } from './state.js';
/**
 * Whether this token, or another one of the same pod, was used from another address before. Notes the address, so it is
 * asked once for each request. Where the kubelet told that the pod has this address, it is no strange one.
 */
export declare function tokenMoved(event: K8sAuditEvent, state: K8sState): boolean;
/**
 * Facts about the network that a pod's token is used from, with their rarity in nats: it is not one of those that pods of
 * its node have, none that any pod has, or, for a token without a pod, none where the account was. Nothing is said where the kubelet told that the pod has this address, or
 * where too few tokens were seen.
 */
export declare function strangeNetworks(event: K8sAuditEvent, learned: Learned): Generator<readonly [fact: string, nats: number]>;
//# sourceMappingURL=token-places.d.ts.map