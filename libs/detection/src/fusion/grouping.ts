import { identity, US_PER_SECOND, type AttackPath } from '@plimsoll/contracts';

import { MANY, type Atom } from './atom.js';
import { compareText } from './bounded.js';
import type { FusionConfig } from './fusion-config.js';
import type { Sum } from './aggregate.js';
import { FROM, isClient, REQUEST, SCRIPT } from './signal.js';

/** The settled part of an incident that has gone on for longer than anything can still arrive late. */
export interface Carry {
  readonly id: string;
  readonly kind: GroupKind;
  readonly firstBucket: number;
  /** The last bucket of a core atom, and of any. */
  lastCoreBucket: number;
  lastBucket: number;
  lastCoreUs: number;
  /** Of the settled atoms that others could belong to without their being of the incident's kind: the end, by step. */
  joined: JoinedEnd[];
  qualified: boolean;
  sum: Sum;
}

/** Where the settled atoms of one step, counted from 0, end. */
export interface JoinedEnd {
  readonly tier: number;
  bucket: number;
  lastUs: number;
}

/** What an incident is about, and by whom: with its first time this is its identity. */
export interface GroupKind {
  readonly path: AttackPath;
  readonly by: 'principal' | 'many' | 'workload';
  /** The principal, the finding that many share, or the workload. */
  readonly name: string;
}

/** Atoms that make one incident. */
export interface Group {
  readonly id: string;
  readonly kind: GroupKind;
  readonly carries: readonly Carry[];
  readonly firstBucket: number;
  lastCoreBucket: number;
  lastBucket: number;
  readonly atoms: Atom[];
  /** Keys of atoms that follow from what the incident's principal did to the same objects. */
  readonly consequences: Set<string>;
}

/** A point that others can belong to: a core atom, or the end of a settled part. */
interface Core {
  readonly group: Group;
  readonly tier: number;
  readonly bucket: number;
  readonly firstUs: number;
  readonly lastUs: number;
  readonly workload: string;
  readonly principal: string;
}

/** Who changed an object, and the incident that this is part of. */
interface Change {
  readonly group: Group;
  readonly bucket: number;
  readonly principal: string;
  /** Of the atom. */
  readonly key: string;
}

function isNewer(a: Change, b: Change): boolean {
  return a.bucket > b.bucket || (a.bucket === b.bucket && compareText(a.key, b.key) > 0);
}

/** `keptBefore`: the bucket before which everything is settled. */
export type GroupingConfig = FusionConfig & { readonly keptBefore: number };

/**
 * Puts atoms together into incidents: a pure function of atoms and settled parts, whatever their order.
 *
 * Identity first, time second. (1) Findings with a known path and principal form the cores: one incident for each
 * path and principal, until nothing comes for `gapUs`. (2) Findings with a path and a client alone (an access log shows
 * no session) join a core by a shared request, or one of the same path by their client; else they are cores by client:
 * whoever plants a script and then runs commands does two things. (3) Findings with a path but nobody's name (an SQL
 * statement, a request that a planted script made) join a core by a shared request, connection, thread or script, or
 * one of the same path that overlaps in time; else they are cores by workload. (4) Findings of a principal without a
 * path join a core of the same principal, or one by identity or time. (5) What has neither (windows of system calls)
 * joins any core by identity or time: it supports that incident and never bridges two. What is left forms incidents by
 * workload. What has joined in steps 2 and 3 is joined in later steps as a core is, so that a statement stays with the
 * request that made it wherever that request goes.
 *
 * An act on an object of Kubernetes that another changed less than `gapUs` before, or on what belongs to it, and that
 * gives nobody power, is a consequence: it joins the incident of that change instead of making one of its own.
 *
 * What is settled stays with an incident of which older parts are folded: they took their links with them.
 */
