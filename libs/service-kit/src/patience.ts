import { setTimeout as wait } from 'node:timers/promises';

import { PlimsollError } from '@plimsoll/contracts';
import type { Health } from '@plimsoll/streaming';

import type { Step } from './lifecycle.js';
import type { Dependency } from './readiness.js';

/** Pauses between attempts: doubling, up to the longest. */
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 10_000;

/**
 * What `action` gives, as soon as it succeeds. A retriable failure is told to `waiting` and tried again without a
 * limit, any other is thrown on. Throws `stopped` once `signal` aborts.
 */
export async function untilAvailable<T>(
  action: () => Promise<T>,
  signal: AbortSignal,
  waiting: (reason: string) => void,
): Promise<T> {
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
    if (signal.aborted) throw new PlimsollError('stopped', 'stopped while waiting');
    try {
      return await action();
    } catch (error) {
      if (!(error instanceof PlimsollError) || !error.retriable) throw error;
      waiting(error.message);
      // Aborted or elapsed, the loop decides.
      await wait(pauseMs, undefined, { signal }).catch(() => undefined);
    }
  }
}

/** A step of the start that waits for what it needs, says so on readiness, and gives up when the service stops. */
export function patientStep(
  name: string,
  part: { open(): Promise<void>; close(): Promise<void> },
  waiting: (on: string, reason: string) => void,
): Step & Dependency {
  const stopping = new AbortController();
  let health: Health = { ready: false, reason: 'not started yet' };
  let opened: Promise<void> | undefined;
  const patiently = async (): Promise<void> => {
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
    start: () => (opened = patiently()),
    stop: async () => {
      stopping.abort();
      const [opening] = await Promise.allSettled([opened]);
      if (opening.status === 'fulfilled') await part.close();
    },
  };
}
