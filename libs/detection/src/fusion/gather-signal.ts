import { addSignal, renameFindings } from './aggregate.js';
import { absorbAtom, addLinks, addObjects, atomKey, emptyAtom, type Atom, type AtomKind } from './atom.js';
import { admit, naming } from './families.js';
import type { FusionConfig } from './fusion-config.js';
import type { FusionState } from './fusion-state.js';
import { secondsOf } from './group.js';
import type { Signal } from './signal.js';

/**
 * Puts a signal into the atom of its kind and bucket, and answers that atom; undefined where it is there already. Beyond
 * `maxAtoms` it goes to the nearest atom of its path and level. Where it changes what belongs together, `state.groups` is
 * dropped. Costs a few look-ups; a pass over all atoms where it renames a family or finds no room.
 */
export function gatherSignal(state: FusionState, signal: Signal, config: FusionConfig): Atom | undefined {
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
