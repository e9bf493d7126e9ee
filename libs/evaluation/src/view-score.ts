import { US_PER_SECOND, type AttackPath, type TimeUs } from '@plimsoll/contracts';

import {
  incidentsAsActions,
  scoreEpisode,
  shifted,
  type Action,
  type AlertEvidence,
  type EpisodeScore,
} from './action-scoring.js';
import { episodeBootstrap, f1, proportion, type Proportion } from './intervals.js';
import { scoreSeverity, type SeverityScore } from './severity-score.js';

/** One test episode as one view of it (a level, a detector, the fused alerts) saw it. */
export interface ViewedEpisode {
  readonly episode: string;
  readonly actions: readonly Action[];
  readonly evidence: readonly AlertEvidence[];
  /** Event time from the first to the last message. */
  readonly spanUs: TimeUs;
}

/** How one kind of attack fared: a row of the table. */
export interface KindScore {
  readonly path: AttackPath;
  readonly kind: string;
  readonly recall: Proportion;
  /** Of the detected, those whose incident carries the right path. */
  readonly named: Proportion;
}

/** Everything that one view's row needs, with the raw counts. */
export interface ViewScore {
  readonly view: string;
  readonly kinds: readonly KindScore[];
  readonly recall: Proportion;
  readonly precision: Proportion;
  readonly f1: number;
  /** 95 % bootstrap over episodes. */
  readonly f1Low: number;
  readonly f1High: number;
  readonly named: Proportion;
  /** Recall with every label 7 s later: what coincidence alone detects. */
  readonly coincidence: Proportion;
  readonly falseAlerts: { readonly amongAttacks: number; readonly inBenign: number; readonly perHour: number };
  /** Episodes with an attack in which some action was detected. */
  readonly episodes: Proportion;
  readonly delay: DelayScore;
  readonly severity: SeverityScore;
  /** The same, each incident (or verdict) once, against the highest label among its actions. */
  readonly incidentSeverity: SeverityScore;
}

/** Event time from the start of an action to its first evidence; a miss is counted in `missed`, not dropped. */
export interface DelayScore {
  readonly p50Ms: number | undefined;
  readonly p95Ms: number | undefined;
  readonly p99Ms: number | undefined;
  readonly missed: number;
}

const COINCIDENCE_SHIFT_US = 7 * US_PER_SECOND;
const US_PER_HOUR = 3600 * US_PER_SECOND;

/** Scores every test episode as one view saw it (evaluation by attack action). */
export function scoreView(view: string, episodes: readonly ViewedEpisode[]): ViewScore {
  const scored = episodes.map((episode) => ({ episode, score: scoreEpisode(episode.actions, episode.evidence) }));
  const actions = scored.flatMap(({ score }) => score.actions);
  const found = actions.filter((item) => item.found !== undefined);
  const attacked = scored.filter(({ episode }) => episode.actions.length > 0);
  const benign = scored.filter(({ episode }) => episode.actions.length === 0);
  const amongAttacks = falseCount(attacked);
  const inBenign = falseCount(benign);
  const hours = episodes.reduce((sum, episode) => sum + episode.spanUs, 0) / US_PER_HOUR;
  const coincident = episodes.flatMap(
    ({ actions: labels, evidence }) => scoreEpisode(shifted(labels, COINCIDENCE_SHIFT_US), evidence).actions,
  );
  const { low, high } = episodeBootstrap(
    scored.map(({ score }) => score),
    f1Of,
  );
  return {
    view,
    kinds: kindScores(actions),
    recall: proportion(found.length, actions.length),
    precision: proportion(found.length, found.length + amongAttacks + inBenign),
    f1: f1Of(scored.map(({ score }) => score)),
    f1Low: low,
    f1High: high,
    named: proportion(found.filter((item) => item.named).length, found.length),
    coincidence: proportion(coincident.filter((item) => item.found !== undefined).length, coincident.length),
    falseAlerts: { amongAttacks, inBenign, perHour: hours > 0 ? (amongAttacks + inBenign) / hours : 0 },
    episodes: proportion(
      attacked.filter(({ score }) => score.actions.some((item) => item.found !== undefined)).length,
      attacked.length,
    ),
    delay: delayOf(actions),
    severity: scoreSeverity(scored.map(({ score }) => score)),
    incidentSeverity: scoreSeverity(
      episodes.map(({ actions: labels, evidence }) => incidentsAsActions(labels, evidence)),
    ),
  };
}

function falseCount(scored: readonly { readonly score: EpisodeScore }[]): number {
  return scored.reduce((sum, { score }) => sum + score.falseAlerts.length, 0);
}

function f1Of(scores: readonly EpisodeScore[]): number {
  const actions = scores.flatMap((score) => score.actions);
  const found = actions.filter((item) => item.found !== undefined).length;
  const wrong = scores.reduce((sum, score) => sum + score.falseAlerts.length, 0);
  return f1(found + wrong === 0 ? 0 : found / (found + wrong), actions.length === 0 ? 0 : found / actions.length);
}

function kindScores(actions: EpisodeScore['actions']): KindScore[] {
  const kinds = new Map<string, EpisodeScore['actions'][number][]>();
  for (const item of actions) {
    const key = `${item.action.path}/${item.action.kind}`;
    kinds.set(key, [...(kinds.get(key) ?? []), item]);
  }
  return [...kinds.keys()].sort().map((key) => {
    const items = kinds.get(key)!;
    const found = items.filter((item) => item.found !== undefined);
    return {
      path: items[0]!.action.path,
      kind: items[0]!.action.kind,
      recall: proportion(found.length, items.length),
      named: proportion(found.filter((item) => item.named).length, found.length),
    };
  });
}

function delayOf(actions: EpisodeScore['actions']): DelayScore {
  const delays = actions
    .flatMap(({ action, found }) => (found ? [Math.max(0, found.timeUs - action.startUs) / 1000] : []))
    .sort((a, b) => a - b);
  const at = (share: number): number | undefined =>
    delays[Math.min(delays.length - 1, Math.floor(share * delays.length))];
  return { p50Ms: at(0.5), p95Ms: at(0.95), p99Ms: at(0.99), missed: actions.length - delays.length };
}
