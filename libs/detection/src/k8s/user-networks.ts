import type { K8sAuditEvent } from '@plimsoll/contracts';

import type { Learned } from './model.js';
import { userNetwork } from './observations.js';
import { riskWeightOf } from './risk-weights.js';
import { push, type K8sState } from './state.js';

export const NEW_NETWORK = 'user:new-network';
/** A network that a user goes on to ask from becomes his own: its strangeness halves in this time. */
const HALF_LIFE_US = 3_600_000_000;
const MAX_NETWORKS = 8;
/** Less than any threshold: to be elsewhere is no alarm by itself. */
const MAX_NATS = 9.5;
/** How many networks' worth the prior weighs in the share of the kind, and that in the user's own. */
const PRIOR_WEIGHT = 5;
const KIND_WEIGHT = 0.25;

/** That a user's credential is used from a network where neither he nor anybody of his kind was. */
export interface NewNetwork {
  /** What it is worth now, in (0, 9.5]. */
  readonly nats: number;
  /** This is its first use there. */
  readonly first: boolean;
  /** Networks that he was learned to come from. */
  readonly known: readonly string[];
}

/**
 * Whether a person's, controller's or node's credential is used from such a network; undefined for nobody, for service
 * accounts (their tokens tell where they belong, `token-networks.ts`), and where the user was not learned.
 *
 * How strange that is follows from how many networks he came from, not from how often he asked: the share of networks
 * beyond the first, drawn towards that of his kind, drawn towards a prior (Lidstone, twice). Who travels is excused, who
 * was seen little is too (Good–Turing). It is worth the same to each request from there, so that what he does there is
 * scored with it; notes the network in `state`, eight at most.
 */
export function newNetwork(event: K8sAuditEvent, state: K8sState, learned: Learned): NewNetwork | undefined {
  const observation = userNetwork(event);
  if (observation === undefined) return undefined;
  const { contexts } = observation;
  const { source, who } = learned.tables;
  const own = contexts.slice(0, -1).find(([name]) => source.has(name));
  const kind = contexts.at(-1)!;
  if (own === undefined || contexts.some(([name, network]) => source.holds(name, network))) return undefined;
  const { nats: weight, prior } = riskWeightOf(NEW_NETWORK);
  const beyond = Math.max(0, source.size(kind[0]) - who.size(kind[0]));
  const share = (beyond + PRIOR_WEIGHT * prior) / (source.size(kind[0]) + PRIOR_WEIGHT);
  const networks = source.size(own[0]);
  const travels = -Math.log((networks - 1 + KIND_WEIGHT * share) / (networks + KIND_WEIGHT));
  const rarity = Math.min(travels, source.surprise([own]).nats);
  if (rarity < Math.LN2) return undefined;
  const { sinceUs, first } = noted(state, own[1], event.timeUs);
  const faded = Math.pow(0.5, Math.max(0, event.timeUs - sinceUs) / HALF_LIFE_US);
  const nats = Math.min(rarity + weight, MAX_NATS) * faded;
  return { nats, first, known: source.usual(own[0], 3) };
}

/** Since when the user asks from there. */
function noted(
  state: K8sState,
  network: string,
  timeUs: number,
): { readonly sinceUs: number; readonly first: boolean } {
  const known = state.networks.find(([one]) => one === network);
  if (known !== undefined) return { sinceUs: known[1], first: false };
  push(state.networks, [network, timeUs], MAX_NETWORKS);
  return { sinceUs: timeUs, first: true };
}
