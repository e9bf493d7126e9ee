import type { Coverage, TimeUs, Verdict, VerdictsRecord } from '@plimsoll/contracts';

import { addSignal, emptySum, mergeSum, renameFindings } from './aggregate.js';
import { absorbAtom, addLinks, addObjects, atomKey, emptyAtom, type Atom, type AtomKind } from './atom.js';
import { compareText } from './bounded.js';
import { addCoverage, MINUTE_US, pruneCoverage } from './coverage.js';
import { admit, naming } from './families.js';
import type { FusionConfig } from './fusion-config.js';
import type { FusionState } from './fusion-state.js';
import { canBeJoined, groupAtoms, sameKind, kindOf, secondsOf, tierOf, type Carry, type Group } from './grouping.js';
import { incidentOf, toldSum, type Incident } from './incident.js';
import { evidenceKey, publishDue, publishFinal, qualifies, retire, type IncidentChange } from './revisions.js';
import { signalOf, type Signal } from './signal.js';
import { takeWatermark } from './watermark.js';
import { strangeTogether } from './weak-signs.js';

/** What one message led to. */
export interface FusionStep {
  readonly changes: readonly IncidentChange[];
  /** `late`: further behind the watermark than `graceUs`; `duplicate`: the same verdict again. */
  readonly ignored: 'late' | 'duplicate' | undefined;
}

const NOTHING: FusionStep = { changes: [], ignored: undefined };

/**
 * Verdicts, coverage and watermarks of one application in, changes of incidents out: a pure state machine in event
 * time. `arrivedUs` is when the message was written to the log: parts that fall silent are set aside by it.
 *
 * The identity and the final state of an incident depend on the set of verdicts alone, in whatever order they come,
 * however far detectors and partitions are apart, as long as each is at most `graceUs` behind what it said itself that
 * it had reached; revisions on the way may differ. An incident is created at once and closed when the watermark has
 * moved on by `gapUs` + `graceUs`; one that turns out to belong to another is closed with a reference to it.
 *
 * Every anomalous verdict's strongest evidence stands in at least one published revision, at the latest when its
 * incident closes.
 *
 * State: bounded by `maxAtoms` buckets, each with at most `evidencePerFinding` evidences, the open incidents' sums, and
 * half a day of coverage counts. A message that meets a bucket it already knows costs a few look-ups; one that opens
 * a bucket costs a pass over all of them.
 */
export function fuse(
  state: FusionState,
  application: string,
  message: VerdictsRecord,
  config: FusionConfig,
  arrivedUs: TimeUs = 0,
): FusionStep {
  const before = state.streamUs;
  if (message.type === 'watermark') {
    const { reached, watermarkUs } = state;
    state.watermarkUs = takeWatermark(reached, message, arrivedUs, config.readers, config.idleUs) ?? watermarkUs;
    state.streamUs = Math.max(before, state.watermarkUs);
    const changes = decide(state, application, undefined, before, config);
    const moved = Math.floor(state.watermarkUs / config.bucketUs) !== Math.floor(watermarkUs / config.bucketUs);
    if (moved) changes.push(...settle({ state, application, config }, grouped(state, application, config)));
    return { changes, ignored: undefined };
  }
  if (message.window.endUs < state.watermarkUs - config.graceUs) return late(state, message);
  const signal = message.type === 'verdict' ? signalOf(message, config) : undefined;
  if (signal !== undefined && signal.timeUs < state.watermarkUs - config.graceUs) return late(state, message);

  let touched: string | undefined;
  if (signal === undefined) {
    if (!addCoverage(state.coverage, message)) state.counts.duplicates++;
  } else {
    const atom = take(state, signal, config);
    if (atom === undefined) {
      state.counts.duplicates++;
      return { changes: [], ignored: 'duplicate' };
    }
    state.counts.accepted++;
    touched = atom.key;
  }

  state.streamUs = Math.max(before, message.window.endUs, signal?.timeUs ?? 0);
  return { changes: decide(state, application, touched, before, config), ignored: undefined };
}

