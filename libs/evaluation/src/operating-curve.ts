import { verdictEvidence } from './evidence.js';
import type { EpisodeOutcome } from './evaluate-recordings.js';
import { scoreView } from './view-score.js';

/** One threshold on the p-value and what it costs and finds. */
export interface OperatingPoint {
  readonly pValue: number;
  readonly recall: number;
  readonly falseAlertsPerHour: number;
}

/** Thresholds tried: from the run's own downward, so every point is an operating point that a smaller budget gives. */
const STEPS = 13;

/**
 * Recall against false alerts per hour over the anomalous verdicts of `outcomes`, as their threshold falls by powers
 * of ten. Cost: one scoring a step.
 */
export function operatingCurve(outcomes: readonly EpisodeOutcome[]): OperatingPoint[] {
  return Array.from({ length: STEPS }, (_, step) => {
    const pValue = 10 ** -step;
    const episodes = outcomes.map((outcome) => ({
      ...outcome,
      evidence: verdictEvidence(outcome.verdicts.filter((verdict) => verdict.pValue <= pValue)),
    }));
    const { recall, falseAlerts } = scoreView('curve', episodes);
    return { pValue, recall: recall.share, falseAlertsPerHour: falseAlerts.perHour };
  });
}
