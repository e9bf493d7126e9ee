import { ProfileBuilder, type CollectorMessage, type GroupProgress, type Learners } from '@plimsoll/pipelines';

import { PriorSuspects } from './prior-suspects.js';
import { calibrateOn, CALIBRATE_SHARE, teach, type Learned } from './learn-profiles.js';

/** Messages held in memory, of which the last calibrate: some 20 million calls. */
const MAX_HELD_MESSAGES = 40_000;

export interface LiveLearningReports {
  readonly onMessage?: (message: CollectorMessage) => void;
  /** Told every `everyMs` how far each profile would have come if learning ended now. */
  readonly onProgress?: (groups: readonly GroupProgress[]) => void;
  /** Default 15 s. */
  readonly everyMs?: number;
}

/**
 * Learns from what is traced now: each stream until it ends (its signal aborts it) or 40,000 messages are held, some 20
 * million calls. The last 30 % of each calibrate, so what teaches is known at the end alone; what belongs to the first
 * 70 % wherever that is, is learned meanwhile. Throws what the streams throw, and `empty-source` where there was too
 * little.
 */
export async function learnLive(
  streams: readonly AsyncIterable<CollectorMessage>[],
  learners: Learners,
  { onMessage, onProgress, everyMs = 15_000 }: LiveLearningReports = {},
): Promise<Omit<Learned, 'reports'>> {
  const builder = new ProfileBuilder(learners);
  const parts = streams.map(() => new Held(builder));
  const advance = (): void => {
    for (const part of parts) part.learn();
  };
  const told = setInterval(() => {
    advance();
    onProgress?.(builder.progress());
  }, everyMs);
  try {
    await Promise.all(
      streams.map(async (stream, i) => {
        for await (const message of stream) {
          onMessage?.(message);
          if (!parts[i]!.hold(message)) break;
        }
      }),
    );
  } finally {
    clearInterval(told);
  }
  const suspects = new PriorSuspects();
  for (const { messages } of parts) for (const message of messages) suspects.see(message);
  advance();
  for (const part of parts) part.calibrate();
  const messages = parts.reduce((sum, part) => sum + part.messages.length, 0);
  return { ...builder.finish(), messages, suspects: suspects.found() };
}

/** What one stream has given, and how much of it was learned. */
class Held {
  readonly messages: CollectorMessage[] = [];
  private learned = 0;

  constructor(private readonly builder: ProfileBuilder) {}

  /** Whether there is room for more. */
  hold(message: CollectorMessage): boolean {
    return this.messages.push(message) < MAX_HELD_MESSAGES;
  }

  /** Learns what belongs to the first part of what there is, which only grows. */
  learn(): void {
    const until = Math.ceil(this.messages.length * (1 - CALIBRATE_SHARE));
    for (; this.learned < until; this.learned++) teach(this.builder, this.messages[this.learned]!);
  }

  calibrate(): void {
    for (const message of this.messages.slice(this.learned)) calibrateOn(this.builder, message);
  }
}
