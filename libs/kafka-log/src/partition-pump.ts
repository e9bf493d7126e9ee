import { PlimsollError } from '@plimsoll/contracts';
import { retry, systemClock, type ConsumeOptions, type LogRecord, type StreamObserver } from '@plimsoll/streaming';

const PAUSES = { firstPauseMs: 50, longestPauseMs: 2_000 };
const BEYOND_END_MS = 10_000;

/** What a pump needs of the consumer that feeds it. */
export interface PumpHost {
  /**
   * Where the partition is read from when its handler does not say, and the bounds of what the log holds: as known to
   * all partitions of one assignment, or, with `renew`, as they are now.
   */
  offsetsOf(
    partition: number,
    renew: boolean,
  ): Promise<{ readonly start: number; readonly low: number; readonly high: number }>;
  /** Reads on from `offset`, throwing away what was fetched ahead. */
  seek(partition: number, offset: number): void;
  pause(partition: number): void;
  resume(partition: number): void;
  /** Whether the group has heard of this consumer within the session. */
  inContact(): boolean;
  heartbeat(): Promise<void>;
}

export interface FetchedBatch {
  readonly records: readonly LogRecord[];
  readonly endOffset: number;
}

/**
 * One partition in the hands of one consumer: takes what kafkajs fetches into a short queue and hands it to the handler
 * batch by batch. The fetch loop of kafkajs, and with it its heartbeat, never waits for a handler: a partition whose
 * queue is full is paused, the others go on (kafkajs#1764).
 */
export class PartitionPump {
  /** The partition is lost already: what the handler does from now on must not count. */
  lost = false;
  /** The next offset to be fetched; undefined until the partition has its offset. */
  private expected: number | undefined;
  /** The end of what the handler has done with. */
  private doneOffset: number | undefined;
  private readonly queue: FetchedBatch[] = [];
  private readonly gone = new AbortController();
  private wake: () => void = () => undefined;
  private freed: () => void = () => undefined;
  private heldBack = true;
  /** The offset at which a batch was refused because it began later. */
  private refusedAt: number | undefined;
  /** Since when the log has ended before our offset, and where it ended before the handler was told. */
  private beyondEnd: { readonly sinceMs: number; readonly high: number } | undefined;
  private readonly done: Promise<void>;

  constructor(
    private readonly partition: number,
    private readonly consume: ConsumeOptions,
    private readonly host: PumpHost,
    private readonly observer: StreamObserver,
    private readonly limits: { readonly queuedBatches: number },
    /** The last owner of the partition in this process: its calls end before ours begin. */
    before: Promise<void>,
  ) {
    this.done = this.run(before);
  }

  get finished(): Promise<void> {
    return this.done;
  }

  /** What the handler has finished with, to be committed for the tools that show lag. */
  get progress(): number | undefined {
    return this.doneOffset;
  }

  private isGone(): boolean {
    return this.gone.signal.aborted;
  }

  /** The group was joined anew and the partition is still ours: kafkajs has forgotten where it was (kafkajs#28). */
  rejoined(): void {
    if (this.expected === undefined) {
      this.host.pause(this.partition);
      return;
    }
    this.host.seek(this.partition, this.expected);
    if (this.heldBack) this.host.pause(this.partition);
    else this.host.resume(this.partition);
  }

  /**
   * Takes a fetched batch, and returns whether it belongs where the pump is. A batch that begins later than expected
   * is refused once and asked for again; where it comes again, the log really has nothing before it.
   */
  offer(records: readonly LogRecord[], lastOffset: number, endOffset: number): boolean {
    if (this.gone.signal.aborted || this.expected === undefined) return false;
    const { expected } = this;
    const fresh = records.filter(({ offset }) => offset >= expected);
    const first = fresh[0];
    if (first !== undefined && first.offset > expected && this.refusedAt !== expected) {
      this.refusedAt = expected;
      this.host.seek(this.partition, expected);
      return false;
    }
    if (lastOffset < expected) {
      if (endOffset < expected) this.loseWay();
      else this.host.seek(this.partition, expected);
      return false;
    }
    this.expected = lastOffset + 1;
    if (fresh.length > 0) this.queue.push({ records: fresh, endOffset });
    this.wake();
    return true;
  }

