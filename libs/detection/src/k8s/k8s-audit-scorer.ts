import type { K8sAuditEvent } from '@plimsoll/contracts';

import { BURST_COST_NATS, BURST_US, channelsOf, type Channel } from './burst-table.js';
import type { FindingName } from './findings.js';
import type { Learned } from './model.js';
import { identityClass } from './names.js';
import { observationsOf, type Observation } from './observations.js';
import { changesNothing, objectKey, populationOf, requestFacts, type FactGroup } from './request-facts.js';
import {
  COST_ANONYMOUS_NATS,
  COST_DENIED_NATS,
  COST_ELSEWHERE_NATS,
  COST_NATS,
  isNobody,
  outcomeOf,
  riskOf,
  succeeded,
  type RequestRisk,
} from './request-kind.js';
import { NAMESPACED_NATS, REFUSED_NATS, riskWeightOf } from './risk-weights.js';
import { remember, rememberRole, type Contribution, type K8sState } from './state.js';
import { strangeNetworks, tokenMoved } from './token-networks.js';
import { explainBurst, explainFact, explainNetwork, explainNovelty } from './explain.js';
import { NEW_NETWORK, newNetwork, type NewNetwork } from './user-networks.js';

/** Surprise fades with this half-life: what is a minute apart belongs together, what is an hour apart does not. */
const HALF_LIFE_US = 120_000_000;
/** The same thing counts again after this long. */
const AGAIN_US = 600_000_000;
const USUAL_NATS = Math.LN2;
const MAX_GATHERED_NATS = 200;
/** Most that harmless reads, and ordinary writes, can bring together by being new: less than any threshold. */
const MAX_NATS = { harmless: 4, ordinary: 5 } as const;
/** How many times as much from a network that is new for the user. */
const ELSEWHERE_TIMES = 2;

/** What one request adds. */
export interface ScoredAuditEvent {
  /** Surprise of this user as of now, in nats: gathered novelty and facts, and the strangest burst. Higher is stranger. */
  readonly score: number;
  /** What this request itself brought; none where it was unremarkable. */
  readonly contributions: readonly Contribution[];
}

/**
 * Scores one request, altering `state`. Three sums of nats, each about exponential for benign requests:
 * novelty (how rare are its action, namespace, object, answer, binding and source for this identity, less what a
 * request of that risk must bring), facts (what it grants, lets run or betrays, by rarity and risk weight), and bursts. The
 * first two gather over requests and fade; the same thing counts once. Cost: a dozen look-ups.
 */
export function scoreAuditEvent(event: K8sAuditEvent, state: K8sState, learned: Learned): ScoredAuditEvent {
  const faded = Math.pow(0.5, Math.max(0, event.timeUs - state.lastUs) / HALF_LIFE_US);
  state.gathered *= faded;
  state.harmless *= faded;
  state.ordinary *= faded;
  state.lastUs = Math.max(state.lastUs, event.timeUs);
  state.recent = state.recent.filter(({ evidence }) => state.lastUs - evidence.timeUs <= 2 * HALF_LIFE_US);

  const network = newNetwork(event, state, learned);
  const contributions = [...novelty(event, state, learned, network), ...dangerousFacts(event, state, learned)];
  const nats = contributions.reduce((sum, contribution) => sum + contribution.nats, 0);
  state.gathered = Math.min(state.gathered + nats, MAX_GATHERED_NATS);
  const bursts = burstsOf(event, state, learned);
  const worst = bursts.reduce((most, burst) => Math.max(most, burst.nats), 0);
  const found = [...contributions, ...bursts];
  if (network !== undefined && (network.first || found.length > 0)) found.push(fromNetwork(event, network));
  return { score: state.gathered + worst + (network?.nats ?? 0), contributions: found };
}

/** It is told once, and again with what the user does there: all he asks from there is worth as much more. */
function fromNetwork(event: K8sAuditEvent, { nats, known }: NewNetwork): Contribution {
  return { finding: 'token-stolen', nats, evidence: explainNetwork(event, NEW_NETWORK, nats, known) };
}

function novelty(
  event: K8sAuditEvent,
  state: K8sState,
  learned: Learned,
  network: NewNetwork | undefined,
): Contribution[] {
  const observations = observationsOf(event);
  const got = wasAnswered(observations, learned);
  const parts = observations.map((observation) => {
    const surprise = learned.tables[observation.table].surprise(observation.contexts);
    const { table } = observation;
    // Whoever was learned is no stranger, however seldom he asks; and to be a stranger counts once, not for every request.
    const stranger = table === 'who' && surprise.nats > 0 && !remember(state, 'stranger', event.timeUs, AGAIN_US);
    const silent =
      (table === 'via' && got) ||
      (table === 'kind' && surprise.unseenIn === undefined) ||
      (table === 'who' && !(stranger && surprise.unseenIn !== undefined));
    return { observation, surprise: silent ? { ...surprise, nats: 0 } : surprise };
  });
  const bound = boundOf(event);
  const cost = bound === undefined && network !== undefined ? COST_ELSEWHERE_NATS : costOf(event);
  const surplus = parts.reduce((sum, { surprise }) => sum + surprise.nats, 0) - cost;
  // Where his network is as new as what he reads, the two are one operation less likely.
  const most = bound === undefined ? Infinity : MAX_NATS[bound] * (network === undefined ? 1 : ELSEWHERE_TIMES);
  const nats = bound === undefined ? surplus : Math.min(surplus, most - state[bound]);
  if (nats <= 0) return [];
  const key = `novel ${observations.map(({ contexts }) => contexts[0]?.[1] ?? '').join('|')}`;
  if (remember(state, key, event.timeUs, AGAIN_US)) return [];
  if (bound !== undefined) state[bound] += nats;
  const strangest = parts.reduce((most, part) => (part.surprise.nats > most.surprise.nats ? part : most));
  return [
    {
      finding: noveltyFinding(event, strangest.observation),
      nats,
      evidence: explainNovelty(event, parts, nats, learned),
    },
  ];
}

