import type { ProfileFile } from '@plimsoll/contracts';

import type { Finding } from './verdict-writer.js';

/** Severity of a window alone that an incomplete profile finds strange: low. */
const MOST_STRANGE = 2;
/** And of one in which a program ran that it does not know: it did run, and may be one that learning has not seen yet. */
const MOST_OF_PROGRAM = 3;

/** What a profile says of its own learning; `unlearned` is the Good–Turing estimate of an incomplete one. */
export interface Learnedness {
  readonly unlearned: number | undefined;
}

export function learnednessOf({ learned }: Pick<ProfileFile, 'learned'>): Learnedness {
  return { unlearned: learned.complete ? undefined : learned.novelty };
}

/**
 * The finding, as far as the profile can know. How strange a window is to an incomplete one measures the learning as
 * much as the window: its p-value stands beside a probability, far greater, that a benign window holds something new. So
 * the finding is told and counts for fusion, but is of low severity by itself, and says why.
 */
export function asLearned(finding: Finding, unlearned: number | undefined): Finding {
  if (unlearned === undefined || finding.evidence.length === 0) return finding;
  const most = finding.finding === 'new-program' ? MOST_OF_PROGRAM : MOST_STRANGE;
  const percent = Number((unlearned * 100).toPrecision(2));
  const words = `; the profile is incomplete: ${percent} % of benign windows hold something it has not learned`;
  return {
    ...finding,
    severity: Math.min(finding.severity, most),
    evidence: finding.evidence.map((one) => ({ ...one, expected: one.expected + words })),
  };
}
