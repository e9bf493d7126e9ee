import type { K8sAuditEvent } from '@plimsoll/contracts';

import type { Learned } from './model.js';
import { nodeNetwork, podlessNetwork, podNetwork } from './observations.js';
import { otherAddress, type K8sState } from './state.js';

/** Least number of tokens from which a network is known. */
const MIN_TOKENS = 3;

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
 * Facts about the network that a pod's token is used from, with their rarity in nats: it is not one of those that pods of
 * its node have, none that any pod has, or, for a token without a pod, none where the account was. Nothing is said where the kubelet told that the pod has this address, or
 * where too few tokens were seen.
 */
export function* strangeNetworks(
  event: K8sAuditEvent,
  learned: Learned,
): Generator<readonly [fact: string, nats: number]> {
  if (event.source.matchesPod === true) return;
  const networks = [
    ['token:other-node-network', nodeNetwork(event)],
    ['token:outside-pod-network', podNetwork(event)],
  ] as const;
  for (const [fact, network] of networks) {
    if (network === undefined) continue;
    const { nats, unseenIn, episodes } = learned.tables.node.surprise(network.contexts);
    if (unseenIn !== undefined && episodes >= MIN_TOKENS) yield [fact, nats];
  }
  const podless = podlessNetwork(event);
  if (podless === undefined) return;
  const { nats, unseenIn } = learned.tables.source.surprise(podless.contexts);
  if (unseenIn !== undefined) yield ['token:new-network', nats];
}