/**
 * Whether this identity made the same request in learning and was answered. Then it tells nothing by which binding it may:
 * the authorizer names the first that allows it, so one that an intruder widens to a group is named for all its members.
 */
function wasAnswered(observations: readonly Observation[], learned: Learned): boolean {
  const outcome = observations.find(({ table }) => table === 'outcome')?.contexts[0];
  return outcome?.[1] === 'answered' && learned.tables.outcome.holds(...outcome);
}

const HARMLESS: ReadonlySet<RequestRisk> = new Set(['public', 'read', 'review', 'rbac-read']);
const ORDINARY: ReadonlySet<RequestRisk> = new Set(['write', 'delete', 'workload-write', 'secret-write', 'rbac-write']);

/**
 * One new operation is many new requests: an informer that starts anew lists twenty things, an upgrade writes five kinds
 * of objects that the installer never wrote. Neither is an alarm by its newness alone, however many they are; what a
 * write grants or runs counts by itself. A write of a role whose body was not logged may grant anything: no bound. One that left its object as it was is everyday,
 * whatever the object is.
 */
function boundOf(event: K8sAuditEvent): 'harmless' | 'ordinary' | undefined {
  if (outcomeOf(event) !== 'answered' || isNobody(event)) return undefined;
  if (event.unchanged === true) return 'ordinary';
  const risk = riskOf(event);
  if (HARMLESS.has(risk)) return 'harmless';
  const unknown = risk === 'rbac-write' && event.grant === undefined;
  return ORDINARY.has(risk) && !unknown ? 'ordinary' : undefined;
}

function costOf(event: K8sAuditEvent): number {
  const cost = COST_NATS[riskOf(event)];
  if (isNobody(event)) {
    return riskOf(event) === 'public' ? cost : Math.min(cost, COST_ANONYMOUS_NATS);
  }
  return outcomeOf(event) === 'denied' ? Math.min(cost, COST_DENIED_NATS) : cost;
}

const FINDING_BY_RISK: Readonly<Record<RequestRisk, FindingName>> = {
  public: 'unusual-request',
  read: 'unusual-request',
  review: 'unusual-request',
  'rbac-read': 'unusual-request',
  write: 'unusual-write',
  delete: 'unusual-write',
  'workload-write': 'unusual-write',
  'secret-write': 'unusual-write',
  'secret-read': 'secret-access',
  'rbac-write': 'privilege-grant',
  'control-write': 'unusual-write',
  'system-write': 'unusual-write',
  connect: 'container-exec',
  mint: 'token-minted',
};

function noveltyFinding(event: K8sAuditEvent, strangest: Observation): FindingName {
  if (isNobody(event)) return 'anonymous-exploration';
  if (outcomeOf(event) === 'denied') return 'denied-exploration';
  if ((event.control?.powers.length ?? 0) > 0) return controlFinding(event);
  const risk = riskOf(event);
  if (strangest.table === 'via' && FINDING_BY_RISK[risk] === 'unusual-request') return 'new-authority';
  return FINDING_BY_RISK[risk];
}

/** A certificate is a credential; the rest leads requests to somebody. */
function controlFinding(event: K8sAuditEvent): FindingName {
  return event.resource?.name === 'certificatesigningrequests' ? 'token-minted' : 'control-hook';
}

const FINDING_BY_GROUP: Readonly<Record<FactGroup, FindingName>> = {
  grant: 'privilege-grant',
  pod: 'privileged-workload',
  script: 'injected-program',
  token: 'token-stolen',
  mint: 'token-minted',
  answer: 'secret-access',
  control: 'control-hook',
  kubelet: 'container-exec',
};

/** Facts of what a write puts into an object. */
const WRITTEN: ReadonlySet<FactGroup> = new Set(['grant', 'pod', 'script', 'control']);

