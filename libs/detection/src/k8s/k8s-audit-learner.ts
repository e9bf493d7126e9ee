import type { K8sAuditEvent } from '@plimsoll/contracts';
import { z } from 'zod';

import { fitCalibration } from '../calibration/index.js';
import { eventLearner, LEARNED_COUNTS, type Gathering, type LearnedCounts } from '../events/event-learner.js';
import type { NoveltyEstimate } from '../learning/outlook.js';
import { addRun, Count } from '../learning/snapshot.js';

import { BURST_US, BurstTable, BurstTableData, CHANNELS, channelsOf, type Channel } from './burst-table.js';
import { FactTable, FactTableData } from './fact-table.js';
import { scoreAuditEvent } from './k8s-audit-scorer.js';
import { K8S_AUDIT } from './k8s-audit-detector.js';
import { makeTables, MAX_OBJECTS, TABLES, tablesData, type K8sModelData, type Learned } from './model.js';
import { identityClass } from './names.js';
import { NoveltyTable, NoveltyTableData } from './novelty-table.js';
import { nodeNetwork, observationsOf, podlessNetwork, podNetwork, userNetwork } from './observations.js';
import { digestsOf, objectKey, populationOf, requestFacts, type FactGroup } from './request-facts.js';
import { succeeded } from './request-kind.js';
import { alreadyCounted, decodeState, encodeState, startState, type K8sState } from './state.js';
import { tokenMoved } from './token-networks.js';

const MAX_USERS = 50_000;
const MAX_TOKENS = 100_000;
const MAX_FACTS_OF_OBJECT = 128;
/** Scores that calibration keeps; what comes after is not looked at. */
const MAX_SCORES = 1_000_000;
const MINUTE_US = 60_000_000;
const DAY_US = 86_400_000_000;

/** Requests that say nothing of what is normal: what a refused write would have granted was never granted. */
function taught(event: K8sAuditEvent): boolean {
  return succeeded(event);
}

/** Facts that the object itself has. */
const HELD: ReadonlySet<FactGroup> = new Set(['grant', 'pod', 'script', 'control']);

const Texts = z.array(z.string());
/** States by user, each as `encodeState` writes it, in base64. */
const States = z.array(z.tuple([z.string(), z.string()]));

const Held = z.object({
  learned: z
    .object({
      tables: z.record(z.enum(TABLES), NoveltyTableData),
      episodes: z.record(z.enum(TABLES), z.array(z.tuple([z.string(), z.number()]))),
      facts: FactTableData,
      bursts: BurstTableData,
      objects: z.array(z.tuple([z.string(), Texts])),
      roles: z.array(z.tuple([z.string(), Texts])),
      levels: z.record(z.string(), Count),
    })
    .optional(),
  events: Count,
  gaps: LEARNED_COUNTS.gaps,
  streams: LEARNED_COUNTS.streams,
  counted: States,
  tokens: Texts,
  open: z.array(
    z.tuple([
      z.string(),
      z.object({ index: z.number(), size: z.number(), user: z.string(), klass: z.string(), channel: z.enum(CHANNELS) }),
    ]),
  ),
  states: States,
  runs: z.array(z.tuple([z.string(), z.array(z.number())])),
  scores: Count,
  watchedUs: z.number(),
  lastUs: z.number(),
});
type Held = z.infer<typeof Held>;

/** What was learned so far: the same as a model asks, but it grows. */
interface Growing extends Omit<Learned, 'objects' | 'roles' | 'levels'> {
  readonly objects: Map<string, Set<string>>;
  readonly roles: Map<string, readonly string[]>;
  readonly levels: Record<string, number>;
}

/**
 * Learns a cluster's audit events: who asks what, where, with which answer; then scores benign events that it did not
 * learn, for the calibration. Memory is bounded by the limits of its tables, and one state a user while calibrating.
 */
export const k8sAuditLearner = eventLearner<K8sAuditEvent, Growing, Held>({
  detector: K8S_AUDIT,
  snapshot: 1,
  held: Held,
  events: 'Kubernetes audit events',
  least: { learned: 100, calibrated: 20 },
  completeNovelty: 0.05,
  gather: (lent) => new AuditGathering(lent),
});

class AuditGathering implements Gathering<K8sAuditEvent, Growing, Held> {
  readonly #learned: Growing;
  /** `#learned` belongs to another, for whom this one calibrates. */
  readonly #lent: boolean;
  readonly #counted = new Map<string, K8sState>();
  readonly #tokens = new Set<string>();
  readonly #bursts = new Map<string, { index: number; size: number; user: string; klass: string; channel: Channel }>();
  readonly #states = new Map<string, K8sState>();
  readonly #runs = new Map<string, number[]>();
  #scores = 0;
  #watchedUs = 0;
  #lastUs = 0;

