import type { AttackPath, Evidence } from '@plimsoll/contracts';

/**
 * One observation and what it says for an attack: the logarithm of how much likelier it is under the attack than in
 * benign use (nats). Observations of one path add up, as likelihood ratios of independent observations multiply; where two
 * observations tell of one fact, the weaker counts in part, and the caller says so.
 */
export interface WeightedEvidence {
  readonly path: AttackPath;
  /** Positive speaks for the attack, negative against it. */
  readonly weight: number;
  readonly evidence: Evidence;
  /** The parameter that it is of, where it is of one. */
  readonly parameter?: string;
}

const MAX_TEXT = 2_048;
const MOST_NATS = 14;
const LEAST_NATS = -4;

/** log(under attack / benign), bounded so that no single observation decides for ever. */
export function logLikelihoodRatio(underAttack: number, benign: number): number {
  return Math.min(Math.max(Math.log(underAttack / benign), LEAST_NATS), MOST_NATS);
}

/** Of several observations that may tell of one fact, the one that says most, for or against; the others at `share` of their weight. */
export function overlapping<C extends { readonly weight: number }>(observations: readonly C[], share: number): C[] {
  const sorted = [...observations].sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight));
  return sorted.map((observation, i) =>
    i === 0 ? observation : { ...observation, weight: observation.weight * share },
  );
}

export function sum(observations: readonly { readonly weight: number }[]): number {
  return observations.reduce((total, observation) => total + observation.weight, 0);
}

/** One observation as a verdict shows it. Long texts are cut. */
export function evidenceOf(
  event: { readonly id: string; readonly timeUs: number },
  kind: string,
  observed: string,
  expected: string,
  score: number,
): Evidence {
  return {
    kind,
    event: event.id,
    timeUs: event.timeUs,
    observed: observed.slice(0, MAX_TEXT),
    expected: expected.slice(0, MAX_TEXT),
    score,
  };
}
