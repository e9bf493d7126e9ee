import type { AttackPath, Level, Verdict } from '@plimsoll/contracts';

import { scoreEpisode, type ScoredAction } from './action-scoring.js';
import type { EpisodeOutcome } from './evaluate-recordings.js';
import { alertEvidence, verdictEvidence } from './evidence.js';

/** One kind of attack in one episode, as a person wants to read it. */
export interface AttackSummary {
  readonly application: string;
  readonly episode: string;
  readonly path: AttackPath;
  readonly kind: string;
  readonly actions: number;
  readonly detected: number;
  /** Paths that its incidents were given, the most frequent first. */
  readonly recognisedAs: readonly AttackPath[];
  /** The level whose evidence came first in event time, most often; undefined where none fired. */
  readonly firstLevel: Level | undefined;
  /** Median event time from the start of the action to the first evidence. */
  readonly delayMs: number | undefined;
}

export interface EpisodeSummary {
  readonly attacks: readonly AttackSummary[];
  /** Clusters of evidence that touch no attack. */
  readonly falseAlerts: number;
}

/** Sums up an episode by what its published incidents say. */
export function summariseEpisode(outcome: EpisodeOutcome): EpisodeSummary {
  const evidence = alertEvidence(outcome.alerts);
  const score = scoreEpisode(outcome.actions, evidence);
  const kinds = [...new Set(score.actions.map(({ action }) => `${action.path}/${action.kind}`))];
  return {
    attacks: kinds.map((kind) => {
      const scored = score.actions.filter(({ action }) => `${action.path}/${action.kind}` === kind);
      const { path, kind: name } = scored[0]!.action;
      const found = scored.filter((item) => item.found !== undefined);
      return {
        application: outcome.application,
        episode: outcome.episode,
        path,
        kind: name,
        actions: scored.length,
        detected: found.length,
        recognisedAs: byFrequency(found.map((item) => (item.named ? item.action.path : item.found!.path))),
        firstLevel: byFrequency(found.flatMap((item) => firstLevel(item, outcome.verdicts)))[0],
        delayMs: median(found.map(({ action, found: first }) => Math.max(0, first!.timeUs - action.startUs) / 1000)),
      };
    }),
    falseAlerts: score.falseAlerts.length,
  };
}

function firstLevel({ action }: ScoredAction, verdicts: readonly Verdict[]): Level[] {
  const candidates = verdicts.flatMap((verdict) =>
    scoreEpisode([action], verdictEvidence([verdict])).actions.flatMap(({ found }) =>
      found ? [{ level: verdict.level, timeUs: found.timeUs }] : [],
    ),
  );
  candidates.sort((a, b) => a.timeUs - b.timeUs);
  return candidates.slice(0, 1).map(({ level }) => level);
}

function byFrequency<T>(items: readonly T[]): T[] {
  const counts = new Map<T, number>();
  for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1]).map(([item]) => item);
}

function median(values: readonly number[]): number | undefined {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}
