import { TOPICS, type Progress } from '@plimsoll/contracts';
import type { TopicPositions } from '@plimsoll/streaming';

/** How long an answer holds: partitions are added seldom. */
const LIFE_MS = 60_000;

/** How many partitions the topics of events have; as they are defined, until the log has answered. */
export class PartitionCounts {
  #known: Progress['partitions'] = { syscalls: TOPICS.syscalls.partitions, logs: TOPICS.logs.partitions };
  #askedMs = Number.NEGATIVE_INFINITY;
  /** The question under way: whoever asks meanwhile awaits its answer. */
  #asking: Promise<void> | undefined;

  constructor(private readonly log: TopicPositions) {}

  async current(): Promise<Progress['partitions']> {
    const nowMs = Date.now();
    if (nowMs - this.#askedMs < LIFE_MS) return this.#known;
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = undefined;
    });
    await this.#asking;
    return this.#known;
  }

  async #ask(): Promise<void> {
    try {
      const [syscalls, logs] = await Promise.all(
        [TOPICS.syscalls.name, TOPICS.logs.name].map(async (topic) => (await this.log.positions(topic)).length),
      );
      if (syscalls! > 0 && logs! > 0) this.#known = { syscalls: syscalls!, logs: logs! };
      this.#askedMs = Date.now();
    } catch {
      // The log is away: what was known holds, and whoever comes next asks again.
    }
  }
}
