import { US_PER_SECOND, Level, type Verdict } from '@plimsoll/contracts';
import { BUDGET_SHARES, cauchyP, harmonicMeanP } from '@plimsoll/detection';

import type { AlertEvidence } from './action-scoring.js';
import type { EpisodeOutcome, Evaluation } from './evaluate-recordings.js';
import { evidenceTimes, verdictEvidence } from './evidence.js';
import { incidentView, levelView, unanimousView, viewed } from './level-views.js';
import type { KindScore, ViewScore } from './view-score.js';

const LEVELS = Level.options;

/** Levels are combined anew in each of these. */
const SPAN_US = 5 * US_PER_SECOND;
const SPANS_PER_DAY = 86_400 / 5;

/** Ways to make alerts of what the levels say, and what budgets cost. */
export interface FusionStudy {
  readonly falseAlertsPerDay: number;
  /** Each way with the whole of the budget for itself. */
  readonly ways: readonly ViewScore[];
  /** Incidents at each budget, the least first. */
  readonly budgets: readonly {
    readonly falseAlertsPerDay: number;
    readonly incidents: ViewScore;
    /** Each level by itself with its share, for an application that has no other. */
    readonly levels: readonly ViewScore[];
  }[];
  /** Event time of the benign test episodes. */
  readonly benignHours: number;
}

/**
 * The budgets that a study scores at: those asked for, and for each level the one of which its share is the whole
 * budget, so that a level alone is not held to a third of what the others have together.
 */
export function studyBudgets(falseAlertsPerDay: number, asked: readonly number[]): number[] {
  const alone = LEVELS.map((level) => falseAlertsPerDay / BUDGET_SHARES[level]);
  return [...new Set([...asked, ...alone])].filter((budget) => budget !== falseAlertsPerDay).sort((a, b) => a - b);
}

/** Compares the ways on an evaluation that was made at `studyBudgets`. */
export function fusionStudy(evaluation: Evaluation, falseAlertsPerDay: number, asked: readonly number[]): FusionStudy {
  const at = (budget: number): readonly EpisodeOutcome[] =>
    budget === falseAlertsPerDay
      ? evaluation.outcomes
      : evaluation.others.find((other) => other.budget.falseAlertsPerDay === budget)!.outcomes;
  const { outcomes } = evaluation;
  const threshold = falseAlertsPerDay / SPANS_PER_DAY;
  const benign = outcomes.filter(({ actions }) => actions.length === 0);
  return {
    falseAlertsPerDay,
    ways: [
      incidentView(outcomes),
      ...LEVELS.map((level) => levelView(`${level} alone`, level, at(falseAlertsPerDay / BUDGET_SHARES[level]))),
      viewed('any level', outcomes, ({ verdicts }) => verdictEvidence(verdicts)),
      unanimousView(outcomes),
      viewed('harmonic mean of spans', outcomes, (outcome) => combinedEvidence(outcome, harmonicMeanP, threshold)),
      viewed('Cauchy of spans', outcomes, (outcome) => combinedEvidence(outcome, cauchyP, threshold)),
    ],
    budgets: [...new Set([...asked, falseAlertsPerDay])]
      .sort((a, b) => a - b)
      .map((budget) => ({
        falseAlertsPerDay: budget,
        incidents: incidentView(at(budget)),
        levels: LEVELS.map((level) => levelView(level, level, at(budget))),
      })),
    benignHours: benign.reduce((sum, { spanUs }) => sum + spanUs, 0) / (3_600 * US_PER_SECOND),
  };
}

/**
 * Evidence of the spans in which the levels' p-values, put together by `combine`, reach `threshold`. A level's p-value
 * is its smallest in the span times the windows that it scores in one (Bonferroni); one that saw nothing remarkable has
 * p = 1, one that scored nothing in the episode is left out. Verdicts below their own threshold take part.
 */
function combinedEvidence(
  { verdicts, scored, spanUs }: EpisodeOutcome,
  combine: (pValues: readonly number[]) => number,
  threshold: number,
): AlertEvidence[] {
  const levels = LEVELS.filter((level) => scored[level] > 0);
  const spans = new Map<number, Verdict[]>();
  for (const verdict of verdicts) {
    if (verdict.state !== 'anomalous' && verdict.state !== 'normal') continue;
    const span = Math.floor(verdict.window.endUs / SPAN_US);
    spans.set(span, [...(spans.get(span) ?? []), verdict]);
  }
  const windowsOf = (level: Level): number => Math.max(1, scored[level] / Math.max(1, spanUs / SPAN_US));
  return [...spans.values()].flatMap((members) => {
    const pValues = levels.map((level) => {
      const own = members.filter((verdict) => verdict.level === level).map(({ pValue }) => pValue);
      return Math.min(1, Math.min(1, ...own) * windowsOf(level));
    });
    return combine(pValues) <= threshold ? members.flatMap(evidenceTimes) : [];
  });
}

/** Kinds of attack of which the incidents find less than the best level alone: none is what fusion is for. */
export function kindsBelowBestLevel({ ways }: FusionStudy): string[] {
  const [incidents, ...others] = ways;
  const levels = others.slice(0, LEVELS.length);
  return (incidents?.kinds ?? [])
    .filter((kind) => levels.some((level) => hitsOf(level, kind) > kind.recall.hits))
    .map(({ path, kind }) => `${path}/${kind}`);
}

function hitsOf({ kinds }: ViewScore, { path, kind }: KindScore): number {
  return kinds.find((other) => other.path === path && other.kind === kind)?.recall.hits ?? 0;
}
