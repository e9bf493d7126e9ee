import { US_PER_SECOND, Level } from '@plimsoll/contracts';

import type { AlertEvidence } from './action-scoring.js';
import type { EpisodeOutcome } from './evaluate-recordings.js';
import { alertEvidence, verdictEvidence } from './evidence.js';
import { scoreView, type ViewScore } from './view-score.js';

const LEVELS = Level.options;

/** Levels agree on evidence that each of them has some of within this. */
const AGREEMENT_US = 5 * US_PER_SECOND;

/**
 * The rows of the table: what the incidents say, then each level, then each of `detectors` alone, one that fired nowhere
 * too.
 */
export function scoreOutcomes(outcomes: readonly EpisodeOutcome[], detectors: readonly string[]): ViewScore[] {
  const byLevel = LEVELS.map((level) => levelView(level, level, outcomes));
  const byDetector = [...new Set(detectors)]
    .sort()
    .filter((detector) => !LEVELS.some((level) => level === detector))
    .map((detector) =>
      viewed(detector, outcomes, ({ verdicts }) =>
        verdictEvidence(verdicts.filter((verdict) => verdict.detector === detector)),
      ),
    );
  return [
    incidentView(outcomes),
    ...byLevel,
    viewed('any level', outcomes, ({ verdicts }) => verdictEvidence(verdicts)),
    unanimousView(outcomes),
    ...byDetector,
  ];
}

/** What one level says by itself. */
export function levelView(view: string, level: Level, outcomes: readonly EpisodeOutcome[]): ViewScore {
  return viewed(view, outcomes, ({ verdicts }) =>
    verdictEvidence(verdicts.filter((verdict) => verdict.level === level)),
  );
}

/** What the published incidents show. */
export function incidentView(outcomes: readonly EpisodeOutcome[]): ViewScore {
  return viewed('incidents', outcomes, ({ alerts }) => alertEvidence(alerts));
}

/** What demanding that all levels fire would leave: the evidence that every level has evidence near to. */
export function unanimousView(outcomes: readonly EpisodeOutcome[]): ViewScore {
  return viewed('all levels', outcomes, ({ verdicts }) => {
    const byLevel = LEVELS.map((level) => verdictEvidence(verdicts.filter((verdict) => verdict.level === level)));
    return byLevel
      .flat()
      .filter(({ timeUs }) =>
        byLevel.every((evidence) => evidence.some((other) => Math.abs(other.timeUs - timeUs) <= AGREEMENT_US)),
      );
  });
}

/** The outcomes as one way of looking at them shows them. */
export function viewed(
  view: string,
  outcomes: readonly EpisodeOutcome[],
  evidenceOf: (outcome: EpisodeOutcome) => AlertEvidence[],
): ViewScore {
  return scoreView(
    view,
    outcomes.map((outcome) => ({ ...outcome, evidence: evidenceOf(outcome) })),
  );
}
