import { PlimsollError } from '@plimsoll/contracts';
import { retry, type Health } from '@plimsoll/streaming';

import type { Step } from './lifecycle.js';
import type { Dependency } from './readiness.js';

const PAUSES = { firstPauseMs: 250, longestPauseMs: 10_000 };

/**
 * What `action` gives, as soon as it succeeds. A retriable failure is told to `waiting` and tried again without a
 * limit, any other is thrown on. Throws `stopped` once `signal` aborts.
 */
export async function untilAvailable<T>(
  action: () => Promise<T>,
  signal: AbortSignal,
  waiting: (reason: string) => void,
): Promise<T> {
  if (signal.aborted) throw new PlimsollError('stopped', 'stopped while waiting');
  const again = (error: unknown): boolean => {
    if (!(error instanceof PlimsollError) || !error.retriable) return false;
    waiting(error.message);
    return true;
  };
  return retry(action, { ...PAUSES, again, signal });
}

/** A step of the start that waits for what it needs, says so on readiness, and gives up when the service stops. */
export function retryingStep(
  name: string,
  part: { open(): Promise<void>; close(): Promise<void> },
  waiting: (on: string, reason: string) => void,
): Step & Dependency {
  const stopping = new AbortController();
  let health: Health = { ready: false, reason: 'not started yet' };
  let opened: Promise<void> | undefined;
  const untilOpen = async (): Promise<void> => {
    await untilAvailable(
      () => part.open(),
      stopping.signal,
      (reason) => {
        if (health.ready || health.reason !== reason) waiting(name, reason);
        health = { ready: false, reason };
      },
    );
    health = { ready: true };
  };
  return {
    name,
    check: () => Promise.resolve(health),
    start: () => (opened = untilOpen()),
    stop: async () => {
      stopping.abort();
      const [opening] = await Promise.allSettled([opened]);
      if (opening.status === 'fulfilled') await part.close();
    },
  };
}