/** The published incidents that are still open, as they stand now, by identity. */
export function openIncidents(state: FusionState, application: string, config: FusionConfig): readonly Incident[] {
  return [...grouped(state, application, config).values()]
    .filter(({ id }) => isOpen(state, id))
    .map((group) => incidentOf(application, group, state.coverage, config))
    .sort((a, b) => compareText(a.id, b.id));
}

function late(state: FusionState, message: Coverage | Verdict): FusionStep {
  if (message.type === 'coverage') return NOTHING;
  state.counts.late++;
  return { changes: [], ignored: 'late' };
}

/** Puts the signal into its bucket; undefined where it is there already. */
function take(state: FusionState, signal: Signal, config: FusionConfig): Atom | undefined {
  const bucket = Math.floor(signal.timeUs / config.bucketUs);
  const gapBuckets = config.gapUs / config.bucketUs;
  const epoch = Math.floor(bucket / gapBuckets);
  const { naming: name, changed } = admit(state.families, epoch, signal, config);
  if (changed) rename(state, epoch, signal.path, config);

  const kind: AtomKind = { ...signal, finding: name.finding, principal: name.principal };
  const key = atomKey(kind, bucket);
  let atom = state.atoms.get(key);
  if (atom?.ids.has(signal.id) === true) return undefined;
  if (atom === undefined) {
    atom = state.atoms.size < config.maxAtoms ? undefined : neighbour(state, kind, bucket);
    if (atom === undefined) {
      atom = emptyAtom(kind, bucket);
      state.atoms.set(key, atom);
    } else {
      state.counts.crowded++;
      if (atom.ids.has(signal.id)) return undefined;
    }
    state.groups = undefined;
  }
  put(state, atom, signal, config);
  return atom;
}

function put(state: FusionState, atom: Atom, signal: Signal, config: FusionConfig): void {
  const seconds = secondsOf(atom.sum);
  const { firstUs: first, anomalous: fired } = atom.sum;
  atom.ids.add(signal.id);
  addSignal(atom.sum, signal, atom.finding, config.evidencePerFinding);
  if (signal.anomalous) atom.pending.push(...signal.evidence);
  const now = secondsOf(atom.sum);
  const { fromUs, toUs } = atom;
  const window = secondsOf({ firstUs: signal.fromUs, lastUs: signal.toUs });
  atom.fromUs = Math.min(fromUs, window.firstUs);
  atom.toUs = Math.max(toUs, window.lastUs);
  const linked = addLinks(atom, signal.links);
  // Which of two acts on one object came first decides, and whether it fired: there, whole seconds are too coarse.
  const earlier = atom.sum.firstUs !== first || (fired === 0 && atom.sum.anomalous > 0);
  const acted = addObjects(atom, signal.objects) || (atom.objects !== null && earlier);
  const moved = now.firstUs !== seconds.firstUs || now.lastUs !== seconds.lastUs;
  if (moved || linked || acted || atom.fromUs !== fromUs || atom.toUs !== toUs) state.groups = undefined;
}

/** With too many buckets: the one of the same kind that is nearest, or of the same path and level, if there is any. */
function neighbour(state: FusionState, kind: AtomKind, bucket: number): Atom | undefined {
  let best: Atom | undefined;
  let bestRank = Number.MAX_SAFE_INTEGER;
  for (const atom of state.atoms.values()) {
    if (atom.path !== kind.path || atom.level !== kind.level) continue;
    const same = atom.finding === kind.finding && atom.principal === kind.principal && atom.workload === kind.workload;
    const rank = Math.abs(atom.bucket - bucket) + (same ? 0 : 1_000_000);
    if (rank >= bestRank) continue;
    best = atom;
    bestRank = rank;
  }
  return best;
}

/** Gives the atoms of an epoch and path the names that they now have, and puts together what has become the same. */
function rename(state: FusionState, epoch: number, path: Signal['path'], config: FusionConfig): void {
  const gapBuckets = config.gapUs / config.bucketUs;
  for (const atom of [...state.atoms.values()]) {
    if (atom.path !== path || Math.floor(atom.bucket / gapBuckets) !== epoch) continue;
    const { finding, principal } = naming(state.families, epoch, atom, config);
    if (finding === atom.finding && principal === atom.principal) continue;
    const kind: AtomKind = { ...atom, finding, principal };
    const key = atomKey(kind, atom.bucket);
    let target = state.atoms.get(key);
    if (target === undefined) {
      target = emptyAtom(kind, atom.bucket);
      state.atoms.set(key, target);
    }
    const sum = finding === atom.finding ? atom.sum : renameFindings(atom.sum, finding, config.evidencePerFinding);
    absorbAtom(target, atom, sum, config.evidencePerFinding);
    state.atoms.delete(atom.key);
    state.groups = undefined;
  }
}

