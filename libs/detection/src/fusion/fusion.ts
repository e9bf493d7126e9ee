import type { Coverage, TimeUs, Verdict, VerdictsRecord, Watermark } from '@plimsoll/contracts';

import type { Atom } from './atom.js';
import { compareText } from './bounded.js';
import { addCoverage, MINUTE_US } from './coverage.js';
import type { FusionConfig } from './fusion-config.js';
import type { FusionState } from './fusion-state.js';
import { gatherSignal } from './gather-signal.js';
import type { Group } from './group.js';
import { groupAtoms } from './grouping.js';
import { incidentOf, type Incident } from './incident.js';
import { evidenceKey, publishDue, qualifies, retire, type IncidentChange, type RevisionContext } from './revisions.js';
import { settle, settledOf } from './settling.js';
import { signalOf } from './signal.js';
import { takeWatermark } from './watermark.js';

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
  const context = { state, application, config };
  return message.type === 'watermark' ? advance(context, message, arrivedUs) : take(context, message);
}

/** Moves the watermark on, and settles what lies far enough behind it. */
function advance(context: RevisionContext, message: Watermark, arrivedUs: TimeUs): FusionStep {
  const { state, config } = context;
  const { reached, watermarkUs, streamUs } = state;
  state.watermarkUs = takeWatermark(reached, message, arrivedUs, config.readers, config.idleUs) ?? watermarkUs;
  state.streamUs = Math.max(streamUs, state.watermarkUs);
  const changes = decide(context, undefined, streamUs);
  const moved = Math.floor(state.watermarkUs / config.bucketUs) !== Math.floor(watermarkUs / config.bucketUs);
  if (moved) changes.push(...settle(context, grouped(context)));
  return { changes, ignored: undefined };
}

function take(context: RevisionContext, message: Coverage | Verdict): FusionStep {
  const { state, config } = context;
  const { streamUs, watermarkUs } = state;
  if (message.window.endUs < watermarkUs - config.graceUs) return late(state, message);
  const signal = message.type === 'verdict' ? signalOf(message, config) : undefined;
  if (signal !== undefined && signal.timeUs < watermarkUs - config.graceUs) return late(state, message);

  let touched: Atom | undefined;
  if (signal === undefined) {
    if (!addCoverage(state.coverage, message)) state.counts.duplicates++;
  } else {
    touched = gatherSignal(state, signal, config);
    if (touched === undefined) {
      state.counts.duplicates++;
      return { changes: [], ignored: 'duplicate' };
    }
    state.counts.accepted++;
  }

  state.streamUs = Math.max(streamUs, message.window.endUs, signal?.timeUs ?? 0);
  return { changes: decide(context, touched?.key, streamUs), ignored: undefined };
}

/** The published incidents that are still open, as they stand now, by identity. */
export function openIncidents(state: FusionState, application: string, config: FusionConfig): readonly Incident[] {
  return [...grouped({ state, application, config }).values()]
    .filter(({ id }) => isOpen(state, id))
    .map((group) => incidentOf(application, group, state.coverage, config))
    .sort((a, b) => compareText(a.id, b.id));
}

function late(state: FusionState, message: Coverage | Verdict): FusionStep {
  if (message.type === 'coverage') return NOTHING;
  state.counts.late++;
  return { changes: [], ignored: 'late' };
}

/** The groups of all atoms, by incident; made anew where something changed what belongs together. */
function grouped({ state, application, config }: RevisionContext): Map<string, Group> {
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

/**
 * What to publish after a message: whatever changed, and what the time that has passed makes due. `touched`: the key of
 * the atom that grew; `beforeUs`: the stream's time before the message.
 */
function decide(context: RevisionContext, touched: string | undefined, beforeUs: TimeUs): IncidentChange[] {
  const { state, config } = context;
  const changes: IncidentChange[] = [];
  const fresh = state.groups === undefined;
  const groups = grouped(context);
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
