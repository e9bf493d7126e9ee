import type { LearningProgress } from '../detector.js';

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
  /** Good–Turing estimate, in [0, 1], and what it may be at most; without a limit nothing depends on it. */
  readonly novelty: number;
  readonly mostNovelty?: number;
  /** What a full table left out: more of the same never completes it. */
  readonly leftOut?: number;
}

/**
 * How far learning is from complete, what holds it back, and how many events more it takes at the least. Good and
 * Turing's estimate counts what was seen once over what was seen: where nothing further is new, it falls as one over
 * the events, and with anything new more slowly (Good 1953).
 */
export function learningOutlook(needs: LearningNeeds): LearningProgress {
  const { detector, events, gaps, units, seen, enough, novelty, mostNovelty = 1, leftOut = 0 } = needs;
  const few = seen < enough;
  const isNew = novelty > mostNovelty;
  const lasting = [
    ...(gaps > 0 ? [`${gaps} losses in what was learned from`] : []),
    ...(leftOut > 0 ? [`more kinds of behaviour than fit: ${leftOut} calls were left out`] : []),
  ];
  const passing = [
    ...(few ? [`${seen} of ${enough} ${units}`] : []),
    ...(isNew ? [`novelty ${novelty.toFixed(4)}, at most ${mostNovelty}`] : []),
  ];
  const missing = [...lasting, ...passing];
  const times = Math.max(1, seen === 0 ? NaN : enough / seen, novelty / mostNovelty);
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

/** What keeps a profile from being complete, as a note in it; none where nothing does. */
export function outlookNotes({ missing, moreEvents }: LearningProgress): string[] {
  if (missing.length === 0) return [];
  const more = moreEvents === undefined ? 'more of the same will not do' : `at least ${moreEvents} events more`;
  return [`not complete: ${missing.join('; ')}; ${more}`];
}
