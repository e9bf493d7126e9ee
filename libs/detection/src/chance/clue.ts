import type { AttackPath, Evidence } from '@plimsoll/contracts';

/**
 * One observation and what it says for an attack: the logarithm of how much likelier it is under the attack than in
 * benign use (nats). Clues of one path add up, as likelihood ratios of independent observations multiply; where two
 * clues tell of one fact, the weaker counts in part, and the caller says so.
 */
export interface Clue {
  readonly path: AttackPath;
  /** Positive speaks for the attack, negative against it. */
  readonly nats: number;
  readonly evidence: Evidence;
  /** The parameter that it is of, where it is of one. */
  readonly parameter?: string;
}

const MOST_NATS = 14;
const LEAST_NATS = -4;

/** log(under attack / benign), bounded so that no single observation decides for ever. */
export function nats(underAttack: number, benign: number): number {
  return Math.min(Math.max(Math.log(underAttack / benign), LEAST_NATS), MOST_NATS);
}

/** Of several clues that may tell of one fact, the one that says most, for or against; the others at `share` of their weight. */
export function overlapping<C extends { readonly nats: number }>(clues: readonly C[], share: number): C[] {
  const sorted = [...clues].sort((a, b) => Math.abs(b.nats) - Math.abs(a.nats));
  return sorted.map((clue, i) => (i === 0 ? clue : { ...clue, nats: clue.nats * share }));
}

export function sum(clues: readonly { readonly nats: number }[]): number {
  return clues.reduce((total, clue) => total + clue.nats, 0);
}
