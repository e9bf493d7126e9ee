import type { ProfileFile } from '@plimsoll/contracts';

import type { Finding } from './verdict-writer.js';

/** Severity of a window alone that an incomplete profile finds strange: low. */
const MOST_STRANGE = 2;
/** And of one in which a program ran that it does not know: it did run, and may be one that learning has not seen yet. */
const MOST_OF_PROGRAM = 3;

/** What a profile says of its own learning. */
export interface Learnedness {
  /** Of an incomplete one, by Good–Turing: the share of benign windows that hold something it has not learned. */
  readonly unlearned: number | undefined;
  /** Whether the application's requests or statements are seen too. */
  readonly besideRequests: boolean;
}

export function learnednessOf({ learned }: Pick<ProfileFile, 'learned'>): Learnedness {
  return { unlearned: learned.complete ? undefined : learned.novelty, besideRequests: learned.beside === 'requests' };
}

/**
 * The finding, as far as the profile can know. How strange a window is to an incomplete one measures the learning as
 * much as the window: its p-value stands beside a probability, far greater, that a benign window holds something new. So
 * the finding is told, of low severity, and says why; where requests are seen too it is a sign beside them, which makes no
 * incident by itself. That a program ran is no matter of learning. See decisions 0282 and 0395.
 */
export function asLearned(finding: Finding, { unlearned, besideRequests }: Learnedness): Finding {
  if (unlearned === undefined || finding.evidence.length === 0) return finding;
  const ofProgram = finding.finding === 'new-program';
  const most = ofProgram ? MOST_OF_PROGRAM : MOST_STRANGE;
  const percent = Number((unlearned * 100).toPrecision(2));
  const words = `; the profile is incomplete: ${percent} % of benign windows hold something it has not learned`;
  return {
    ...finding,
    severity: Math.min(finding.severity, most),
    ...(besideRequests && !ofProgram && { sign: true as const }),
    evidence: finding.evidence.map((one) => ({ ...one, expected: one.expected + words })),
  };
}