export function groupAtoms(
  application: string,
  atoms: readonly Atom[],
  carries: readonly Carry[],
  config: GroupingConfig,
): Group[] {
  const grouping = new Grouping(application, carries, config);
  const sorted = [...atoms].sort((a, b) => a.bucket - b.bucket || beganUs(a) - beganUs(b) || compareText(a.key, b.key));
  const tiers: Atom[][] = [[], [], [], [], []];
  for (const atom of sorted) tiers[tierOf(kindOf(atom))]!.push(atom);

  grouping.addCores(tiers[0]!);
  for (const [tier, by] of JOINING) grouping.addCores(tiers[tier]!.filter((atom) => !grouping.join(atom, by)));
  return grouping.groups;
}

/** When its principal began; 0 for atoms that touch no object, whose order within a bucket decides nothing. */
function beganUs({ objects, sum }: Atom): number {
  return objects === null ? 0 : sum.firstUs;
}

/** By what the findings of a step join a core, the first that finds one. */
type Joining = 'request' | 'client' | 'principal' | 'link' | 'time';
const JOINING: readonly (readonly [tier: number, by: readonly Joining[]])[] = [
  [1, ['request', 'client']],
  [2, ['link', 'time']],
  [3, ['principal', 'link', 'time']],
  [4, ['link', 'time']],
];

/** What has a path joins in these steps, counted from 0, and can be joined in later ones. */
export function canBeJoined(tier: number): boolean {
  return tier === 1 || tier === 2;
}

/** Which of the five steps, counted from 0, makes a core of this kind. */
export function tierOf(kind: GroupKind): number {
  if (kind.path === 'unknown') return kind.by === 'workload' ? 4 : 3;
  if (kind.by === 'workload') return 2;
  return kind.by === 'principal' && isClient(kind.name) ? 1 : 0;
}

/** What an incident is about that has this atom at its core. */
export function kindOf(atom: Atom): GroupKind {
  if (atom.principal === MANY) return { path: atom.path, by: 'many', name: atom.finding };
  if (atom.principal !== '') return { path: atom.path, by: 'principal', name: atom.principal };
  return { path: atom.path, by: 'workload', name: atom.workload };
}

export function sameKind(one: GroupKind, other: GroupKind): boolean {
  return one.path === other.path && one.by === other.by && one.name === other.name;
}

/**
 * The times of a sum, outward to whole seconds: what grouping compares. Finer steps would change what belongs together
 * with every signal, and the grouping would have to be done anew for each.
 */
export function secondsOf(sum: Pick<Sum, 'firstUs' | 'lastUs'>): { firstUs: number; lastUs: number } {
  return {
    firstUs: Math.floor(sum.firstUs / US_PER_SECOND) * US_PER_SECOND,
    lastUs: Math.ceil(sum.lastUs / US_PER_SECOND) * US_PER_SECOND,
  };
}

class Grouping {
  readonly groups: Group[] = [];
  readonly #byBucket = new Map<number, Core[]>();
  readonly #byLink = new Map<string, Core[]>();
  /** By object, in the order of their times. */
  readonly #changes = new Map<string, Change[]>();
  readonly #byPrincipal = new Map<string, Core[]>();
  /** Incidents of which older parts are folded, by identity. */
  readonly #folded = new Map<string, Group>();
  /** The open end of each kind's chain. */
  readonly #ends = new Map<string, Group[]>();
  readonly #gapBuckets: number;

  constructor(
    private readonly application: string,
    carries: readonly Carry[],
    private readonly config: GroupingConfig,
  ) {
    this.#gapBuckets = config.gapUs / config.bucketUs;
    for (const carry of [...carries].sort((a, b) => a.firstBucket - b.firstBucket || compareText(a.id, b.id))) {
      const group: Group = {
        id: carry.id,
        kind: carry.kind,
        carries: [carry],
        firstBucket: carry.firstBucket,
        lastCoreBucket: carry.lastCoreBucket,
        lastBucket: carry.lastBucket,
        atoms: [],
        consequences: new Set(),
      };
      this.groups.push(group);
      this.#folded.set(carry.id, group);
      this.#endsOf(carry.kind).push(group);
      const bucket = carry.lastCoreBucket;
      const principal = carry.kind.by === 'principal' ? carry.kind.name : '';
      const workload = carry.kind.by === 'workload' ? carry.kind.name : '';
      const lastUs = carry.lastCoreUs;
      this.#index({ group, tier: tierOf(group.kind), bucket, firstUs: lastUs, lastUs, workload, principal }, []);
      for (const end of carry.joined) {
        const { tier, bucket, lastUs } = end;
        this.#index({ group, tier, bucket, firstUs: lastUs, lastUs, workload, principal: '' }, []);
      }
    }
  }

