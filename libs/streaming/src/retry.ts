import { PlimsollError } from '@plimsoll/contracts';

import { systemClock, type Clock } from './clock.js';

/** How attempts at what fails for now are spaced. */
export interface RetryPauses {
  readonly firstPauseMs: number;
  readonly longestPauseMs: number;
}

export interface RetryOptions extends RetryPauses {
  /** Told of every failure and how many there were; false gives up. */
  readonly again: (error: unknown, attempt: number) => boolean;
  readonly signal?: AbortSignal;
  readonly clock?: Clock;
  /** What is said where `signal` aborts. */
  readonly stopped?: string;
}

/**
 * The pause after the attempt of this number (from 1), ms. The pauses double up to the longest; half of each is drawn by
 * lot, so that clients that failed together do not come back together (equal jitter, Brooker 2015). In [½, 1] of the
 * doubled pause; `random` gives numbers in [0, 1).
 */
export function retryPauseMs(
  attempt: number,
  { firstPauseMs, longestPauseMs }: RetryPauses,
  random: () => number = Math.random,
): number {
  const wholeMs = Math.min(firstPauseMs * 2 ** Math.min(attempt - 1, 16), longestPauseMs);
  return wholeMs * (0.5 + random() / 2);
}

/**
 * What `action` gives, as soon as it succeeds. Throws its failure where `again` gives up, and `stopped`, with the failure
 * as its cause, once `signal` aborts.
 */
export async function retry<T>(action: () => Promise<T>, options: RetryOptions): Promise<T> {
  const { again, signal, clock = systemClock, stopped = 'stopped while waiting' } = options;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await action();
    } catch (error) {
      if (!again(error, attempt)) throw error;
      await clock.sleep(retryPauseMs(attempt, options), signal);
      if (signal?.aborted) throw new PlimsollError('stopped', stopped, { cause: error });
    }
  }
}
