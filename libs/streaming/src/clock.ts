import { setTimeout as wait } from 'node:timers/promises';

/** Wall-clock time for retries, lives and reports; never for event time. */
export interface Clock {
  nowMs(): number;
  /** Resolves after `durationMs`, or as soon as `signal` aborts. */
  sleep(durationMs: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  sleep: async (durationMs, signal) => {
    try {
      await wait(durationMs, undefined, signal === undefined ? {} : { signal });
    } catch (error) {
      if (signal?.aborted !== true) throw error;
    }
  },
};
