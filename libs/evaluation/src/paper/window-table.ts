import { US_PER_SECOND } from '@plimsoll/contracts';

import { episodeBootstrap, f1, precisionAt, proportion, type Proportion } from '../intervals.js';
import type { SeenEpisode, View } from './view.js';

/** Windows of one length, by what they hold and whether they were flagged. */
export interface WindowCounts {
  readonly truePositives: number;
  readonly falsePositives: number;
  readonly falseNegatives: number;
  readonly trueNegatives: number;
}

/** A value with its 95 % interval. */
export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** One view's windows, counted as the paper counts samples. */
export interface WindowScore {
  readonly view: string;
  readonly seconds: number;
  readonly counts: WindowCounts;
  /** The counts that the row is made of: what another run is compared with. */
  readonly episodes: readonly (WindowCounts & { readonly episode: string })[];
  readonly precision: Proportion;
  readonly recall: Proportion;
  readonly accuracy: Proportion;
  /** Its interval is a bootstrap over episodes. */
  readonly f1: Estimate;
  /** Part of the windows that hold an attack, as recorded. */
  readonly prevalence: number;
  /** The same detector where another part of the windows were attacks. */
  readonly at: readonly {
    readonly prevalence: number;
    readonly precision: Estimate;
    readonly accuracy: Estimate;
    readonly f1: Estimate;
  }[];
}

/**
 * Cuts every episode into windows of `seconds` from its first message on; a last piece shorter than half of that belongs
 * to the window before it. A window is an attack where it overlaps a labelled action, flagged where something of it was
 * named: no slack, no echo, each window one sample.
 */
export function windowScore({ name, episodes }: View, seconds: number, prevalences: readonly number[]): WindowScore {
  const counts = episodes.map((episode) => countWindows(episode, seconds));
  const all = total(counts);
  const { truePositives: tp, falsePositives: fp, falseNegatives: fn, trueNegatives: tn } = all;
  const estimate = (statistic: (counts: WindowCounts) => number): Estimate => ({
    value: statistic(all),
    ...episodeBootstrap(counts, (drawn) => statistic(total(drawn))),
  });
  return {
    view: name,
    seconds,
    counts: all,
    episodes: counts.map((count, i) => ({ episode: episodes[i]!.episode, ...count })),
    precision: proportion(tp, tp + fp),
    recall: proportion(tp, tp + fn),
    accuracy: proportion(tp + tn, tp + fp + fn + tn),
    f1: estimate((drawn) => f1(share(drawn.truePositives, drawn.falsePositives), recallOf(drawn))),
    prevalence: share(tp + fn, fp + tn),
    at: prevalences.map((prevalence) => atPrevalence(prevalence, proportion(tp, tp + fn), proportion(fp, fp + tn))),
  };
}

/** From the ends of both intervals: where no false window was seen, the bound says what that is worth. */
function atPrevalence(prevalence: number, recall: Proportion, falseRate: Proportion): WindowScore['at'][number] {
  const bounds = (of: (recall: number, falseRate: number) => number): Estimate => ({
    value: of(recall.share, falseRate.share),
    low: of(recall.low, falseRate.high),
    high: of(recall.high, falseRate.low),
  });
  return {
    prevalence,
    precision: bounds((found, wrong) => precisionAt(prevalence, found, wrong)),
    accuracy: bounds((found, wrong) => prevalence * found + (1 - prevalence) * (1 - wrong)),
    f1: bounds((found, wrong) => f1(precisionAt(prevalence, found, wrong), found)),
  };
}

/** How many windows of `seconds` an episode has: what is counted has to come to this. */
export function windowsIn({ spanUs }: Pick<SeenEpisode, 'spanUs'>, seconds: number): number {
  return Math.max(1, Math.round(spanUs / (seconds * US_PER_SECOND)));
}

export function countWindows(episode: SeenEpisode, seconds: number): WindowCounts {
  const windows = windowsIn(episode, seconds);
  // What lies in the last piece, or just outside the episode (a label's clock, a window of calls), is in the nearest window.
  const at = (timeUs: number): number =>
    Math.min(windows - 1, Math.max(0, Math.floor((timeUs - episode.startUs) / (seconds * US_PER_SECOND))));
  const attacks = new Set<number>();
  for (const { startUs, endUs } of episode.actions) {
    for (let i = at(startUs); i <= at(endUs); i++) attacks.add(i);
  }
  const flagged = new Set(episode.evidence.map(({ timeUs }) => at(timeUs)));
  const truePositives = [...attacks].filter((i) => flagged.has(i)).length;
  const falsePositives = flagged.size - truePositives;
  const falseNegatives = attacks.size - truePositives;
  const trueNegatives = windows - truePositives - falsePositives - falseNegatives;
  return { truePositives, falsePositives, falseNegatives, trueNegatives };
}

function total(counts: readonly WindowCounts[]): WindowCounts {
  const sum = (of: (count: WindowCounts) => number): number => counts.reduce((all, count) => all + of(count), 0);
  return {
    truePositives: sum((count) => count.truePositives),
    falsePositives: sum((count) => count.falsePositives),
    falseNegatives: sum((count) => count.falseNegatives),
    trueNegatives: sum((count) => count.trueNegatives),
  };
}

function recallOf({ truePositives, falseNegatives }: WindowCounts): number {
  return share(truePositives, falseNegatives);
}

function share(part: number, rest: number): number {
  return part + rest === 0 ? 0 : part / (part + rest);
}
