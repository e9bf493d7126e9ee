import { ProfileBuilder, type CollectorMessage, type Learners } from '@plimsoll/pipelines';

import { PriorSuspects } from './prior-suspects.js';
import { calibrateOn, CALIBRATE_SHARE, teach, type Learned } from './learn-profiles.js';

/** Messages held in memory, of which the last calibrate: some 20 million calls. */
const MAX_HELD_MESSAGES = 40_000;

/**
 * Learns from what is traced now: each stream until it ends (its signal aborts it) or 40,000 messages are held, some 20
 * million calls. The last 30 % of each calibrate, so nothing is learned before all have ended. Throws what the streams
 * throw, and `empty-source` where there was too little.
 */
export async function learnLive(
  streams: readonly AsyncIterable<CollectorMessage>[],
  learners: Learners,
  onMessage: (message: CollectorMessage) => void = () => undefined,
): Promise<Omit<Learned, 'reports'>> {
  const held = await Promise.all(streams.map((stream) => firstOf(stream, onMessage)));
  const builder = new ProfileBuilder(learners);
  const suspects = new PriorSuspects();
  for (const messages of held) for (const message of messages) suspects.see(message);
  const parts = held.map((messages) => {
    const until = Math.ceil(messages.length * (1 - CALIBRATE_SHARE));
    return { learn: messages.slice(0, until), calibrate: messages.slice(until) };
  });
  for (const { learn } of parts) for (const message of learn) teach(builder, message);
  for (const { calibrate } of parts) for (const message of calibrate) calibrateOn(builder, message);
  const messages = held.reduce((sum, { length }) => sum + length, 0);
  return { ...builder.finish(), messages, suspects: suspects.found() };
}

async function firstOf(
  stream: AsyncIterable<CollectorMessage>,
  onMessage: (message: CollectorMessage) => void,
): Promise<CollectorMessage[]> {
  const held: CollectorMessage[] = [];
  for await (const message of stream) {
    held.push(message);
    onMessage(message);
    if (held.length >= MAX_HELD_MESSAGES) break;
  }
  return held;
}
