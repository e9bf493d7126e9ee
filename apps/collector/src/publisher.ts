import { messageRecord, type CollectorMessage } from '@plimsoll/pipelines';
import { untilAvailable } from '@plimsoll/service-kit';
import type { EventLog, Health, OutgoingRecord } from '@plimsoll/streaming';

/** What one publication holds at most; a source that is faster waits. */
const MAX_RECORDS = 256;
const MAX_BYTES = 1_048_576;

/**
 * Puts messages into the event log in their order, in publications of bounded size. While the log is away it waits,
 * and with it the source: the loss, where the source cannot wait, is the source's to count.
 */
export class Publisher {
  readonly #log: Pick<EventLog, 'publish'>;
  readonly #waiting = new Map<symbol, string>();

  constructor(log: Pick<EventLog, 'publish'>) {
    this.#log = log;
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
