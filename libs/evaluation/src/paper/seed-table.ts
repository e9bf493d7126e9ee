import type { RecordingAt } from '@plimsoll/local-run';

import type { CallCorpus, CallEpisode } from '../call-corpus.js';
import type { RequestScore } from '../request-table.js';
import type { WindowScore } from './window-table.js';

/** How one view fares where seeds draw what has a seed: which benign episodes learn, calibrate and are scored, and random groups. */
export interface SeedScore {
  readonly view: string;
  readonly seeds: number;
  /** By window, where the paper's share of the windows were attacks. */
  readonly f1: Spread;
  /** Share of the windows without an attack that were flagged. */
  readonly falseWindows: Spread;
  /** By request. */
  readonly recall: Spread;
  readonly falseEvents: Spread;
}

export interface Spread {
  readonly mean: number;
  /** Of the sample; 0 where there is one value. */
  readonly deviation: number;
  readonly least: number;
  readonly most: number;
}

/** One view's scores under one seed; `windows` has the paper's share of attacks first. */
export interface SeededScore {
  readonly windows: WindowScore;
  readonly requests: RequestScore;
}

/** Views by name, over the seeds that have them. */
export function seedScores(runs: readonly (readonly SeededScore[])[]): SeedScore[] {
  const views = [...new Set(runs.flat().map(({ windows }) => windows.view))];
  return views.map((view) => {
    const own = runs.flat().filter(({ windows }) => windows.view === view);
    return {
      view,
      seeds: own.length,
      f1: spreadOf(own.map(({ windows }) => windows.at[0]!.f1.value)),
      falseWindows: spreadOf(own.map(({ windows: { counts } }) => falseShare(counts))),
      recall: spreadOf(own.map(({ requests }) => requests.recall.share)),
      falseEvents: spreadOf(own.map(({ requests }) => requests.falseEvents)),
    };
  });
}

/** The same episodes in the parts that a redrawn split gives them. */
export function redrawnCorpus(corpus: CallCorpus, redrawn: readonly RecordingAt[]): CallCorpus {
  const episodes = new Map([...corpus.learn, ...corpus.calibrate, ...corpus.test].map((one) => [one.episode, one]));
  const part = (split: string): CallEpisode[] =>
    redrawn
      .filter(({ recording }) => recording.split === split)
      .flatMap(({ recording }) => episodes.get(recording.episode) ?? []);
  return { ...corpus, learn: part('learn'), calibrate: part('calibrate'), test: part('test') };
}

function falseShare({ falsePositives, trueNegatives }: WindowScore['counts']): number {
  return falsePositives / Math.max(falsePositives + trueNegatives, 1);
}

function spreadOf(values: readonly number[]): Spread {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return {
    mean,
    deviation: values.length < 2 ? 0 : Math.sqrt(squares / (values.length - 1)),
    least: Math.min(...values),
    most: Math.max(...values),
  };
}
