import type { AttackPath, Level, TouchedObjects } from '@plimsoll/contracts';

import { emptySum, mergeSum, type Sum } from './aggregate.js';
import { keepSmallest } from './bounded.js';
import type { FusedEvidence } from './signal.js';

/** The principal of a finding that many share. */
export const MANY = '*';

/** What tells one atom from another, apart from its bucket. */
export interface AtomKind {
  readonly path: AttackPath;
  readonly level: Level;
  readonly detector: string;
  readonly finding: string;
  readonly workload: string;
  /** Empty where the verdicts name nobody, `*` for many. */
  readonly principal: string;
}

/** Signals of one kind within one bucket of event time: what incidents are put together from. */
export interface Atom extends AtomKind {
  readonly key: string;
  /** `[bucket * bucketUs, (bucket + 1) * bucketUs)` holds the times of its signals. */
  readonly bucket: number;
  /** What may overlap with other levels, in whole seconds, outward. */
  fromUs: number;
  toUs: number;
  links: string[];
  /** Objects that its principal changed, and those on whose change by another it may follow; null for most atoms. */
  objects: TouchedObjects | null;
  /** Identities of the verdicts in it, for recognising a repetition. */
  ids: Set<string>;
  sum: Sum;
  /** Evidence of anomalous verdicts that no alert has carried yet. */
  pending: FusedEvidence[];
  /** The incident that it was last found to belong to; several where atoms have been put together since. */
  incidents: string[];
  /** It was found to follow from what another did there; absent from states of an earlier release. */
  follows?: boolean;
}

const MAX_LINKS = 32;
const MAX_OBJECTS = 64;

export function atomKey(kind: AtomKind, bucket: number): string {
  return JSON.stringify([bucket, kind.path, kind.level, kind.detector, kind.finding, kind.workload, kind.principal]);
}

export function emptyAtom(kind: AtomKind, bucket: number): Atom {
  const { path, level, detector, finding, workload, principal } = kind;
  return {
    key: atomKey(kind, bucket),
    path,
    level,
    detector,
    finding,
    workload,
    principal,
    bucket,
    fromUs: Number.MAX_SAFE_INTEGER,
    toUs: 0,
    links: [],
    objects: null,
    ids: new Set(),
    sum: emptySum(),
    pending: [],
    incidents: [],
  };
}

/** Adds what `from` holds to `to`, after the finding of `from.sum` has been given the name that `to` has. */
export function absorbAtom(to: Atom, from: Atom, sum: Sum, evidencePerFinding: number): void {
  to.fromUs = Math.min(to.fromUs, from.fromUs);
  to.toUs = Math.max(to.toUs, from.toUs);
  addLinks(to, from.links);
  addObjects(to, from.objects);
  for (const id of from.ids) to.ids.add(id);
  mergeSum(to.sum, sum, evidencePerFinding);
  to.pending.push(...from.pending);
  to.incidents = [...new Set([...to.incidents, ...from.incidents])].sort();
}

/** Whether a link was new: only then can it change what belongs together. */
export function addLinks(atom: Atom, links: readonly string[]): boolean {
  const before = atom.links.join('\n');
  for (const link of links) keepSmallest(atom.links, link, MAX_LINKS);
  return links.length > 0 && atom.links.join('\n') !== before;
}

/** Whether an object was new: only then can it change what belongs together. */
export function addObjects(atom: Atom, objects: TouchedObjects | null | undefined): boolean {
  if (objects === null || objects === undefined) return false;
  const before = JSON.stringify(atom.objects);
  const sum = (atom.objects ??= { changed: [], follows: [] });
  for (const one of objects.changed) keepSmallest(sum.changed, one, MAX_OBJECTS);
  for (const one of objects.follows) keepSmallest(sum.follows, one, MAX_OBJECTS);
  return JSON.stringify(sum) !== before;
}
