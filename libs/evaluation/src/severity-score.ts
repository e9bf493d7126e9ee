import type { EpisodeScore, ScoredAction } from './action-scoring.js';
import { episodeBootstrap, proportion, type Proportion } from './intervals.js';

/** How far reported severities are from the labelled ones. */
export interface SeverityError {
  /** Mean absolute difference, with its 95 % bootstrap over episodes; 0 where nothing was compared. */
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  readonly exact: Proportion;
  readonly withinOne: Proportion;
}

/** The severities that one view reported, against the labels. */
export interface SeverityScore {
  /** Actions by label (0 to 6) and by what was reported: `confusion[label][reported]`; column 0 counts the missed. */
  readonly confusion: readonly (readonly number[])[];
  /** Over detected actions with a label of 1 to 6: 0 stands for a read, which the scale does not rank. */
  readonly error: SeverityError;
  /** The same actions, if every one were given the commonest of their labels. */
  readonly baseline: SeverityError & { readonly severity: number };
}

const LEVELS = 7;

/** Compares reported with labelled severities. Actions without a label are left out. */
export function scoreSeverity(episodes: readonly EpisodeScore[]): SeverityScore {
  const confusion = Array.from({ length: LEVELS }, () => new Array<number>(LEVELS).fill(0));
  for (const { action, reported } of episodes.flatMap(({ actions }) => actions)) {
    const row = action.severity === undefined ? undefined : confusion[action.severity];
    if (row) row[reported ?? 0]! += 1;
  }
  const ranked = episodes.map(({ actions }) => actions.filter(isRanked));
  const commonest = commonestOf(ranked.flat().map(({ action }) => action.severity ?? 0));
  return {
    confusion,
    error: errorOf(ranked, ({ reported }) => reported ?? 0),
    baseline: { severity: commonest, ...errorOf(ranked, () => commonest) },
  };
}

function isRanked({ action, reported }: ScoredAction): boolean {
  return (action.severity ?? 0) > 0 && reported !== undefined;
}

function errorOf(
  episodes: readonly (readonly ScoredAction[])[],
  reportedOf: (item: ScoredAction) => number,
): SeverityError {
  const differences = episodes.map((items) =>
    items.map((item) => Math.abs(reportedOf(item) - (item.action.severity ?? 0))),
  );
  const all = differences.flat();
  const { low, high } = episodeBootstrap(
    differences.filter((items) => items.length > 0),
    (drawn) => meanOf(drawn.flat()),
  );
  return {
    mean: meanOf(all),
    low: all.length === 0 ? 0 : low,
    high: all.length === 0 ? 0 : high,
    exact: proportion(all.filter((difference) => difference === 0).length, all.length),
    withinOne: proportion(all.filter((difference) => difference <= 1).length, all.length),
  };
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(values.length, 1);
}

/** The lowest of the commonest values; 0 where there are none. */
function commonestOf(values: readonly number[]): number {
  const counts = new Array<number>(LEVELS).fill(0);
  for (const value of values) counts[value]! += 1;
  return values.length === 0 ? 0 : counts.indexOf(Math.max(...counts));
}
