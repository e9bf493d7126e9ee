import { US_PER_SECOND, type AttackPath } from '@plimsoll/contracts';

import type { Sum } from './aggregate.js';
import { MANY, type Atom } from './atom.js';
import { isClient } from './signal.js';

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

/** The settled part of an incident that has gone on for longer than anything can still arrive late. */
export interface Carry {
  readonly id: string;
  readonly kind: GroupKind;
  readonly firstBucket: number;
  /** The last bucket of a core atom, and of any. */
  lastCoreBucket: number;
  lastBucket: number;
  lastCoreUs: number;
  /** Of the settled atoms that others could belong to without their being of the incident's kind: the end, by tier. */
  joined: JoinedEnd[];
  qualified: boolean;
  sum: Sum;
}

/** Where the settled atoms of one tier end. */
export interface JoinedEnd {
  readonly tier: number;
  bucket: number;
  lastUs: number;
}

/** What has a path joins in these tiers, and can be joined in later ones. */
export function canBeJoined(tier: number): boolean {
  return tier === 1 || tier === 2;
}

/** The step of `groupAtoms` that makes a core of this kind, counted from 0 to 4: its tier. */
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
