import { PlimsollError } from '@plimsoll/contracts';
import {
  retryPauseMs,
  systemClock,
  type ConsumeOptions,
  type Consumption,
  type Health,
  type LogRecord,
  type StreamObserver,
} from '@plimsoll/streaming';
import type { Admin, Consumer, EachBatchPayload, IHeaders, Kafka } from 'kafkajs';

import { FetchPace } from './fetch-pace.js';
import { SHORT_RETRY } from './kafka-client.js';
import { isLostMembership, kafkaError } from './kafka-errors.js';
import { PartitionPump, type PumpHost } from './partition-pump.js';

export interface ConsumptionParts {
  readonly kafka: Kafka;
  /** Lends an administrator's connection; one that failed is not lent again. */
  readonly administer: <T>(action: (admin: Admin) => Promise<T>) => Promise<T>;
  readonly observer: StreamObserver;
  readonly sessionTimeoutMs: number;
  readonly fetchLingerMs: number;
  readonly fetchPartitionBytes: number;
}

const HEARTBEATS_PER_SESSION = 8;
const REBALANCE_TIMEOUT_MS = 30_000;
/** How soon a topic's new partitions are noticed. */
const METADATA_MAX_AGE_MS = 30_000;
/** Fetched batches of a partition that are held ready before it is paused. */
const QUEUED_BATCHES = 2;
/** How long the fetch loop waits for room in a queue before it pauses the partition and goes on with the others. */
const ROOM_WAIT_MS = 200;
/** How long a broker may hold a fetch without records; a resumed partition may wait as long for its first. */
const FETCH_WAIT_MS = 100;
/** A batch below it is little. */
const LITTLE_BYTES = 16_384;
const COMMIT_INTERVAL_MS = 1_000;
const RESTARTS = { firstPauseMs: 250, longestPauseMs: 5_000 };
/** Longer than a consumer takes to start anew, join and fetch. */
const UNREADABLE_MEMORY_MS = 4 * RESTARTS.longestPauseMs;
const OFFSETS_LIFE_MS = 500;
/** A consumer that has not fetched for so long, and was not waiting for its group, hangs. */
const SILENCE_MS = 120_000;
const DISCONNECT_TIMEOUT_MS = 15_000;

/**
 * One member of a consumer group. kafkajs fetches, keeps the membership and tells of every new assignment before it
 * fetches for it; pumps hand out the batches. When kafkajs gives up, a new consumer is made instead.
 */
export class KafkaConsumption implements Consumption, PumpHost {
  private consumer: Consumer | undefined;
  private readonly pumps = new Map<number, PartitionPump>();
  /** The ends of pumps that were revoked: the next pump of the partition waits for it. */
  private readonly ending = new Map<number, Promise<void>>();
  private readonly stopping = new AbortController();
  private leaving = false;
  /** A fetch came back and nothing has lingered since. */
  private lingerDue = false;
  private readonly pace: FetchPace;
  private beat: (() => Promise<void>) | undefined;
  private lastContactMs = 0;
  /** Ends the consumer that runs now. */
  private endRun: () => void = () => undefined;
  private trouble: string | undefined = 'has not joined its group yet';
  /** The last failure that does not pass by itself. */
  private last: { readonly atMs: number; readonly reason: string } | undefined;
  private known: { readonly atMs: number; readonly found: Promise<Map<number, Offsets>> } | undefined;
  private readonly life: Promise<void>;
  private committed = new Map<number, number>();
  private committing: Promise<void> | undefined;
  private readonly commitTimer: NodeJS.Timeout;

  constructor(
    private readonly options: ConsumeOptions,
    private readonly parts: ConsumptionParts,
  ) {
    this.pace = new FetchPace(parts.fetchLingerMs);
    this.life = this.live();
    this.commitTimer = setInterval(() => {
      this.committing ??= this.commit().finally(() => (this.committing = undefined));
    }, COMMIT_INTERVAL_MS);
  }

