import {
  PlimsollError,
  sealProfile,
  type K8sAuditEvent,
  type LogGap,
  type ProfileFile,
  type Where,
} from '@plimsoll/contracts';
import { z } from 'zod';

import { fitCalibration } from '../calibration/index.js';
import type { Learner, LearningProgress } from '../detector.js';
import { addRun, Count, decodeSnapshot, encodeSnapshot } from '../learning/snapshot.js';

import { BURST_US, BurstTable, BurstTableData, CHANNELS, channelsOf, type Channel } from './burst-table.js';
import { FactTable, FactTableData } from './fact-table.js';
import { judge } from './judge.js';
import { K8S_AUDIT } from './k8s-audit-detector.js';
import { makeTables, MAX_OBJECTS, TABLES, tablesData, type Learned } from './model.js';
import { identityClass } from './names.js';
import { NoveltyTable, NoveltyTableData } from './novelty-table.js';
import { nodeNetwork, observationsOf, podlessNetwork, podNetwork } from './observations.js';
import { objectKey, populationOf, requestFacts } from './request-facts.js';
import { succeeded } from './request-kind.js';
import { alreadyCounted, decodeState, encodeState, startState, type K8sState } from './state.js';
import { tokenMoved } from './token-places.js';

const MAX_USERS = 50_000;
const MAX_TOKENS = 100_000;
const MAX_STREAMS = 10_000;
const MAX_FACTS_OF_OBJECT = 128;
/** Scores that calibration keeps; what comes after is not looked at. */
const MAX_SCORES = 1_000_000;
const MIN_LEARNED = 100;
const MIN_CALIBRATED = 20;
const MINUTE_US = 60_000_000;
const DAY_US = 86_400_000_000;
/** New things in a thousand requests that a profile may still meet and be called complete. */
const COMPLETE_NOVELTY = 0.05;

/** Requests that say nothing of what is normal: what a refused write would have granted was never granted. */
function taught(event: K8sAuditEvent): boolean {
  return succeeded(event);
}

const SNAPSHOT = 1;

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
  gaps: Count,
  streams: Texts,
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
export class K8sAuditLearner implements Learner<K8sAuditEvent | LogGap> {
  readonly #of: Pick<Where, 'application' | 'workload'>;
  #learned: Growing;
  /** `#learned` belongs to another, for whom this one calibrates. */
  #lent = false;
  readonly #streams = new Set<string>();
  readonly #counted = new Map<string, K8sState>();
  readonly #tokens = new Set<string>();
  readonly #bursts = new Map<string, { index: number; size: number; user: string; klass: string; channel: Channel }>();
  readonly #states = new Map<string, K8sState>();
  readonly #runs = new Map<string, number[]>();
  #events = 0;
  #gaps = 0;
  #scores = 0;
  #watchedUs = 0;
  #lastUs = 0;

