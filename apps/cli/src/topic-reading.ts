import { PlimsollError } from '@plimsoll/contracts';
import type { EventLog } from '@plimsoll/streaming';

/** A reader that is to end with its topic ends when nothing more came for this long. */
const QUIET_MS = 3_000;
/** Longer than joining a group takes. */
const TELL_MS = 5_000;
const GIVE_UP_MS = 30_000;
const STEP_MS = 200;

/** Waits until the log answers; after five seconds says so once. Throws `unavailable` where it does not within half a minute. */
export async function untilReady(
  log: Pick<EventLog, 'health'>,
  signal: AbortSignal,
  onWait: (reason: string) => void = () => undefined,
): Promise<void> {
  const startMs = performance.now();
  let told = false;
  for (;;) {
    const health = await log.health();
    if (health.ready || signal.aborted) return;
    if (performance.now() - startMs > GIVE_UP_MS) throw new PlimsollError('unavailable', `Kafka: ${health.reason}`);
    if (!told && performance.now() - startMs > TELL_MS) {
      told = true;
      onWait(health.reason);
    }
    await pause(STEP_MS, signal);
  }
}

/** Waits until nothing came for three seconds since `heardMs`, by `performance.now()`. Throws `unavailable`. */
export async function untilQuiet(
  log: Pick<EventLog, 'health'>,
  heardMs: () => number,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted && performance.now() - heardMs() < QUIET_MS) await pause(STEP_MS, signal);
  // Quiet, because everything was read, or because nothing can be.
  const health = await log.health();
  if (!signal.aborted && !health.ready) throw new PlimsollError('unavailable', `Kafka: ${health.reason}`);
}

export async function untilStopped(signal: AbortSignal): Promise<void> {
  while (!signal.aborted) await pause(STEP_MS, signal);
}

function pause(durationMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, durationMs);
    signal.addEventListener('abort', done);
  });
}