function grouped(state: FusionState, application: string, config: FusionConfig): Map<string, Group> {
  if (state.groups === undefined) {
    const settledMinute = Math.floor(settledOf(state, config) / MINUTE_US);
    const groups = groupAtoms(application, [...state.atoms.values()], [...state.carries.values()], {
      ...config,
      keptBefore: (settledMinute * MINUTE_US) / config.bucketUs,
    });
    state.groups = new Map(groups.map((group) => [group.id, group]));
  }
  return state.groups;
}

/** What to publish after a message: whatever changed, and what the time that has passed makes due. */
function decide(
  state: FusionState,
  application: string,
  touched: string | undefined,
  beforeUs: number,
  config: FusionConfig,
): IncidentChange[] {
  const changes: IncidentChange[] = [];
  const context = { state, application, config };
  const fresh = state.groups === undefined;
  const groups = grouped(state, application, config);
  const newBucket = Math.floor(state.streamUs / config.bucketUs) !== Math.floor(beforeUs / config.bucketUs);
  if (fresh) {
    const { stale, gone } = reassign(state, groups);
    for (const group of groups.values()) {
      const successor = stale.get(group.id);
      if (successor !== undefined && !qualifies(group, config)) gone.set(group.id, successor);
      else changes.push(...publishDue(context, group, successor !== undefined));
    }
    for (const [id, successor] of gone) changes.push(...retire(context, id, groups.get(successor)));
  } else if (newBucket) {
    for (const group of groups.values()) changes.push(...publishDue(context, group, false));
  } else if (touched !== undefined) {
    const group = groups.get(state.atoms.get(touched)?.incidents[0] ?? '');
    if (group !== undefined) changes.push(...publishDue(context, group, false));
  }
  return changes;
}

/** By the incident that lost an atom: the one that has it now. */
interface Moves {
  /** Incidents that are still there. */
  readonly stale: Map<string, string>;
  /** Incidents that are not. */
  readonly gone: Map<string, string>;
}

function isOpen(state: FusionState, id: string): boolean {
  const published = state.published.get(id);
  return published !== undefined && published.retiredUs === undefined;
}

/** Tells every atom its incident; finds incidents that lost an atom, and those that became part of another. */
function reassign(state: FusionState, groups: ReadonlyMap<string, Group>): Moves {
  const stale = new Map<string, string>();
  const gone = new Map<string, string>();
  for (const group of groups.values()) {
    for (const atom of group.atoms) {
      const before = atom.incidents.filter((id) => id !== group.id && isOpen(state, id));
      atom.incidents = [group.id];
      atom.follows = group.consequences.has(atom.key);
      if (before.length > 0) requeue(atom);
      for (const id of before) {
        const moves = groups.has(id) ? stale : gone;
        const successor = moves.get(id);
        if (successor === undefined || group.id < successor) moves.set(id, group.id);
      }
    }
  }
  return { stale, gone };
}

/** What another incident has carried has to be carried by the new one too. */
function requeue(atom: Atom): void {
  const known = new Set(atom.pending.map(evidenceKey));
  for (const { top } of Object.values(atom.sum.findings)) {
    for (const evidence of top) {
      if (evidence.weak !== true && !known.has(evidenceKey(evidence))) atom.pending.push(evidence);
    }
  }
}

/** Nothing can come any more that joins what was before this time. */
function settledOf({ watermarkUs }: FusionState, { graceUs, gapUs }: FusionConfig): number {
  return watermarkUs - graceUs - gapUs;
}

