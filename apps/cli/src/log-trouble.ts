import process from 'node:process';

import type { Health } from '@plimsoll/streaming';

const LOOK_EVERY_MS = 2_000;

/** Tells on standard error why the log does not go on, and when it does again, until `signal` is aborted. */
export function tellLogTrouble(log: { health(): Promise<Health> }, signal: AbortSignal): void {
  let told: string | undefined;
  let looking = false;
  const look = async (): Promise<void> => {
    looking = true;
    const health = await log.health();
    looking = false;
    const reason = health.ready ? undefined : health.reason;
    if (signal.aborted || reason === told) return;
    process.stderr.write(reason === undefined ? 'Kafka is read again\n' : `waiting: ${reason}\n`);
    told = reason;
  };
  const timer = setInterval(() => {
    if (!looking) void look();
  }, LOOK_EVERY_MS);
  signal.addEventListener('abort', () => {
    clearInterval(timer);
  });
}
