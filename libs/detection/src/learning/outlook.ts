import type { LearningProgress } from '../detector.js';

/** A Good–Turing estimate of the probability that the next observation is new, with what its variance follows from. */
export interface NoveltyEstimate {
  /** In [0, 1]. */
  readonly novelty: number;
  /** Observations that it was counted from. */
  readonly of: number;
}

/** What a learner has seen, and what it must have seen to be complete. */
export interface LearningNeeds {
  readonly detector: string;
  /** Calls, requests, statements, audit events or acts. */
  readonly events: number;
  readonly gaps: number;
  /** What is counted, in words, plural: windows of calls, or the events themselves. */
  readonly units: string;
  readonly seen: number;
  readonly enough: number;
  /** One for each kind of observation; the worst counts. */
  readonly estimates?: readonly NoveltyEstimate[];
  /** What novelty is at least, in [0, 1], whatever was counted: no estimate, and without a variance. */
  readonly leastNovelty?: number;
  /** What novelty may be at most; without a limit nothing depends on it. */
  readonly mostNovelty?: number;
  /** What a full table left out: more of the same never completes it. */
  readonly leftOut?: number;
}

/** Square of the normal distribution's 95th percentile. */
const Z2 = 1.6449 ** 2;

/**
 * How far learning is from complete, what holds it back, and how many events more it takes at the least. Good and
 * Turing's estimate counts what was seen once over what was seen (Good 1953). It varies, and who looks again and again
 * meets a moment in which it is low: complete is where the upper limit of the estimate is within the limit too, the one
 * of 95 % after Wilson (1927). Where nothing further is new, that takes `observationsFor` observations.
 */
export function learningOutlook(needs: LearningNeeds): LearningProgress {
  const { detector, events, gaps, units, seen, enough, estimates = [] } = needs;
  const { leastNovelty = 0, mostNovelty = 1, leftOut = 0 } = needs;
  const novelty = Math.max(leastNovelty, ...estimates.map(({ novelty }) => novelty));
  const upTo = Math.max(leastNovelty, ...estimates.map(upperLimit));
  const few = seen < enough;
  const isNew = upTo > mostNovelty;
  const lasting = [
    ...(gaps > 0 ? [`${gaps} losses in what was learned from`] : []),
    ...(leftOut > 0 ? [`more kinds of behaviour than fit: ${leftOut} calls were left out`] : []),
  ];
  const passing = [
    ...(few ? [`${seen} of ${enough} ${units}`] : []),
    ...(isNew ? [`novelty ${novelty.toFixed(4)}${orUpTo(novelty, upTo)}, at most ${mostNovelty}`] : []),
  ];
  const missing = [...lasting, ...passing];
  const times = Math.max(
    1,
    seen === 0 ? NaN : enough / seen,
    // It falls as one over what was learned and one more.
    leastNovelty > mostNovelty ? (1 / mostNovelty - 1) / (1 / leastNovelty - 1) : 1,
    ...(isNew ? estimates.map((estimate) => observationsFor(estimate, mostNovelty) / estimate.of) : []),
  );
  const known = lasting.length === 0 && Number.isFinite(times) && events > 0;
  return {
    detector,
    events,
    novelty,
    gaps,
    converged: missing.length === 0,
    missing,
    ...(known ? { moreEvents: Math.ceil(events * (times - 1)) } : {}),
  };
}

/** Wilson's upper limit of a share, one-sided, of 95 %; in [0, 1]. */
function upperLimit({ novelty, of }: NoveltyEstimate): number {
  if (of === 0) return 1;
  const middle = novelty + Z2 / (2 * of);
  const reach = Math.sqrt(Z2 * ((novelty * (1 - novelty)) / of + Z2 / (4 * of * of)));
  return Math.min(1, (middle + reach) / (1 + Z2 / of));
}

/** Observations after which the upper limit has fallen to `most`, where all further ones are of known kinds. */
function observationsFor({ novelty, of }: NoveltyEstimate, most: number): number {
  const once = novelty * of;
  const spread = Z2 * (1 - most);
  return (2 * once + spread + Math.sqrt(spread * (spread + 4 * once))) / (2 * most);
}

function orUpTo(novelty: number, upTo: number): string {
  return upTo > novelty ? `, by its 95 % limit up to ${upTo.toFixed(4)}` : '';
}

/** What keeps a profile from being complete, as a note in it; none where nothing does. */
export function outlookNotes({ missing, moreEvents }: LearningProgress): string[] {
  if (missing.length === 0) return [];
  const more = moreEvents === undefined ? 'more of the same will not do' : `at least ${moreEvents} events more`;
  return [`not complete: ${missing.join('; ')}; ${more}`];
}
