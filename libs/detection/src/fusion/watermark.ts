import { US_PER_MS, type TimeUs, type Watermark } from '@plimsoll/contracts';

/** A detector that fusion waits for, with the topic that it reads. */
export interface Reader {
  readonly detector: string;
  readonly topic: 'syscalls' | 'logs';
}

/** How far a detector has come with one partition. */
export interface Reached {
  timeUs: TimeUs;
  /** When that was last heard: the time of arrival of a record, never of this machine. */
  heardUs: TimeUs;
}

/** By detector, topic and partition. */
export type ReachedByPart = Map<string, Reached>;

/** Longest that a part which says nothing is waited for, by time of arrival. */
export const IDLE_US = 600_000 * US_PER_MS;

/**
 * Notes what a part has reached, and answers the watermark: the least of all parts but those not heard of for
 * `idleUs` (Akidau et al., The Dataflow Model, 2015). A part that was never heard of counts as one that has reached
 * nothing, so that who begins first closes nothing for the others. Undefined where every part is idle.
 *
 * It goes back where a part does: a source that begins to read what is older is not late.
 */
export function takeWatermark(
  parts: ReachedByPart,
  message: Watermark,
  arrivedUs: TimeUs,
  readers: readonly Reader[],
  idleUs: number,
): TimeUs | undefined {
  const { detector, topic, partition, timeUs, partitions } = message;
  if (partitions !== undefined) expect(parts, readers, partitions, arrivedUs);
  parts.set(partOf(detector, topic, partition), { timeUs, heardUs: arrivedUs });
  let least: TimeUs | undefined;
  for (const part of parts.values()) {
    if (part.heardUs >= arrivedUs - idleUs) least = Math.min(least ?? part.timeUs, part.timeUs);
  }
  return least;
}

function expect(
  parts: ReachedByPart,
  readers: readonly Reader[],
  partitions: NonNullable<Watermark['partitions']>,
  arrivedUs: TimeUs,
): void {
  for (const { detector, topic } of readers) {
    for (let partition = 0; partition < partitions[topic]; partition++) {
      const key = partOf(detector, topic, partition);
      if (!parts.has(key)) parts.set(key, { timeUs: 0, heardUs: arrivedUs });
    }
  }
}

function partOf(detector: string, topic: string, partition: number): string {
  return `${detector}|${topic}|${partition}`;
}
