import { episodeBootstrap, f1 } from '../intervals.js';
import type { Estimate } from '../paper/window-table.js';
import type { RunManifest } from './manifest.js';

/** A run: its manifest, and the rows of its tables. */
export interface Run {
  readonly manifest: RunManifest;
  readonly rows: readonly RunRow[];
}

/** One detector, by what it was scored on: labelled requests, or the counted windows. */
export interface RunRow {
  readonly application: string;
  readonly view: string;
  readonly by: 'request' | 'window';
  readonly episodes: readonly EpisodeCounts[];
}

export interface EpisodeCounts {
  readonly episode: string;
  /** Labelled requests, or windows that hold an attack. */
  readonly actions: number;
  readonly detected: number;
  readonly falseEvents: number;
}

/** What differs between two runs, and what that did. */
export interface Comparison {
  /** Fields of the manifests that differ, as `settings.budget`. */
  readonly differences: readonly { readonly what: string; readonly before: string; readonly after: string }[];
  /** Episodes that both recorded from one plan, each at its own time: the same requests, other calls. */
  readonly recordedAgain: readonly string[];
  readonly rows: readonly ComparedRow[];
  /** Rows that only one of them has. */
  readonly onlyBefore: readonly string[];
  readonly onlyAfter: readonly string[];
}

export interface ComparedRow {
  readonly application: string;
  readonly view: string;
  readonly by: RunRow['by'];
  /** Episodes that both scored: the differences are over these alone. */
  readonly episodes: number;
  readonly before: Measures;
  readonly after: Measures;
  /** After less before, with its 95 % bootstrap over episodes, each drawn for both. */
  readonly difference: Readonly<Record<Exclude<keyof Measures, 'attacks'>, Estimate>>;
}

export interface Measures {
  /** Labelled requests, or windows that hold an attack. */
  readonly attacks: number;
  readonly recall: number;
  readonly precision: number;
  readonly f1: number;
}

interface Pair {
  readonly before: EpisodeCounts;
  readonly after: EpisodeCounts;
}

export function compareRuns(before: Run, after: Run): Comparison {
  const [left, right] = [byRow(before), byRow(after)];
  const shared = [...left.keys()].filter((key) => right.has(key));
  return {
    differences: manifestDifferences(before.manifest, after.manifest),
    recordedAgain: recordedAgain(before.manifest, after.manifest),
    rows: shared.map((key) => comparedRow(left.get(key)!, right.get(key)!)),
    onlyBefore: [...left.keys()].filter((key) => !right.has(key)),
    onlyAfter: [...right.keys()].filter((key) => !left.has(key)),
  };
}

function byRow({ rows }: Run): Map<string, RunRow> {
  return new Map(rows.map((row) => [`${row.application}: ${row.view}, by ${row.by}`, row]));
}

function recordedAgain(before: RunManifest, after: RunManifest): string[] {
  const sources = ({ data }: RunManifest, episode: string): string =>
    JSON.stringify(Object.entries(data).filter(([path]) => path.startsWith(`${episode}/`)));
  return Object.keys(before.plans).filter(
    (episode) => before.plans[episode] === after.plans[episode] && sources(before, episode) !== sources(after, episode),
  );
}

function comparedRow(before: RunRow, after: RunRow): ComparedRow {
  const its = new Map(after.episodes.map((counts) => [counts.episode, counts]));
  const pairs = before.episodes.flatMap((counts): Pair[] => {
    const other = its.get(counts.episode);
    return other === undefined ? [] : [{ before: counts, after: other }];
  });
  const [old, now] = [measures(pairs.map((pair) => pair.before)), measures(pairs.map((pair) => pair.after))];
  const difference = (measure: keyof ComparedRow['difference']): Estimate => ({
    value: now[measure] - old[measure],
    ...episodeBootstrap(
      pairs,
      (drawn) =>
        measures(drawn.map((pair) => pair.after))[measure] - measures(drawn.map((pair) => pair.before))[measure],
    ),
  });
  return {
    application: before.application,
    view: before.view,
    by: before.by,
    episodes: pairs.length,
    before: old,
    after: now,
    difference: { recall: difference('recall'), precision: difference('precision'), f1: difference('f1') },
  };
}

function measures(counts: readonly EpisodeCounts[]): Measures {
  const sum = (of: (count: EpisodeCounts) => number): number => counts.reduce((all, count) => all + of(count), 0);
  const [actions, detected, wrong] = [
    sum((count) => count.actions),
    sum((count) => count.detected),
    sum((count) => count.falseEvents),
  ];
  const recall = actions === 0 ? 0 : detected / actions;
  const precision = detected + wrong === 0 ? 0 : detected / (detected + wrong);
  return { attacks: actions, recall, precision, f1: f1(precision, recall) };
}

/** Fields that differ, by their path. */
function manifestDifferences(before: RunManifest, after: RunManifest): Comparison['differences'] {
  const [left, right] = [leaves(before), leaves(after)];
  return [...new Set([...left.keys(), ...right.keys()])].sort().flatMap((what) => {
    const [old, now] = [left.get(what) ?? 'none', right.get(what) ?? 'none'];
    return old === now ? [] : [{ what, before: old, after: now }];
  });
}

function leaves(value: unknown, path = ''): Map<string, string> {
  if (typeof value !== 'object' || value === null) return new Map([[path, String(value)]]);
  const under = Object.entries(value).map(([key, child]) => leaves(child, path === '' ? key : `${path}.${key}`));
  return new Map(under.flatMap((part) => [...part]));
}