/** Closes incidents that nothing can join any more, folds up what is settled of the others, forgets the rest. */
function settle(
  context: { readonly state: FusionState; readonly application: string; readonly config: FusionConfig },
  groups: Map<string, Group>,
): IncidentChange[] {
  const { state, config } = context;
  const changes: IncidentChange[] = [];
  const settledUs = settledOf(state, config);
  let earliestUs = settledUs;
  for (const group of groups.values()) {
    if ((group.lastBucket + 1) * config.bucketUs < settledUs) {
      changes.push(...publishFinal(context, group));
      for (const atom of group.atoms) state.atoms.delete(atom.key);
      for (const carry of group.carries) state.carries.delete(carry.id);
      const published = state.published.get(group.id);
      if (published !== undefined) published.retiredUs ??= state.watermarkUs;
      groups.delete(group.id);
    } else {
      // What comes within a gap may still be there by a link to it.
      fold(state, group, settledUs - config.gapUs, config);
      earliestUs = Math.min(earliestUs, group.firstBucket * config.bucketUs);
    }
  }
  const oldestEpoch = Math.floor((state.watermarkUs - config.graceUs) / config.gapUs);
  for (const key of state.families.keys()) {
    if (Number(key.slice(0, key.indexOf('|'))) < oldestEpoch) state.families.delete(key);
  }
  for (const [id, { retiredUs }] of state.published) {
    if (retiredUs !== undefined && retiredUs < settledUs - config.graceUs) state.published.delete(id);
  }
  forgetRetired(state);
  pruneCoverage(state.coverage, earliestUs - MINUTE_US);
  return changes;
}

/** Closed incidents whose revisions are remembered, at most: a watermark that goes back would keep them for ever. */
const MAX_RETIRED = 1_024;

function forgetRetired({ published }: FusionState): void {
  const retired = [...published].filter(([, { retiredUs }]) => retiredUs !== undefined);
  for (const [id] of retired.slice(0, Math.max(0, retired.length - MAX_RETIRED))) published.delete(id);
}

/** Adds up the atoms of whole minutes before `settledUs`. */
function fold(state: FusionState, group: Group, settledUs: number, config: FusionConfig): void {
  const settledMinute = Math.floor(settledUs / MINUTE_US);
  const minuteOf = (atom: Atom): number => Math.floor((atom.bucket * config.bucketUs) / MINUTE_US);
  const settled = group.atoms.filter((atom) => minuteOf(atom) < settledMinute && atom.pending.length === 0);
  const isCore = (atom: Atom): boolean => sameKind(kindOf(atom), group.kind);
  let carry = state.carries.get(group.id);
  if (settled.length === 0 || (carry === undefined && !settled.some(isCore))) return;
  if (carry === undefined) {
    carry = startCarry(group);
    state.carries.set(carry.id, carry);
  }
  carry.qualified ||= settled.some(({ sum }) => sum.anomalous > 0) || strangeTogether(settled, config);
  for (const atom of settled) {
    mergeSum(carry.sum, toldSum(group, atom), config.evidencePerFinding);
    carry.lastBucket = Math.max(carry.lastBucket, atom.bucket);
    if (isCore(atom)) {
      carry.lastCoreBucket = Math.max(carry.lastCoreBucket, atom.bucket);
      carry.lastCoreUs = Math.max(carry.lastCoreUs, secondsOf(atom.sum).lastUs);
    } else {
      addJoined(carry, atom);
    }
    state.atoms.delete(atom.key);
  }
  state.groups = undefined;
}

function addJoined(carry: Carry, atom: Atom): void {
  const tier = tierOf(kindOf(atom));
  if (!canBeJoined(tier)) return;
  const { lastUs } = secondsOf(atom.sum);
  const known = carry.joined.find((end) => end.tier === tier);
  if (known === undefined) {
    carry.joined.push({ tier, bucket: atom.bucket, lastUs });
  } else if (atom.bucket >= known.bucket) {
    known.lastUs = Math.max(known.lastUs, lastUs);
    known.bucket = atom.bucket;
  }
}

function startCarry(group: Group): Carry {
  const { id, kind, firstBucket } = group;
  return {
    id,
    kind,
    firstBucket,
    lastCoreBucket: firstBucket,
    lastBucket: firstBucket,
    lastCoreUs: 0,
    joined: [],
    qualified: false,
    sum: emptySum(),
  };
}
