import { messageRecord, StreamClock, type CollectorMessage } from '@plimsoll/pipelines';
import { untilAvailable } from '@plimsoll/service-kit';
import type { EventLog, Health, OutgoingRecord } from '@plimsoll/streaming';

import type { PartitionCounts } from './partition-counts.js';

/** What one publication holds at most; a source that is faster waits. */
const MAX_RECORDS = 256;
const MAX_BYTES = 1_048_576;

/**
 * Puts messages into the event log in their order, in publications of bounded size. While the log is away it waits,
 * and with it the source: the loss, where the source cannot wait, is the source's to count.
 */
export class Publisher {
  readonly #log: Pick<EventLog, 'publish'>;
  readonly #counts: Pick<PartitionCounts, 'current'>;
  readonly #waiting = new Map<symbol, string>();

  constructor(log: Pick<EventLog, 'publish'>, counts: Pick<PartitionCounts, 'current'>) {
    this.#log = log;
    this.#counts = counts;
  }

  /** A clock for a stream that is read from its beginning to its end, by its own times. */
  async clockOf(stream: string): Promise<StreamClock> {
    return new StreamClock(stream, await this.#counts.current());
  }

  /** Publishes the next messages of such a stream, and before them how far it has come. */
  async replay(messages: readonly CollectorMessage[], clock: StreamClock, signal: AbortSignal): Promise<void> {
    if (messages.length === 0) return;
    await this.#send(clock.before(messages), signal);
    await this.publish(clock.withSilence(messages), signal);
  }

  /** The stream is at its end: nobody waits for it any more. */
  async ended(clock: StreamClock, signal: AbortSignal): Promise<void> {
    await this.#send(clock.end(), signal);
  }

  /** Resolves when every message is durable. Throws `stopped` once `signal` aborts, `too-large` as the log does. */
  async publish(messages: readonly CollectorMessage[], signal: AbortSignal): Promise<void> {
    let records: OutgoingRecord[] = [];
    let sizeBytes = 0;
    for (const message of messages) {
      const record = messageRecord(message);
      if (records.length === MAX_RECORDS || sizeBytes + record.value.byteLength > MAX_BYTES) {
        await this.#send(records, signal);
        records = [];
        sizeBytes = 0;
      }
      records.push(record);
      sizeBytes += record.value.byteLength;
    }
    await this.#send(records, signal);
  }

  /** Whether anything waits to be published. */
  health(): Promise<Health> {
    const [reason] = this.#waiting.values();
    return Promise.resolve(reason === undefined ? { ready: true } : { ready: false, reason });
  }

  async #send(records: readonly OutgoingRecord[], signal: AbortSignal): Promise<void> {
    if (records.length === 0) return;
    const wait = Symbol('wait');
    try {
      await untilAvailable(
        () => this.#log.publish(records),
        signal,
        (reason) => this.#waiting.set(wait, reason),
      );
    } finally {
      this.#waiting.delete(wait);
    }
  }
}
