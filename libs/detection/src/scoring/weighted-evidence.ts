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
  readonly evidence: Observed;
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

/** A text, or how to make it: most observations are never told, so that what takes long to word is worded when asked for. */
export type Words = string | (() => string);

/** One observation as a verdict shows it. Long texts are cut. */
export function evidenceOf(
  event: { readonly id: string; readonly timeUs: number },
  kind: string,
  observed: Words,
  expected: Words,
  score: number,
): Observed {
  return new Observed(event, kind, observed, expected, score);
}

/** What was observed, worded when asked for: `toEvidence` costs what its texts cost. */
export class Observed implements Evidence {
  readonly kind: string;
  readonly event: string;
  readonly timeUs: number;
  readonly score: number;
  readonly #observed: Words;
  readonly #expected: Words;

  constructor(
    event: { readonly id: string; readonly timeUs: number },
    kind: string,
    observed: Words,
    expected: Words,
    score: number,
  ) {
    this.kind = kind;
    this.event = event.id;
    this.timeUs = event.timeUs;
    this.score = score;
    this.#observed = observed;
    this.#expected = expected;
  }

  get observed(): string {
    return worded(this.#observed);
  }

  get expected(): string {
    return worded(this.#expected);
  }

  toEvidence(): Evidence {
    const { kind, event, timeUs, observed, expected, score } = this;
    return { kind, event, timeUs, observed, expected, score };
  }
}

function worded(words: Words): string {
  const text = typeof words === 'string' ? words : words();
  return text.slice(0, MAX_TEXT);
}
