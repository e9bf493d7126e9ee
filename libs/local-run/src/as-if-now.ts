import { US_PER_MS, type TimeUs } from '@plimsoll/contracts';
import { messageTimeUs, type CollectorMessage } from '@plimsoll/pipelines';
import type { Clock } from '@plimsoll/streaming';

import { replay, type ReplaySource } from './replay.js';

/** Names of event times, wherever they stand in a message. */
const TIMES = new Set(['timeUs', 'startUs', 'endUs', 'baseTimeUs']);

/**
 * Plays episodes one after the other as if each happened now: its times are moved so that its first event is at the
 * moment when its turn comes, and no message leaves before its last event. Ends early, and whole, when `signal` aborts.
 */
export async function* asIfNow(
  episodes: readonly (readonly ReplaySource[])[],
  clock: Clock,
  signal: AbortSignal,
): AsyncGenerator<CollectorMessage> {
  for (const sources of episodes) {
    let shiftUs: number | undefined;
    for await (const message of replay(sources)) {
      shiftUs ??= clock.nowMs() * US_PER_MS - messageTimeUs(message);
      const moved = movedBy(message, shiftUs);
      const waitMs = lastTimeUs(moved) / US_PER_MS - clock.nowMs();
      if (waitMs > 0) await clock.sleep(waitMs, signal);
      if (signal.aborted) return;
      yield moved;
    }
  }
}

/** The same message at another time; identities stay. */
function movedBy(message: CollectorMessage, shiftUs: number): CollectorMessage {
  return moved(message, shiftUs) as CollectorMessage;
}

function moved(value: unknown, shiftUs: number): unknown {
  if (Array.isArray(value)) return value.map((item) => moved(item, shiftUs));
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value) || value instanceof Map) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      TIMES.has(name) && typeof inner === 'number' ? inner + shiftUs : moved(inner, shiftUs),
    ]),
  );
}

function lastTimeUs(message: CollectorMessage): TimeUs {
  const first = messageTimeUs(message);
  return message.topic === 'logs' ? first : first + (message.batch.offsetsUs.at(-1) ?? 0);
}