  /** Waits a little for room in the queue; where there comes none, the partition is paused until there is. */
  async room(waitMs: number): Promise<void> {
    if (this.isFull()) {
      const waited = new AbortController();
      const freed = new Promise<void>((resolve) => (this.freed = resolve));
      await Promise.race([freed, systemClock.sleep(waitMs, waited.signal)]);
      waited.abort();
    }
    if (!this.isFull() || this.isGone() || this.expected === undefined) return;
    this.heldBack = true;
    this.host.pause(this.partition);
  }

  private isFull(): boolean {
    return this.queue.length >= this.limits.queuedBatches;
  }

  /** The log ends before the offset that is read: it was cut or made anew, and the handler is asked for its offset again. */
  private loseWay(): void {
    this.expected = undefined;
    this.heldBack = true;
    this.host.pause(this.partition);
    this.wake();
  }

  /** The partition is lost or given back: no more batches; the one in hand ends as soon as it can. */
  async revoke(): Promise<void> {
    this.gone.abort();
    this.wake();
    this.freed();
    await this.done;
  }

  private async run(before: Promise<void>): Promise<void> {
    const { partition, consume } = this;
    await before;
    while (!this.isGone()) {
      const batch = this.queue[0];
      if (this.expected === undefined) await this.untilDone(() => this.begin());
      else if (batch !== undefined) await this.untilDone(() => this.deliver(batch));
      else await new Promise<void>((resolve) => (this.wake = resolve));
    }
    await this.untilDone(() => consume.handler.revoked(partition));
  }

  /** Asks the handler for its offset and reads from there, or from the nearest that the log holds. */
  private async begin(): Promise<void> {
    const { partition, consume, host } = this;
    // The end is asked for first: what is published after the handler was told is read by a group that begins there.
    const before = await host.offsetsOf(partition, false);
    const own = await consume.handler.assigned(partition, this.gone.signal);
    const offset = own ?? before.start;
    const { low, high } = offset > before.high ? await host.offsetsOf(partition, true) : before;
    if (this.isGone()) return;
    if (offset > high) {
      // A new leader may not know yet how far it holds the log: only what lasts is believed.
      this.beyondEnd ??= { sinceMs: Date.now(), high: before.high };
      if (Date.now() - this.beyondEnd.sinceMs < BEYOND_END_MS) {
        throw new PlimsollError(
          'unavailable',
          `the log ends at ${high}, before offset ${offset}, where reading was to begin`,
        );
      }
    }
    this.queue.length = 0;
    this.expected = Math.min(Math.max(offset, low), this.beyondEnd?.high ?? high);
    this.beyondEnd = undefined;
    this.heldBack = false;
    host.seek(partition, this.expected);
    host.resume(partition);
  }

  private async deliver(batch: FetchedBatch): Promise<void> {
    const { partition, consume, host } = this;
    const { signal } = this.gone;
    if (!host.inContact()) throw new PlimsollError('unavailable', 'the group has not heard of this consumer for long');
    let sought: number | undefined;
    await consume.handler.batch(partition, batch.records, {
      owned: () => !this.lost && host.inContact(),
      signal,
      heartbeat: () => host.heartbeat(),
      seek: (offset) => {
        sought = offset;
      },
      endOffset: batch.endOffset,
    });
    this.doneOffset = sought ?? batch.records.at(-1)!.offset + 1;
    if (signal.aborted) return;
    if (sought === undefined) {
      this.queue.shift();
    } else {
      this.queue.length = 0;
      this.expected = sought;
      this.refusedAt = undefined;
      host.seek(partition, sought);
    }
    this.freed();
    if (this.heldBack && !this.isFull()) {
      this.heldBack = false;
      host.resume(partition);
    }
  }

  /** Repeats what fails, slower each time, until it succeeds or the partition is gone. */
  private async untilDone(action: () => Promise<void>): Promise<void> {
    const { group, topic } = this.consume;
    const again = (error: unknown): boolean => {
      if (this.isGone()) return false;
      this.observer({ type: 'handler-failed', task: { group, topic, partition: this.partition }, error });
      return true;
    };
    try {
      await retry(action, { ...PAUSES, again, signal: this.gone.signal });
    } catch (error) {
      if (!this.isGone()) throw error;
    }
  }
}
