import { PlimsollError } from '@plimsoll/contracts';

import type { Clock } from './clock.js';
import { retry, type RetryPauses } from './retry.js';
import type { TaskId } from './state-store.js';
import type { Dependency, StreamObserver } from './stream-event.js';

/** What a partition waits for, since when, and why. */
export interface Wait {
  readonly task: TaskId;
  readonly on: Dependency;
  readonly sinceMs: number;
  readonly reason: string;
}

/** Whether the same call may succeed later. */
export function isRetriable(error: unknown): boolean {
  return error instanceof PlimsollError && error.retriable;
}

/** Repeats calls to what the stream depends on, in order and without a limit, and says what is waited for. */
export class Waiting {
  private readonly waits = new Set<Wait>();

  constructor(
    private readonly clock: Clock,
    private readonly observer: StreamObserver,
    private readonly pauses: RetryPauses,
  ) {}

  current(): readonly Wait[] {
    return [...this.waits];
  }

  /**
   * What `action` gives, as soon as it succeeds. A failure for which `passing` is true (by default, one that is
   * retriable) is tried again after a pause that doubles up to its limit, any other is thrown on. Throws `stopped` once
   * `signal` aborts.
   */
  async until<T>(
    task: TaskId,
    on: Dependency,
    signal: AbortSignal,
    action: () => Promise<T>,
    passing: (error: unknown) => boolean = isRetriable,
  ): Promise<T> {
    let wait: Wait | undefined;
    const again = (error: unknown, attempt: number): boolean => {
      if (!passing(error)) return false;
      this.observer({ type: 'retry', task, on, attempt, error });
      if (wait === undefined) {
        wait = { task, on, sinceMs: this.clock.nowMs(), reason: error instanceof Error ? error.message : 'failed' };
        this.waits.add(wait);
      }
      return true;
    };
    const stopped = `gave up waiting for the ${on}`;
    try {
      const result = await retry(action, { ...this.pauses, again, signal, clock: this.clock, stopped });
      if (wait !== undefined) this.observer({ type: 'resumed', task, on, waitedMs: this.clock.nowMs() - wait.sinceMs });
      return result;
    } finally {
      if (wait !== undefined) this.waits.delete(wait);
    }
  }
}
