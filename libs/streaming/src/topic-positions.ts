/** Where a partition's records lie. */
export interface TopicPosition {
  readonly partition: number;
  /** The first record published at or after the time that was asked for, or the oldest. */
  readonly first: number;
  /** The offset after the newest record. */
  readonly end: number;
}

/** Answers where a topic's records lie: what a bounded read of it begins and ends with. */
export interface TopicPositions {
  /** In the order of partitions. Throws `unavailable` where the log does not answer or has no such topic yet. */
  positions(topic: string, sinceMs?: number): Promise<readonly TopicPosition[]>;
}
