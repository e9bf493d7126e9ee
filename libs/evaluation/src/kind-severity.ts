import { Level, type AttackPath } from '@plimsoll/contracts';

import { scoreEpisode, type Action, type AlertEvidence } from './action-scoring.js';
import type { EpisodeOutcome } from './evaluate-recordings.js';
import { alertEvidence, verdictEvidence } from './evidence.js';
import { proportion, type Proportion } from './intervals.js';

/** What a row's columns count: what each level found, and what the incidents did. */
export const KIND_VIEWS = ['sequence', 'frequency', 'log', 'process', 'incidents'] as const;
export type KindView = (typeof KIND_VIEWS)[number];

/** Attack actions of one kind and labelled severity. */
export interface KindSeverityRow {
  readonly path: AttackPath;
  readonly kind: string;
  /** As labelled; undefined where the recording gives none. */
  readonly severity: number | undefined;
  readonly recall: Readonly<Record<KindView, Proportion>>;
  /** How many actions each level had evidence of first, by the evidence's own time. */
  readonly first: Readonly<Record<Level, number>>;
}

const LEVELS = Level.options;

type Found = (number | undefined)[];

interface ScoredAction {
  readonly action: Action;
  readonly found: Readonly<Record<KindView, boolean>>;
  readonly first: Level | undefined;
}

/** Detection by kind of attack and labelled severity, level by level. */
export function kindSeverityRows(outcomes: readonly EpisodeOutcome[]): KindSeverityRow[] {
  const rows = new Map<string, ScoredAction[]>();
  for (const item of outcomes.flatMap(scoredActions)) {
    const { path, kind, severity } = item.action;
    const key = `${path}/${kind} ${severity ?? ''}`;
    rows.set(key, [...(rows.get(key) ?? []), item]);
  }
  return [...rows.keys()].sort().map((key) => rowOf(rows.get(key)!));
}

function rowOf(items: readonly ScoredAction[]): KindSeverityRow {
  const { path, kind, severity } = items[0]!.action;
  const recall = (view: KindView): Proportion =>
    proportion(items.filter(({ found }) => found[view]).length, items.length);
  const first = (level: Level): number => items.filter((item) => item.first === level).length;
  return {
    path,
    kind,
    severity,
    recall: {
      sequence: recall('sequence'),
      frequency: recall('frequency'),
      log: recall('log'),
      process: recall('process'),
      incidents: recall('incidents'),
    },
    first: {
      sequence: first('sequence'),
      frequency: first('frequency'),
      log: first('log'),
      process: first('process'),
    },
  };
}

function scoredActions({ actions, verdicts, alerts }: EpisodeOutcome): ScoredAction[] {
  const timesIn = (evidence: readonly AlertEvidence[]): (number | undefined)[] =>
    scoreEpisode(actions, evidence).actions.map(({ found }) => found?.timeUs);
  const ofLevel = (level: Level): (number | undefined)[] =>
    timesIn(verdictEvidence(verdicts.filter((verdict) => verdict.level === level)));
  const [sequence, frequency, log, process] = LEVELS.map(ofLevel) as [Found, Found, Found, Found];
  const incidents = timesIn(alertEvidence(alerts));
  return actions.map((action, i) => ({
    action,
    found: {
      sequence: sequence[i] !== undefined,
      frequency: frequency[i] !== undefined,
      log: log[i] !== undefined,
      process: process[i] !== undefined,
      incidents: incidents[i] !== undefined,
    },
    first: firstOf({ sequence: sequence[i], frequency: frequency[i], log: log[i], process: process[i] }),
  }));
}

/** The level whose evidence of an action is the earliest; undefined where none has any. */
function firstOf(timesUs: Readonly<Record<Level, number | undefined>>): Level | undefined {
  let first: Level | undefined;
  for (const level of LEVELS) if ((timesUs[level] ?? Infinity) < (first ? timesUs[first]! : Infinity)) first = level;
  return first;
}
