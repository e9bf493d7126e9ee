import type { K8sAuditEvent } from '@plimsoll/contracts';

import type { Learned } from './model.js';
import { nodeNetwork, podNetwork } from './observations.js';
import { otherAddress, type K8sState } from './state.js';

/** Least number of tokens of a node from which its network is known. */
const MIN_NODE_TOKENS = 3;

/**
 * Whether this token, or another one of the same pod, was used from another address before. Notes the address, so it is
 * asked once for each request. Where the kubelet told that the pod has this address, it is no strange one.
 */
export function tokenMoved(event: K8sAuditEvent, state: K8sState): boolean {
  const { credential, source } = event;
  if (event.user.kind !== 'service-account' || source.address === undefined) return false;
  let moved = false;
  if (credential?.id !== undefined) moved = otherAddress(state, credential.id, source.address) !== undefined;
  if (credential?.podUid !== undefined) {
    moved = otherAddress(state, `pod ${credential.podUid}`, source.address) !== undefined || moved;
  }
  return moved && source.matchesPod !== true;
}

/**
 * How strange the network is for a pod of the node that the token names, in nats; undefined where it is not, or where
 * nothing is known. For a node that nobody has seen, the wide network of all pods is what is known.
 */
export function foreignNetworkNats(event: K8sAuditEvent, learned: Learned): number | undefined {
  if (event.source.matchesPod === true) return undefined;
  for (const network of [nodeNetwork(event), podNetwork(event)]) {
    if (network === undefined) continue;
    const { nats, unseenIn, episodes } = learned.tables.node.surprise(network.places);
    if (episodes >= MIN_NODE_TOKENS) return unseenIn === undefined ? undefined : nats;
  }
  return undefined;
}
