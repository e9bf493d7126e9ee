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
  /** The partition is ours from now on. Returns the offset to read from, or undefined for the group's own or the earliest. */
  assigned(partition: number): Promise<number | undefined>;
  /**
   * Records in order, none skipped. When it resolves they are done with; when it rejects they come again.
   * `owned()` turns false as soon as the log knows that the partition was taken away.
   */
  batch(partition: number, records: readonly LogRecord[], context: BatchContext): Promise<void>;
  /** The partition is no longer ours. */
  revoked(partition: number): Promise<void>;
}

export interface BatchContext {
  owned(): boolean;
  /** Tells the log that a long batch is still alive. */
  heartbeat(): Promise<void>;
}

export interface ConsumeOptions {
  readonly topic: string;
  /** Consumers of one group share the partitions. */
  readonly group: string;
  readonly handler: PartitionHandler;
}

export interface Consumption {
  /** Finishes the batch in hand, hands the partitions back and leaves. */
  stop(): Promise<void>;
}

/** An ordered, partitioned, replayable log of records: memory or Kafka. */
export interface EventLog {
  /** Resolves when every record is durable; rejects with `unavailable` when it may be tried again. */
  publish(records: readonly OutgoingRecord[]): Promise<void>;
  consume(options: ConsumeOptions): Promise<Consumption>;
  /** Whether the log answers now, and if not, why: what readiness reports. */
  health(): Promise<{ ready: true } | { ready: false; reason: string }>;
  close(): Promise<void>;
}
