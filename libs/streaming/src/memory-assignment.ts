import type { ConsumeOptions } from './event-log.js';
import type { MemoryPartition } from './memory-partition.js';
import type { Clock } from './clock.js';
import { retry } from './retry.js';
import type { StreamObserver } from './stream-event.js';
import { Wake } from './wake.js';

const PAUSES = { firstPauseMs: 20, longestPauseMs: 2_000 };

export interface AssignmentOptions {
  readonly consume: ConsumeOptions;
  readonly index: number;
  readonly partition: MemoryPartition;
  readonly committed: number | undefined;
  readonly maxBatchRecords: number;
  readonly maxBatchBytes: number;
  readonly clock: Clock;
  readonly observer: StreamObserver;
  /** Called with the position reached after every batch. */
  readonly advanced: (offset: number) => void;
}

/** One partition in the hands of one consumer: hands out batches until it is released. */
export class MemoryAssignment {
  /** Where the consumer reads next. */
  position: number;
  private readonly released = new AbortController();
  private readonly stopping = new Wake();
  private readonly done: Promise<void>;

  constructor(private readonly options: AssignmentOptions) {
    const { committed, consume, partition } = options;
    const start = consume.startAt === 'latest' ? partition.endOffset : partition.firstOffset;
    this.position = committed ?? start;
    this.done = this.run();
  }

  /** Lets the batch in hand finish, then tells the handler that the partition is gone. */
  async release(): Promise<void> {
    this.released.abort();
    this.stopping.notify();
    await this.done;
  }

  private async run(): Promise<void> {
    const { consume, index, partition } = this.options;
    // The caller is still being set up: begin after it.
    await Promise.resolve();
    await this.untilDone(async () => {
      const position = await consume.handler.assigned(index, this.released.signal);
      if (position !== undefined) this.position = Math.min(position, partition.endOffset);
    });
    while (!this.released.signal.aborted) {
      this.position = Math.max(this.position, partition.firstOffset);
      if (this.position >= partition.endOffset) {
        await Promise.race([partition.appended.wait(), this.stopping.wait()]);
      } else {
        await this.untilDone(() => this.deliver());
        // Other loops, timers and sockets get their turn even where every promise resolves at once.
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
    await this.untilDone(() => consume.handler.revoked(index));
  }

  private async deliver(): Promise<void> {
    const { consume, index, partition, maxBatchRecords, maxBatchBytes, advanced } = this.options;
    const records = partition.read(this.position, maxBatchRecords, maxBatchBytes);
    let next = this.position + records.length;
    await consume.handler.batch(index, records, {
      owned: () => true,
      signal: this.released.signal,
      heartbeat: () => Promise.resolve(),
      seek: (offset) => {
        next = Math.min(offset, partition.endOffset);
      },
      endOffset: partition.endOffset,
    });
    this.position = next;
    advanced(next);
  }

  /** Repeats what the handler rejects, slower each time, until it succeeds or the partition is released. */
  private async untilDone(action: () => Promise<void>): Promise<void> {
    const { consume, index, clock, observer } = this.options;
    const { signal } = this.released;
    const again = (error: unknown): boolean => {
      if (signal.aborted) return false;
      observer({
        type: 'handler-failed',
        task: { group: consume.group, topic: consume.topic, partition: index },
        error,
      });
      return true;
    };
    try {
      await retry(action, { ...PAUSES, again, signal, clock });
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }
}
