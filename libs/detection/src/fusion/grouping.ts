import { identity, US_PER_SECOND } from '@plimsoll/contracts';

import { MANY, type Atom } from './atom.js';
import { compareText } from './bounded.js';
import type { FusionConfig } from './fusion-config.js';
import { canBeJoined, kindOf, sameKind, secondsOf, tierOf, type Carry, type Group, type GroupKind } from './group.js';
import { FROM, REQUEST, SCRIPT } from './signal.js';

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
    const inOrder = [...carries].sort((a, b) => a.firstBucket - b.firstBucket || compareText(a.id, b.id));
    for (const carry of inOrder) this.#takeUp(carry);
  }

  /** Begins an incident with its settled part: the ends that others can belong to. */
  #takeUp(carry: Carry): void {
    const { kind, lastCoreBucket, lastBucket, lastCoreUs } = carry;
    const group: Group = {
      ...emptyGroup(carry.id, kind, carry.firstBucket),
      carries: [carry],
      lastCoreBucket,
      lastBucket,
    };
    this.groups.push(group);
    this.#folded.set(carry.id, group);
    this.#endsOf(kind).push(group);
    const principal = kind.by === 'principal' ? kind.name : '';
    const workload = kind.by === 'workload' ? kind.name : '';
    const end = (tier: number, bucket: number, lastUs: number, principal: string): void => {
      this.#index({ group, tier, bucket, firstUs: lastUs, lastUs, workload, principal }, []);
    };
    end(tierOf(kind), lastCoreBucket, lastCoreUs, principal);
    for (const { tier, bucket, lastUs } of carry.joined) end(tier, bucket, lastUs, '');
  }

  /** Chains atoms of one kind while the gaps are small enough; each chain is an incident. */
  addCores(atoms: readonly Atom[]): void {
    for (const atom of atoms) {
      if (this.#follow(atom)) continue;
      const group = this.#chainOf(kindOf(atom), atom.bucket);
      group.lastCoreBucket = Math.max(group.lastCoreBucket, atom.bucket);
      group.lastBucket = Math.max(group.lastBucket, atom.bucket);
      group.atoms.push(atom);
      // What was only near its threshold is nobody's act to be named as a cause.
      if (atom.sum.anomalous > 0) this.#indexObjects(group, atom);
      this.#index(coreOf(atom, group), atom.links);
    }
  }

  /** The incident of this kind that is still open at `bucket`, or a new one that begins there. */
  #chainOf(kind: GroupKind, bucket: number): Group {
    const ends = this.#endsOf(kind);
    const open = ends.at(-1);
    if (open !== undefined && bucket - open.lastCoreBucket <= this.#gapBuckets) return open;
    const epoch = Math.floor(bucket / this.#gapBuckets);
    const id = identity('incident', this.application, kind.path, kind.by, kind.name, epoch);
    const begun = emptyGroup(id, kind, bucket);
    this.groups.push(begun);
    ends.push(begun);
    return begun;
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
    const point = coreOf(atom, group);
    if (canBeJoined(point.tier)) this.#index(point, atom.links);
    // Whom a planted script hits hours later belongs to those whom it hit before, as long as they are near enough.
    const scripts = atom.links.filter((link) => link.startsWith(SCRIPT));
    const hit: Core =
      core === undefined
        ? { ...point, tier: tierOf(group.kind) }
        : { ...core, bucket: atom.bucket, ...secondsOf(atom.sum) };
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
      push(this.#changes, object, { group, bucket, principal, key });
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

/** The atom as a point of its incident that others can belong to. */
function coreOf(atom: Atom, group: Group): Core {
  const { bucket, workload, principal } = atom;
  return { group, tier: tierOf(kindOf(atom)), bucket, ...secondsOf(atom.sum), workload, principal };
}

function emptyGroup(id: string, kind: GroupKind, bucket: number): Group {
  return {
    id,
    kind,
    carries: [],
    firstBucket: bucket,
    lastCoreBucket: bucket,
    lastBucket: bucket,
    atoms: [],
    consequences: new Set(),
  };
}

function push<Key, Item>(map: Map<Key, Item[]>, key: Key, item: Item): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [item]);
  else list.push(item);
}