  constructor(of: Pick<Where, 'application' | 'workload'>) {
    this.#of = { application: of.application, workload: of.workload };
    this.#learned = {
      tables: makeTables(() => new NoveltyTable()),
      facts: new FactTable(),
      bursts: new BurstTable(),
      objects: new Map(),
      roles: new Map(),
      levels: {},
    };
  }

  learn(input: K8sAuditEvent | LogGap): void {
    if (this.#streams.size < MAX_STREAMS) this.#streams.add(input.stream);
    if (input.type === 'gap') {
      this.#gaps += 1;
      return;
    }
    const state = this.#stateOf(input);
    if (alreadyCounted(state, input.auditId)) return;
    this.#events += 1;
    this.#learned.levels[input.level] = (this.#learned.levels[input.level] ?? 0) + 1;
    for (const { table, places } of observationsOf(input)) {
      this.#learned.tables[table].learn(places, input.timeUs);
    }
    const podless = podlessNetwork(input);
    if (podless !== undefined) this.#learned.tables.source.learn(podless.places, input.timeUs);
    this.#learnToken(input);
    this.#learnFacts(input, state);
    this.#learnBursts(input);
  }

  calibrate(input: K8sAuditEvent | LogGap): void {
    this.#closeBursts();
    if (input.type === 'gap' || this.#scores >= MAX_SCORES) return;
    let state = this.#states.get(input.key);
    if (state === undefined) {
      if (this.#states.size >= MAX_USERS) return;
      state = startState();
      this.#states.set(input.key, state);
      this.#runs.set(input.key, []);
    }
    if (alreadyCounted(state, input.auditId)) return;
    const { score, contributions } = judge(input, state, this.#learned);
    // What fades from earlier requests gives no verdict, so it is no score either.
    this.#runs.get(input.key)?.push(contributions.length > 0 ? score : 0);
    this.#scores += 1;
    // Recordings may lie days apart: what is silent for long is no time of watching.
    if (this.#lastUs > 0) this.#watchedUs += Math.min(Math.max(0, input.timeUs - this.#lastUs), MINUTE_US);
    this.#lastUs = Math.max(this.#lastUs, input.timeUs);
  }

  finish(): ProfileFile {
    this.#closeBursts();
    if (this.#events < MIN_LEARNED || this.#scores < MIN_CALIBRATED) {
      throw new PlimsollError(
        'empty-source',
        `Kubernetes audit of ${this.#of.workload}: ${this.#events} events to learn from and ${this.#scores} to calibrate on; at least ${MIN_LEARNED} and ${MIN_CALIBRATED} are needed`,
      );
    }
    const { novelty, converged } = this.progress();
    // A second of audit makes no rate for a day: at least a minute is assumed.
    const spanUs = Math.max(this.#watchedUs, MINUTE_US);
    const { facts, bursts, objects, roles, levels, tables } = this.#learned;
    const byName = (a: readonly [string, ...unknown[]], b: readonly [string, ...unknown[]]): number =>
      a[0] < b[0] ? -1 : 1;
    return sealProfile({
      ...this.#of,
      detector: K8S_AUDIT,
      learned: {
        streams: [...this.#streams].sort(),
        events: this.#events,
        novelty,
        complete: converged,
        notes: this.#notes(),
      },
      model: {
        kind: 'k8s-audit/1',
        tables: tablesData(tables),
        facts: facts.data(),
        bursts: bursts.data(),
        objects: [...objects].map(([name, held]): [string, string[]] => [name, [...held].sort()]).sort(byName),
        roles: [...roles].map(([name, powers]): [string, string[]] => [name, [...powers]]).sort(byName),
        levels,
        // A nat is the least difference that means anything in a sum of logarithms of chances.
        calibration: fitCalibration([...this.#runs.values()], { minScale: 1 }),
        requestsPerDay: (this.#scores * DAY_US) / spanUs,
      },
    });
  }

  progress(): LearningProgress {
    const { once, total } = this.#learned.tables.action.coverage((context) => context.startsWith('u '));
    const novelty = total === 0 ? 1 : Math.min(1, once / total);
    return {
      events: this.#events,
      novelty,
      converged: novelty <= COMPLETE_NOVELTY && this.#events >= MIN_LEARNED && this.#gaps === 0,
      gaps: this.#gaps,
    };
  }

  calibrator(): K8sAuditLearner {
    this.#closeBursts();
    const made = new K8sAuditLearner(this.#of);
    made.#learned = this.#learned;
    made.#lent = true;
    return made;
  }

  snapshot(): Uint8Array {
    const held: z.infer<typeof Held> = {
      ...(this.#lent ? {} : { learned: this.#heldTables() }),
      events: this.#events,
      gaps: this.#gaps,
      streams: [...this.#streams],
      counted: stateTexts(this.#counted),
      tokens: [...this.#tokens],
      open: [...this.#bursts],
      states: stateTexts(this.#states),
      runs: [...this.#runs],
      scores: this.#scores,
      watchedUs: this.#watchedUs,
      lastUs: this.#lastUs,
    };
    return encodeSnapshot(K8S_AUDIT, SNAPSHOT, held);
  }

  merge(snapshot: Uint8Array): void {
    const held = decodeSnapshot(snapshot, K8S_AUDIT, SNAPSHOT, Held);
    if (held.learned !== undefined) this.#addTables(held.learned);
    this.#events += held.events;
    this.#gaps += held.gaps;
    for (const stream of held.streams) if (this.#streams.size < MAX_STREAMS) this.#streams.add(stream);
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
  }

  #heldTables(): NonNullable<z.infer<typeof Held>['learned']> {
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

  #addTables(more: NonNullable<z.infer<typeof Held>['learned']>): void {
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
      if (network !== undefined) this.#learned.tables.node.learn(network.places, episode);
    }
  }

  #learnFacts(event: K8sAuditEvent, state: K8sState): void {
    const { facts, roles } = this.#learned;
    const user = event.user.name;
    const moved = tokenMoved(event, state);
    for (const { group, facts: found } of requestFacts(event, { rolePowers: (role) => roles.get(role), moved })) {
      if (!taught(event) && group !== 'token') continue;
      facts.learn(user, populationOf(event, group), found);
      if (group === 'pod' || group === 'script') this.#hold(event, found);
    }
    if (event.podPowers !== undefined) facts.learn(user, 'owner', event.podPowers.owned ? ['owner:owned'] : []);
    if (event.grant?.kind === 'role' && event.grant.role !== undefined && taught(event) && roles.size < MAX_OBJECTS) {
      roles.set(event.grant.role, event.grant.powers);
    }
  }

  #hold(event: K8sAuditEvent, facts: readonly string[]): void {
    const digests = (event.scripts ?? []).map(({ digest }) => `digest:${digest}`);
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

  #notes(): string[] {
    const levels = Object.entries(this.#learned.levels).map(([level, count]) => `${level} ${count}`);
    const notes = [`events by audit level: ${levels.sort().join(', ')}`];
    const bodies = (this.#learned.levels['Request'] ?? 0) + (this.#learned.levels['RequestResponse'] ?? 0);
    if (bodies === 0)
      notes.push('only Metadata: what roles grant and what pods may do was not seen, and cannot be judged');
    if (this.#gaps > 0) notes.push(`${this.#gaps} gaps were announced while learning`);
    return notes;
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