  health(): Health {
    const { topic, group } = this.options;
    const trouble = this.trouble ?? this.unreadable();
    if (trouble === undefined) return { ready: true };
    return { ready: false, reason: `the consumer of ${topic} in ${group} ${trouble}` };
  }

  /** A batch that cannot be read ends every consumer soon after it joined: joining alone does not clear it. */
  private unreadable(): string | undefined {
    const { last } = this;
    return last === undefined || Date.now() - last.atMs > UNREADABLE_MEMORY_MS ? undefined : last.reason;
  }

  async stop(): Promise<void> {
    this.leaving = true;
    clearInterval(this.commitTimer);
    await this.revokeAll();
    await this.committing;
    await this.commit();
    this.stopping.abort();
    this.endRun();
    await this.life;
  }

  async offsetsOf(partition: number, renew: boolean): Promise<Offsets> {
    const nowMs = Date.now();
    if (renew || this.known === undefined || nowMs - this.known.atMs > OFFSETS_LIFE_MS) {
      this.known = { atMs: nowMs, found: this.findOffsets() };
    }
    const { found } = this.known;
    try {
      const offsets = (await found).get(partition);
      if (offsets === undefined)
        throw new PlimsollError('unavailable', `Kafka does not show partition ${partition} yet`);
      return offsets;
    } catch (error) {
      this.known = undefined;
      throw kafkaError(error, 'find the offsets to read from');
    }
  }

  seek(partition: number, offset: number): void {
    this.steer((consumer, topic) => {
      consumer.seek({ topic, partition, offset: String(offset) });
    });
  }

  pause(partition: number): void {
    this.steer((consumer, topic) => {
      consumer.pause([{ topic, partitions: [partition] }]);
    });
  }

  resume(partition: number): void {
    this.steer((consumer, topic) => {
      consumer.resume([{ topic, partitions: [partition] }]);
    });
  }

  inContact(): boolean {
    return Date.now() - this.lastContactMs < this.parts.sessionTimeoutMs;
  }

  async heartbeat(): Promise<void> {
    try {
      await this.beat?.();
    } catch (error) {
      // Until the group is joined anew, what is done here counts for nothing.
      if (isLostMembership(error)) this.lastContactMs = 0;
    }
  }

  private get stopped(): boolean {
    return this.stopping.signal.aborted;
  }

  /** A consumer that has just ended takes no orders; the next one is told everything when it joins. */
  private steer(action: (consumer: Consumer, topic: string) => void): void {
    if (this.consumer === undefined) return;
    try {
      action(this.consumer, this.options.topic);
    } catch (error) {
      this.trouble ??= `does not run: ${kafkaError(error, 'consume').message}`;
    }
  }

  /** Makes consumers one after another until it is stopped. */
  private async live(): Promise<void> {
    const { signal } = this.stopping;
    for (let attempt = 1; !this.stopped; attempt += 1) {
      const startedMs = Date.now();
      try {
        await this.runConsumer();
      } catch (error) {
        const failure = kafkaError(error, `consume ${this.options.topic}`);
        this.trouble = `starts anew: ${failure.message}`;
        if (!failure.retriable) this.last = { atMs: Date.now(), reason: this.trouble };
      }
      await this.loseAll();
      if (Date.now() - startedMs > 60_000) attempt = 1;
      await systemClock.sleep(retryPauseMs(attempt, RESTARTS), signal);
    }
  }

