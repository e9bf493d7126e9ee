import { emptySum, mergeSum } from './aggregate.js';
import type { Atom } from './atom.js';
import { MINUTE_US, pruneCoverage } from './coverage.js';
import type { FusionConfig } from './fusion-config.js';
import type { FusionState } from './fusion-state.js';
import { canBeJoined, kindOf, sameKind, secondsOf, tierOf, type Carry, type Group } from './group.js';
import { toldSum } from './incident.js';
import { publishFinal, type IncidentChange, type RevisionContext } from './revisions.js';
import { strangeTogether } from './weak-signs.js';

/** Nothing can come any more that joins what was before this event time. */
export function settledOf({ watermarkUs }: FusionState, { graceUs, gapUs }: FusionConfig): number {
  return watermarkUs - graceUs - gapUs;
}

/**
 * Closes incidents that nothing can join any more, folds up what is settled of the others, forgets the rest. Takes what
 * it closes out of `groups`; costs a pass over all atoms.
 */
export function settle(context: RevisionContext, groups: Map<string, Group>): IncidentChange[] {
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