function dangerousFacts(event: K8sAuditEvent, state: K8sState, learned: Learned): Contribution[] {
  const user = event.user.name;
  const rolePowers = (role: string): readonly string[] | undefined =>
    state.roles.find(([known]) => known === role)?.[1] ?? learned.roles.get(role);
  const held = learned.objects.get(objectKey(event));
  const refused = succeeded(event) ? 0 : REFUSED_NATS;
  const found: Contribution[] = [];
  const add = (group: FactGroup, fact: string, nats: number): void => {
    if (nats <= 0 || remember(state, `fact ${fact} ${factObject(event, group)}`, event.timeUs, AGAIN_US)) return;
    const finding = group === 'control' ? controlFinding(event) : factFinding(fact, group);
    found.push({ finding, nats, evidence: explainFact(event, group, fact, nats, learned) });
  };
  const moved = tokenMoved(event, state);
  const nothing = changesNothing(event, held);
  for (const { group, facts } of requestFacts(event, { rolePowers, held, moved })) {
    if (nothing && WRITTEN.has(group)) continue;
    if ((group === 'pod' || group === 'script') && (inherited(event, learned) || sameProgram(event, held, group)))
      continue;
    for (const fact of facts) {
      if (held?.has(fact) === true) continue;
      const narrow = group === 'grant' && event.grant?.cluster === false ? NAMESPACED_NATS : 0;
      const rarity = -Math.log(learned.facts.share(user, populationOf(event, group), fact));
      // What every second request of this user holds is its work, whatever it is worth to others.
      if (rarity < USUAL_NATS) continue;
      add(group, fact, rarity + riskWeightOf(fact).nats - narrow - refused);
    }
  }
  for (const [fact, nats] of strangeNetworks(event, learned)) add('token', fact, nats + riskWeightOf(fact).nats);
  if (event.grant?.kind === 'role' && event.grant.role !== undefined && succeeded(event)) {
    rememberRole(state, event.grant.role, event.grant.powers);
  }
  return found;
}

/** What a repetition is of: for grants who gains, for pods and programs the object, for tokens the token. */
function factObject(event: K8sAuditEvent, group: FactGroup): string {
  if (group === 'grant') return `${event.grant?.role ?? ''} ${event.grant?.subjects.join(',') ?? ''}`;
  if (group === 'token')
    return `${event.credential?.id ?? ''} ${event.source.address ?? ''} ${event.impersonated ?? ''}`;
  // The kubelet of each node is another.
  return group === 'kubelet' ? (event.resource?.object ?? '') : objectKey(event);
}

function factFinding(fact: string, group: FactGroup): FindingName {
  if (fact === 'token:impersonation') return 'impersonation';
  if (fact === 'token:without-pod') return 'token-minted';
  if (fact === 'answer:anonymous-allowed') return 'anonymous-exploration';
  if (fact === 'answer:audit-id-reused') return 'unusual-request';
  if (fact === 'answer:body-withheld') return 'unusual-write';
  return FINDING_BY_GROUP[group];
}

/**
 * A controller that makes pods from another's template is not the one who decided on them. Whether an identity is such
 * a controller is learned; where nothing was, Kubernetes' own controllers are known by their home and their tokens,
 * which no pod has.
 */
function inherited(event: K8sAuditEvent, learned: Learned): boolean {
  if (event.podPowers?.owned !== true) return false;
  const user = event.user.name;
  const { requests, withFact } = learned.facts.seen(user, 'owner', 'owner:owned');
  if (requests >= 3) return withFact >= 0.9 * requests;
  return /^system:serviceaccount:kube-system:[a-z-]+-controller$/.test(user) && event.credential?.pod === undefined;
}

/** The object held these very texts before. */
function sameProgram(event: K8sAuditEvent, held: ReadonlySet<string> | undefined, group: FactGroup): boolean {
  const scripts = event.scripts ?? [];
  return group === 'script' && scripts.length > 0 && scripts.every(({ digest }) => held?.has(`digest:${digest}`));
}

const FINDING_BY_CHANNEL: Readonly<Record<Channel, FindingName>> = {
  delete: 'mass-deletion',
  denied: 'denied-exploration',
  secret: 'secret-access',
  write: 'unusual-rate',
  all: 'unusual-rate',
};

/** Bursts that this request makes larger, as far as they are strange. */
function burstsOf(event: K8sAuditEvent, state: K8sState, learned: Learned): Contribution[] {
  const index = Math.floor(event.timeUs / BURST_US);
  const found: Contribution[] = [];
  for (const [channel, amount] of channelsOf(event)) {
    let burst = state.bursts.find((known) => known.channel === channel);
    if (burst === undefined) {
      burst = { channel, index, size: 0 };
      state.bursts.push(burst);
    }
    if (burst.index !== index) {
      burst.index = index;
      burst.size = 0;
    }
    burst.size += amount;
    const klass = identityClass(event);
    const nats = learned.bursts.nats(event.user.name, klass, channel, burst.size) - BURST_COST_NATS[channel];
    if (nats <= 0) continue;
    const finding = isNobody(event) ? 'anonymous-exploration' : FINDING_BY_CHANNEL[channel];
    const { mean, bursts } = learned.bursts.usual(event.user.name, klass, channel);
    found.push({ finding, nats, evidence: explainBurst(event, channel, burst.size, { mean, bursts, nats }) });
  }
  return found;
}
