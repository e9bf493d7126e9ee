import { setImmediate } from 'node:timers/promises';

import { PlimsollError } from '@plimsoll/contracts';
import type { BatchContext, EventLog, LogRecord, PartitionHandler } from '@plimsoll/streaming';

/** Part of a partition: records `[from, to)`. */
export interface OffsetRange {
  readonly partition: number;
  readonly from: number;
  readonly to: number;
}

/** What a record holds, with its event time. */
export interface Timed<Message> {
  readonly message: Message;
  readonly timeUs: number;
}

export interface RangeReading<Message> {
  readonly topic: string;
  /** A group of the reader's own: it must own every partition. */
  readonly group: string;
  readonly ranges: readonly OffsetRange[];
  /** Undefined passes over a record. */
  readonly decode: (record: LogRecord) => Timed<Message> | undefined;
  readonly take: (message: Message, record: LogRecord) => Promise<void> | void;
  readonly signal?: AbortSignal;
}

/** Records taken before other work of the process gets its turn. */
const TURN = 64;

/**
 * Reads a part of a topic in the order of event time over all partitions: the same records in the same order whenever it
 * is read, and from any place on. Holds one fetched batch a partition. Throws `stopped` where the signal aborts.
 */
export async function readRange<Message>(
  log: Pick<EventLog, 'consume'>,
  reading: RangeReading<Message>,
): Promise<void> {
  const range = new Range(reading);
  if (range.finished) return;
  const { topic, group, signal } = reading;
  const consumption = await log.consume({ topic, group, handler: range });
  const stop = (): void => {
    range.wake();
  };
  signal?.addEventListener('abort', stop);
  try {
    await range.run();
  } finally {
    signal?.removeEventListener('abort', stop);
    range.end();
    await consumption.stop();
  }
}

interface Part<Message> {
  readonly partition: number;
  readonly to: number;
  next: number;
  readonly queue: (Timed<Message> & { readonly record: LogRecord })[];
  /** Tells the log that the queue is empty. */
  drained: () => void;
}

class Range<Message> implements PartitionHandler {
  wake: () => void = () => undefined;
  private readonly parts = new Map<number, Part<Message>>();
  private ended = false;

  constructor(private readonly reading: RangeReading<Message>) {
    for (const { partition, from, to } of reading.ranges) {
      if (from < to) this.parts.set(partition, { partition, to, next: from, queue: [], drained: () => undefined });
    }
  }

  get finished(): boolean {
    return [...this.parts.values()].every(({ next, to, queue }) => next >= to && queue.length === 0);
  }

  assigned(partition: number): Promise<number | undefined> {
    const part = this.parts.get(partition);
    return Promise.resolve(part?.queue[0]?.record.offset ?? part?.next);
  }

  /** Resolves when the records have been taken, so that no more are fetched meanwhile. */
  async batch(partition: number, records: readonly LogRecord[], { signal }: BatchContext): Promise<void> {
    const part = this.parts.get(partition);
    const last = records.at(-1);
    if (part === undefined || last === undefined || this.ended) return;
    for (const record of records) {
      if (record.offset < part.next || record.offset >= part.to) continue;
      const timed = this.reading.decode(record);
      if (timed !== undefined) part.queue.push({ ...timed, record });
    }
    part.next = Math.max(part.next, last.offset + 1);
    this.wake();
    if (part.queue.length === 0) return;
    await new Promise<void>((resolve) => {
      part.drained = () => {
        signal.removeEventListener('abort', part.drained);
        resolve();
      };
      signal.addEventListener('abort', part.drained);
    });
  }

  revoked(): Promise<void> {
    return Promise.resolve();
  }

  /** Takes records, the earliest first, while every partition that has more to come shows one. */
  async run(): Promise<void> {
    for (let taken = 1; !this.finished; taken++) {
      if (this.reading.signal?.aborted) throw new PlimsollError('stopped', 'reading was stopped');
      const part = this.earliest();
      if (part === undefined) {
        await new Promise<void>((resolve) => (this.wake = resolve));
        continue;
      }
      const { message, record } = part.queue.shift()!;
      await this.reading.take(message, record);
      if (part.queue.length === 0) part.drained();
      if (taken % TURN === 0) await setImmediate();
    }
  }

  /** Lets go of what waits. */
  end(): void {
    this.ended = true;
    for (const part of this.parts.values()) part.drained();
  }

  private earliest(): Part<Message> | undefined {
    let found: Part<Message> | undefined;
    for (const part of this.parts.values()) {
      const head = part.queue[0];
      if (head === undefined && part.next < part.to) return undefined;
      if (head === undefined) continue;
      const before = found?.queue[0];
      const earlier = before === undefined || head.timeUs < before.timeUs;
      if (earlier || (head.timeUs === before.timeUs && part.partition < found!.partition)) found = part;
    }
    return found;
  }
}