  constructor(lent?: Growing) {
    this.#lent = lent !== undefined;
    this.#learned = lent ?? {
      tables: makeTables(() => new NoveltyTable()),
      facts: new FactTable(),
      bursts: new BurstTable(),
      objects: new Map(),
      roles: new Map(),
      levels: {},
    };
  }

  learn(input: K8sAuditEvent): boolean {
    const state = this.#stateOf(input);
    if (alreadyCounted(state, input)) return false;
    this.#learned.levels[input.level] = (this.#learned.levels[input.level] ?? 0) + 1;
    for (const { table, contexts } of observationsOf(input)) {
      this.#learned.tables[table].learn(contexts, input.timeUs);
    }
    const network = userNetwork(input) ?? podlessNetwork(input);
    if (network !== undefined) this.#learned.tables.source.learn(network.contexts, input.timeUs);
    this.#learnToken(input);
    this.#learnFacts(input, state);
    this.#learnBursts(input);
    return true;
  }

  calibrate(input: K8sAuditEvent): void {
    this.#closeBursts();
    if (this.#scores >= MAX_SCORES) return;
    let state = this.#states.get(input.key);
    if (state === undefined) {
      if (this.#states.size >= MAX_USERS) return;
      state = startState();
      this.#states.set(input.key, state);
      this.#runs.set(input.key, []);
    }
    if (alreadyCounted(state, input)) return;
    const { score, contributions } = scoreAuditEvent(input, state, this.#learned);
    // What fades from earlier requests gives no verdict, so it is no score either.
    this.#runs.get(input.key)?.push(contributions.length > 0 ? score : 0);
    this.#scores += 1;
    // Recordings may lie days apart: what is silent for long is no time of watching.
    if (this.#lastUs > 0) this.#watchedUs += Math.min(Math.max(0, input.timeUs - this.#lastUs), MINUTE_US);
    this.#lastUs = Math.max(this.#lastUs, input.timeUs);
  }

  calibrated(): number {
    return this.#scores;
  }

  novelty(): readonly NoveltyEstimate[] {
    const { once, total } = this.#learned.tables.action.coverage((context) => context.startsWith('u '));
    return [{ novelty: total === 0 ? 1 : Math.min(1, once / total), of: total }];
  }

  lend(): Growing {
    this.#closeBursts();
    return this.#learned;
  }

  model(): K8sModelData {
    this.#closeBursts();
    // A second of audit makes no rate for a day: at least a minute is assumed.
    const spanUs = Math.max(this.#watchedUs, MINUTE_US);
    const { facts, bursts, objects, roles, levels, tables } = this.#learned;
    const byName = (a: readonly [string, ...unknown[]], b: readonly [string, ...unknown[]]): number =>
      a[0] < b[0] ? -1 : 1;
    return {
      kind: 'k8s-audit/1',
      tables: tablesData(tables),
      facts: facts.data(),
      bursts: bursts.data(),
      objects: [...objects].map(([name, held]): [string, string[]] => [name, [...held].sort()]).sort(byName),
      roles: [...roles].map(([name, powers]): [string, string[]] => [name, [...powers]]).sort(byName),
      levels,
      // A nat is the least difference that means anything in a sum of logarithms of probabilities.
      calibration: fitCalibration([...this.#runs.values()], { minScale: 1 }),
      requestsPerDay: (this.#scores * DAY_US) / spanUs,
    };
  }

  held({ learned, gaps, streams }: LearnedCounts): Held {
    return {
      ...(this.#lent ? {} : { learned: this.#heldTables() }),
      events: learned,
      gaps,
      streams,
      counted: stateTexts(this.#counted),
      tokens: [...this.#tokens],
      open: [...this.#bursts],
      states: stateTexts(this.#states),
      runs: [...this.#runs],
      scores: this.#scores,
      watchedUs: this.#watchedUs,
      lastUs: this.#lastUs,
    };
  }

  merge(held: Held): LearnedCounts {
    if (held.learned !== undefined) this.#addTables(held.learned);
    readStates(held.counted, this.#counted);
    for (const token of held.tokens) if (this.#tokens.size < MAX_TOKENS) this.#tokens.add(token);
    for (const [key, burst] of held.open) {
      const before = this.#bursts.get(key);
      if (before) this.#learned.bursts.learn(before.user, before.klass, before.channel, before.size);
      this.#bursts.set(key, burst);
    }
    readStates(held.states, this.#states);
    for (const [user, scores] of held.runs) addRun(this.#runs, user, scores);
    this.#scores += held.scores;
    // Servers of one cluster are watched at the same time.
    this.#watchedUs = Math.max(this.#watchedUs, held.watchedUs);
    this.#lastUs = Math.max(this.#lastUs, held.lastUs);
    return { learned: held.events, gaps: held.gaps, streams: held.streams };
  }

  notes(): string[] {
    const levels = Object.entries(this.#learned.levels).map(([level, count]) => `${level} ${count}`);
    const notes = [`events by audit level: ${levels.sort().join(', ')}`];
    const bodies = (this.#learned.levels['Request'] ?? 0) + (this.#learned.levels['RequestResponse'] ?? 0);
    if (bodies === 0)
      notes.push('only Metadata: what roles grant and what pods may do was not seen, and cannot be scored');
    return notes;
  }

  #heldTables(): NonNullable<Held['learned']> {
    const { tables, facts, bursts, objects, roles, levels } = this.#learned;
    const episodes = Object.fromEntries(TABLES.map((name) => [name, tables[name].episodes()]));
    return {
      tables: tablesData(tables),
      // One entry for each name of TABLES, which fromEntries cannot express.
      episodes: episodes as Record<(typeof TABLES)[number], [string, number][]>,
      facts: facts.data(),
      bursts: bursts.data(),
      objects: Array.from(objects, ([name, held]) => [name, [...held]]),
      roles: Array.from(roles, ([name, powers]) => [name, [...powers]]),
      levels,
    };
  }

  #addTables(more: NonNullable<Held['learned']>): void {
    const { tables, facts, bursts, objects, roles, levels } = this.#learned;
    for (const name of TABLES) tables[name].merge(more.tables[name], more.episodes[name]);
    facts.merge(more.facts);
    bursts.merge(more.bursts);
    for (const [name, found] of more.objects) {
      const held = objects.get(name) ?? new Set();
      if (objects.size < MAX_OBJECTS || objects.has(name)) objects.set(name, held);
      for (const fact of found) if (held.size < MAX_FACTS_OF_OBJECT) held.add(fact);
    }
    for (const [name, powers] of more.roles) if (roles.size < MAX_OBJECTS || roles.has(name)) roles.set(name, powers);
    for (const [level, count] of Object.entries(more.levels)) levels[level] = (levels[level] ?? 0) + count;
  }

  /** What is remembered of the user while learning: repeated deliveries, and where tokens were used. */
  #stateOf(event: K8sAuditEvent): K8sState {
    let state = this.#counted.get(event.key);
    if (state === undefined) {
      state = startState();
      if (this.#counted.size < MAX_USERS) this.#counted.set(event.key, state);
    }
    return state;
  }

  /** The network of a pod counts once a token, however busy the pod is. */
  #learnToken(event: K8sAuditEvent): void {
    const id = event.credential?.id;
    if (id === undefined || this.#tokens.has(id) || this.#tokens.size >= MAX_TOKENS) return;
    this.#tokens.add(id);
    // The token's number stands for the time: each token is an episode of its own.
    const episode = this.#tokens.size * BURST_US;
    for (const network of [nodeNetwork(event), podNetwork(event)]) {
      if (network !== undefined) this.#learned.tables.node.learn(network.contexts, episode);
    }
  }

  #learnFacts(event: K8sAuditEvent, state: K8sState): void {
    const { facts, roles } = this.#learned;
    const user = event.user.name;
    const moved = tokenMoved(event, state);
    const held = this.#learned.objects.get(objectKey(event));
    for (const { group, facts: found } of requestFacts(event, { rolePowers: (role) => roles.get(role), held, moved })) {
      if (!taught(event) && group !== 'token') continue;
      facts.learn(user, populationOf(event, group), found);
      // Of a grant the whole counts: who gains matters, and another's gain excuses nothing.
      if (HELD.has(group)) this.#hold(event, group === 'grant' ? [] : found);
    }
    if (event.podPowers !== undefined) facts.learn(user, 'owner', event.podPowers.owned ? ['owner:owned'] : []);
    if (event.grant?.kind === 'role' && event.grant.role !== undefined && taught(event) && roles.size < MAX_OBJECTS) {
      roles.set(event.grant.role, event.grant.powers);
    }
  }

  #hold(event: K8sAuditEvent, facts: readonly string[]): void {
    const digests = digestsOf(event);
    if (facts.length + digests.length === 0) return;
    const { objects } = this.#learned;
    const key = objectKey(event);
    let held = objects.get(key);
    if (held === undefined) {
      if (objects.size >= MAX_OBJECTS) return;
      held = new Set();
      objects.set(key, held);
    }
    for (const fact of [...facts, ...digests]) if (held.size < MAX_FACTS_OF_OBJECT) held.add(fact);
  }

  #learnBursts(event: K8sAuditEvent): void {
    const index = Math.floor(event.timeUs / BURST_US);
    for (const [channel, amount] of channelsOf(event)) {
      const key = `${event.key}\n${channel}`;
      const open = this.#bursts.get(key);
      if (open?.index === index) {
        open.size += amount;
        continue;
      }
      if (open !== undefined) this.#learned.bursts.learn(open.user, open.klass, open.channel, open.size);
      else if (this.#bursts.size >= MAX_USERS) continue;
      this.#bursts.set(key, { index, size: amount, user: event.user.name, klass: identityClass(event), channel });
    }
  }

  #closeBursts(): void {
    for (const { user, klass, channel, size } of this.#bursts.values())
      this.#learned.bursts.learn(user, klass, channel, size);
    this.#bursts.clear();
  }
}

function stateTexts(states: ReadonlyMap<string, K8sState>): [string, string][] {
  return Array.from(states, ([user, state]) => [user, Buffer.from(encodeState(state)).toString('base64')]);
}

function readStates(texts: readonly (readonly [string, string])[], into: Map<string, K8sState>): void {
  for (const [user, text] of texts) {
    if (into.size < MAX_USERS || into.has(user)) into.set(user, decodeState(Buffer.from(text, 'base64')));
  }
}
