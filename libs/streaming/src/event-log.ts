import type { Health } from './health.js';

/** One record as a consumer sees it. */
export interface LogRecord {
  readonly topic: string;
  readonly partition: number;
  /** Position in its partition, from 0; exact below 2^53. */
  readonly offset: number;
  readonly key: string | null;
  readonly value: Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
  readonly timestampMs: number;
}

/** One record to publish. Records of one key keep their order. */
export interface OutgoingRecord {
  readonly topic: string;
  readonly key: string;
  readonly value: Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What a consumer is told of the partitions it owns; calls for one partition never overlap. */
export interface PartitionHandler {
  /**
   * The partition is ours from now on. Returns the offset to read from (one that the log no longer holds, or not yet,
   * means the nearest it holds), or undefined for the group's own position. Called again where the log lost that position.
   * `signal` aborts when waiting is pointless.
   */
  assigned(partition: number, signal: AbortSignal): Promise<number | undefined>;
  /** Records in order, none skipped. When it resolves they are done with; when it rejects they come again. */
  batch(partition: number, records: readonly LogRecord[], context: BatchContext): Promise<void>;
  /** The partition is no longer ours. */
  revoked(partition: number): Promise<void>;
}

export interface BatchContext {
  /** False as soon as the log knows that the partition was taken away: publish and commit nothing more. */
  owned(): boolean;
  /** Aborts when the log wants the partition back or stops: finish what is in hand, but wait for nothing. */
  readonly signal: AbortSignal;
  /** Tells the log that a long batch is still alive, and learns whether the partition is still owned. */
  heartbeat(): Promise<void>;
  /** After this batch, read on from `offset` instead of the record after the last. */
  seek(offset: number): void;
  /** The offset after the partition's newest record when the batch was fetched: lag is counted from it. */
  readonly endOffset: number;
}

export interface ConsumeOptions {
  readonly topic: string;
  /** Consumers of one group share the partitions. */
  readonly group: string;
  readonly handler: PartitionHandler;
  /** Where a group without a position of its own begins. Default `earliest`. */
  readonly startAt?: 'earliest' | 'latest';
}

export interface Consumption {
  /** Finishes the batch in hand, hands the partitions back and leaves. */
  stop(): Promise<void>;
}

/** An ordered, partitioned, replayable log of records: memory or Kafka. */
export interface EventLog {
  /**
   * Resolves when every record is durable. Rejects with `unavailable` when it may be tried again (some records may be
   * in the log already), with `too-large` where the log takes no record of this size, and then publishes none.
   */
  publish(records: readonly OutgoingRecord[]): Promise<void>;
  consume(options: ConsumeOptions): Promise<Consumption>;
  /** Whether the log answers now, and if not, why: what readiness reports. */
  health(): Promise<Health>;
  close(): Promise<void>;
}