  /** Chains atoms of one kind while the gaps are small enough; each chain is an incident. */
  addCores(atoms: readonly Atom[]): void {
    for (const atom of atoms) {
      if (this.#follow(atom)) continue;
      const kind = kindOf(atom);
      const ends = this.#endsOf(kind);
      let group = ends.at(-1);
      if (group === undefined || atom.bucket - group.lastCoreBucket > this.#gapBuckets) {
        const bucket = atom.bucket;
        const epoch = Math.floor(bucket / this.#gapBuckets);
        const id = identity('incident', this.application, kind.path, kind.by, kind.name, epoch);
        group = {
          id,
          kind,
          carries: [],
          firstBucket: bucket,
          lastCoreBucket: bucket,
          lastBucket: bucket,
          atoms: [],
          consequences: new Set(),
        };
        this.groups.push(group);
        ends.push(group);
      }
      group.lastCoreBucket = Math.max(group.lastCoreBucket, atom.bucket);
      group.lastBucket = Math.max(group.lastBucket, atom.bucket);
      group.atoms.push(atom);
      // What was only near its threshold is nobody's act to be named as a cause.
      if (atom.sum.anomalous > 0) this.#indexObjects(group, atom);
      const { bucket, workload, principal } = atom;
      this.#index({ group, tier: tierOf(kind), bucket, ...secondsOf(atom.sum), workload, principal }, atom.links);
    }
  }

  /** Puts the atom with the core that it belongs to, if there is one. */
  join(atom: Atom, by: readonly Joining[]): boolean {
    let core: Core | undefined;
    const kept = this.#keptIn(atom);
    if (kept !== undefined && atom.follows === true) return this.#takeConsequence(kept, atom);
    if (kept === undefined) for (const joining of by) core ??= this.#find(atom, joining);
    const group = kept ?? core?.group;
    if (group === undefined) return false;
    group.atoms.push(atom);
    group.lastBucket = Math.max(group.lastBucket, atom.bucket);
    const { bucket, workload, principal } = atom;
    const tier = tierOf(kindOf(atom));
    const point = { group, tier, bucket, ...secondsOf(atom.sum), workload, principal };
    if (canBeJoined(tier)) this.#index(point, atom.links);
    // Whom a planted script hits hours later belongs to those whom it hit before, as long as they are near enough.
    const scripts = atom.links.filter((link) => link.startsWith(SCRIPT));
    const hit: Core =
      core === undefined ? { ...point, tier: tierOf(group.kind) } : { ...core, bucket, ...secondsOf(atom.sum) };
    for (const link of scripts) push(this.#byLink, link, hit);
    return true;
  }

  /** The incident of another kind that the settled atom belongs to, where older parts of it are folded. */
  #keptIn(atom: Atom): Group | undefined {
    const group = atom.bucket < this.config.keptBefore ? this.#folded.get(atom.incidents[0] ?? '') : undefined;
    return group === undefined || sameKind(group.kind, kindOf(atom)) ? undefined : group;
  }

  /** Puts the atom with the newest change that it follows from, if there is one. */
  #follow(atom: Atom): boolean {
    const kept = this.#keptIn(atom);
    if (kept !== undefined) return this.#takeConsequence(kept, atom);
    let cause: Change | undefined;
    for (const object of atom.objects?.follows ?? []) {
      const change = this.#changes.get(object)?.findLast(({ group, principal, bucket }) => {
        const near = atom.bucket - bucket <= this.#gapBuckets;
        return near && principal !== atom.principal && group.kind.name !== atom.principal;
      });
      if (change !== undefined && (cause === undefined || isNewer(change, cause))) cause = change;
    }
    return cause !== undefined && this.#takeConsequence(cause.group, atom);
  }

  #takeConsequence(group: Group, atom: Atom): true {
    group.atoms.push(atom);
    group.consequences.add(atom.key);
    group.lastBucket = Math.max(group.lastBucket, atom.bucket);
    this.#indexObjects(group, atom);
    return true;
  }

  #indexObjects(group: Group, { objects, bucket, principal, key }: Atom): void {
    for (const object of objects?.changed ?? []) {
      const change = { group, bucket, principal, key };
      const known = this.#changes.get(object);
      if (known === undefined) this.#changes.set(object, [change]);
      else known.push(change);
    }
  }

  #find(atom: Atom, joining: Joining): Core | undefined {
    if (joining === 'time') return this.#overlapping(atom);
    return this.#nearest(atom, this.#sharing(atom, joining), this.#gapBuckets);
  }

  /** The cores that share such an identity with the atom. */
  #sharing(atom: Atom, joining: Exclude<Joining, 'time'>): Core[] {
    if (joining === 'principal') return this.#byPrincipal.get(atom.principal) ?? [];
    const prefix = joining === 'request' ? REQUEST : joining === 'client' ? FROM : '';
    const links = atom.links.filter((link) => link.startsWith(prefix));
    const known = links.flatMap((link) => this.#byLink.get(link) ?? []);
    return joining === 'client' ? known.filter(({ group }) => group.kind.path === atom.path) : known;
  }

  #overlapping(atom: Atom): Core | undefined {
    const { slackUs, bucketUs } = this.config;
    const fromUs = atom.fromUs - slackUs;
    const toUs = atom.toUs + slackUs;
    const candidates: Core[] = [];
    for (let bucket = Math.floor(fromUs / bucketUs); bucket <= Math.floor(toUs / bucketUs); bucket++) {
      for (const core of this.#byBucket.get(bucket) ?? []) {
        const same = atom.path === 'unknown' || atom.path === core.group.kind.path;
        if (same && core.firstUs <= toUs && core.lastUs >= fromUs) candidates.push(core);
      }
    }
    return this.#nearest(atom, candidates, Number.MAX_SAFE_INTEGER);
  }

  /** The core nearest in time; at one distance, that of the same workload, then that with the smallest identity. */
  #nearest(atom: Atom, cores: readonly Core[], withinBuckets: number): Core | undefined {
    let best: Core | undefined;
    let bestDistance = 0;
    const tier = tierOf(kindOf(atom));
    for (const core of cores) {
      // A settled part is there before its step comes: it takes what its atoms would have taken, no more.
      if (core.tier >= tier || Math.abs(core.bucket - atom.bucket) > withinBuckets) continue;
      const distance = this.#secondsApart(atom, core);
      const order =
        best === undefined
          ? -1
          : distance - bestDistance ||
            Number(best.workload === atom.workload) - Number(core.workload === atom.workload) ||
            compareText(core.group.id, best.group.id);
      if (order >= 0) continue;
      best = core;
      bestDistance = distance;
    }
    return best;
  }

  /** Whole seconds between the atom's own times and the core's; 0 where they overlap. */
  #secondsApart(atom: Atom, core: Core): number {
    const { firstUs, lastUs } = secondsOf(atom.sum);
    return Math.max(0, core.firstUs - lastUs, firstUs - core.lastUs) / US_PER_SECOND;
  }

  #index(core: Core, links: readonly string[]): void {
    push(this.#byBucket, core.bucket, core);
    if (core.principal !== '' && core.principal !== MANY) push(this.#byPrincipal, core.principal, core);
    for (const link of links) push(this.#byLink, link, core);
  }

  #endsOf(kind: GroupKind): Group[] {
    const key = JSON.stringify([kind.path, kind.by, kind.name]);
    let ends = this.#ends.get(key);
    if (ends === undefined) this.#ends.set(key, (ends = []));
    return ends;
  }
}

function push<K>(map: Map<K, Core[]>, key: K, core: Core): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [core]);
  else list.push(core);
}
