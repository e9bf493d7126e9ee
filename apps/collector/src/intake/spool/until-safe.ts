import { PlimsollError } from '@plimsoll/contracts';
import { retry, type OutgoingRecord } from '@plimsoll/streaming';

import type { Acceptor } from '../ordered-delivery.js';

const PAUSES = { firstPauseMs: 100, longestPauseMs: 5_000 };

/**
 * Hands records to the outbox, and again while it cannot take them; `onWaiting` is told why. Throws `stopped` once
 * `signal` aborts, and what waiting does not mend.
 */
export async function untilSafe(
  outbox: Acceptor,
  records: readonly OutgoingRecord[],
  signal: AbortSignal,
  onWaiting?: (reason: string) => void,
): Promise<void> {
  if (records.length === 0) return;
  const again = (error: unknown): boolean => {
    if (!(error instanceof PlimsollError) || !error.retriable) return false;
    onWaiting?.(error.message);
    return true;
  };
  await retry(() => outbox.accept(records), {
    ...PAUSES,
    again,
    signal,
    stopped: 'stopped while nothing took records',
  });
}