  /** One consumer from its connection to its end. */
  private async runConsumer(): Promise<void> {
    const { kafka, sessionTimeoutMs, fetchPartitionBytes } = this.parts;
    const consumer = kafka.consumer({
      groupId: this.options.group,
      sessionTimeout: sessionTimeoutMs,
      heartbeatInterval: Math.floor(sessionTimeoutMs / HEARTBEATS_PER_SESSION),
      rebalanceTimeout: REBALANCE_TIMEOUT_MS,
      metadataMaxAge: METADATA_MAX_AGE_MS,
      allowAutoTopicCreation: false,
      minBytes: 1,
      maxWaitTimeInMs: FETCH_WAIT_MS,
      maxBytesPerPartition: fetchPartitionBytes,
      // A consumer that crashed is not started again by kafkajs, which would keep its broken connections, but by us.
      retry: { ...SHORT_RETRY, restartOnFailure: () => Promise.resolve(false) },
    });
    let activeMs = Date.now();
    consumer.on(consumer.events.FETCH, () => {
      activeMs = Date.now();
      this.lingerDue = true;
    });
    const watch = { timer: undefined as NodeJS.Timeout | undefined };
    const crashed = new Promise<Error | undefined>((resolve) => {
      watch.timer = setInterval(() => {
        if (Date.now() - activeMs > SILENCE_MS) resolve(new Error(`nothing was fetched for ${SILENCE_MS} ms`));
      }, SILENCE_MS / 10);
      consumer.on(consumer.events.CRASH, ({ payload }) => {
        resolve(payload.error);
      });
      this.endRun = () => {
        resolve(undefined);
      };
    });
    consumer.on(consumer.events.HEARTBEAT, () => {
      this.lastContactMs = Date.now();
    });
    // Called before kafkajs fetches for the new assignment: nothing is read from an offset that we have not set.
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
      if (this.consumer === consumer && !this.leaving) this.joined(payload.memberAssignment[this.options.topic] ?? []);
    });
    try {
      await consumer.connect();
      // Should retention overtake the offset we read at, kafkajs goes to the oldest record, not to the newest.
      await consumer.subscribe({ topic: this.options.topic, fromBeginning: true });
      if (this.stopped) return;
      this.consumer = consumer;
      await consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        eachBatch: (payload) => this.fetched(payload),
      });
      const error = await crashed;
      if (error !== undefined) throw error;
    } finally {
      if (this.consumer === consumer) this.consumer = undefined;
      clearInterval(watch.timer);
      await this.letGo(consumer);
    }
  }

  /** Leaves the group and closes the connections, but does not wait for a consumer that hangs. */
  private async letGo(consumer: Consumer): Promise<void> {
    // It is being thrown away; what matters was said by the error that ended it.
    const leaving = consumer.disconnect().catch(() => undefined);
    const waited = new AbortController();
    await Promise.race([leaving, systemClock.sleep(DISCONNECT_TIMEOUT_MS, waited.signal)]);
    waited.abort();
  }

  private joined(partitions: readonly number[]): void {
    this.lastContactMs = Date.now();
    this.trouble = undefined;
    this.known = undefined;
    const kept = new Set(partitions);
    for (const [partition, pump] of this.pumps) {
      if (!kept.has(partition)) this.lose(partition, pump);
    }
    for (const partition of partitions) {
      const pump = this.pumps.get(partition);
      if (pump !== undefined) {
        pump.rejoined();
        continue;
      }
      this.pause(partition);
      const before = this.ending.get(partition) ?? Promise.resolve();
      const limits = { queuedBatches: QUEUED_BATCHES };
      this.pumps.set(partition, new PartitionPump(partition, this.options, this, this.parts.observer, limits, before));
    }
  }

  /** Batches of a partition that was taken away meanwhile, or from another offset, are not looked at (kafkajs#1046). */
  private async fetched(payload: EachBatchPayload): Promise<void> {
    const { batch } = payload;
    this.beat = () => payload.heartbeat();
    const pump = this.pumps.get(batch.partition);
    if (pump === undefined || !payload.isRunning() || payload.isStale()) return;
    const lastOffset = Number(batch.lastOffset());
    const records = recordsOf(batch);
    if (!pump.offer(records, lastOffset, Number(batch.highWatermark))) return;
    payload.resolveOffset(batch.lastOffset());
    await pump.room(ROOM_WAIT_MS);
    if (!this.lingerDue || bytesOf(records) > LITTLE_BYTES) return;
    this.lingerDue = false;
    const restMs = this.pace.restMs(performance.now());
    if (restMs > 0) await systemClock.sleep(restMs);
  }

  /** The partition belongs to another consumer by now. */
  private lose(partition: number, pump: PartitionPump): void {
    pump.lost = true;
    void this.revoke(partition, pump);
  }

  private async loseAll(): Promise<void> {
    for (const [partition, pump] of [...this.pumps]) this.lose(partition, pump);
    await Promise.all(this.ending.values());
  }

  /** Gives every partition back while it is still ours, so that the batch in hand counts. */
  private async revokeAll(): Promise<void> {
    await Promise.all([...this.pumps].map(([partition, pump]) => this.revoke(partition, pump)));
  }

  private async revoke(partition: number, pump: PartitionPump): Promise<void> {
    this.pumps.delete(partition);
    const ended = pump.revoke().then(() => {
      if (this.ending.get(partition) === ended) this.ending.delete(partition);
    });
    this.ending.set(partition, ended);
    this.finished.set(partition, pump);
    await ended;
  }

  /** The last pump of each partition given back since the last commit. */
  private readonly finished = new Map<number, PartitionPump>();

  /** Commits what the handlers have finished with. Lag tools read it, and handlers that keep no offset of their own. */
  private async commit(): Promise<void> {
    const { topic } = this.options;
    const offsets: { topic: string; partition: number; offset: string }[] = [];
    const progress = new Map<number, number>();
    for (const [partition, pump] of [...this.finished, ...this.pumps]) {
      if (pump.progress === undefined || pump.lost || this.committed.get(partition) === pump.progress) continue;
      progress.set(partition, pump.progress);
      offsets.push({ topic, partition, offset: String(pump.progress) });
    }
    this.finished.clear();
    if (offsets.length === 0 || this.consumer === undefined) return;
    try {
      await this.consumer.commitOffsets(offsets);
      this.committed = new Map([...this.committed, ...progress]);
    } catch {
      // The group is changing or the broker away; the next commit carries it, and the checkpoint never depends on it.
      return;
    }
  }

  private async findOffsets(): Promise<Map<number, Offsets>> {
    const { topic, group, startAt = 'earliest' } = this.options;
    const [bounds, committedBy] = await this.parts.administer((admin) =>
      Promise.all([admin.fetchTopicOffsets(topic), admin.fetchOffsets({ groupId: group, topics: [topic] })]),
    );
    const own = new Map<number, number>();
    for (const { partitions } of committedBy) {
      for (const { partition, offset } of partitions) own.set(partition, Number(offset));
    }
    return new Map(
      bounds.map(({ partition, low, high }) => {
        const committed = own.get(partition) ?? -1;
        const first = startAt === 'earliest' ? Number(low) : Number(high);
        return [partition, { start: committed >= 0 ? committed : first, low: Number(low), high: Number(high) }];
      }),
    );
  }
}

interface Offsets {
  readonly start: number;
  readonly low: number;
  readonly high: number;
}

const NO_BYTES = new Uint8Array(0);

function recordsOf({ topic, partition, messages }: EachBatchPayload['batch']): LogRecord[] {
  return messages.map(({ offset, key, value, headers, timestamp }) => ({
    topic,
    partition,
    offset: Number(offset),
    key: key?.toString('utf8') ?? null,
    value: value ?? NO_BYTES,
    headers: headersOf(headers),
    timestampMs: Number(timestamp),
  }));
}

function bytesOf(records: readonly LogRecord[]): number {
  return records.reduce((sum, { value }) => sum + value.byteLength, 0);
}

function headersOf(headers: IHeaders | undefined): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers ?? {})) {
    const first = Array.isArray(value) ? value[0] : value;
    if (first !== undefined) texts[name] = typeof first === 'string' ? first : first.toString('utf8');
  }
  return texts;
}
