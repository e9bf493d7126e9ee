/** One topic as the stack creates it. */
export interface TopicDefinition {
  readonly name: string;
  readonly partitions: number;
  /** -1: for ever. */
  readonly retentionMs: number;
  /** Of each key the last record stays, for as long as `retentionMs` says. */
  readonly compacted: boolean;
  /** What the record's key is; `docs` and AsyncAPI print it. */
  readonly key: string;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Every topic of Plimsoll; nothing else names one. */
export const TOPICS = {
  syscalls: { name: 'syscalls', partitions: 6, retentionMs: 6 * HOUR_MS, compacted: false, key: 'container id' },
  logs: { name: 'logs', partitions: 6, retentionMs: DAY_MS, compacted: false, key: 'what the event is scored with' },
  verdicts: { name: 'verdicts', partitions: 6, retentionMs: 7 * DAY_MS, compacted: false, key: 'application' },
  alerts: { name: 'alerts', partitions: 3, retentionMs: 30 * DAY_MS, compacted: false, key: 'incident id' },
  incidents: { name: 'incidents', partitions: 3, retentionMs: 90 * DAY_MS, compacted: true, key: 'incident id' },
  profiles: {
    name: 'profiles',
    partitions: 1,
    retentionMs: -1,
    compacted: true,
    key: 'application/workload/detector, and /report behind it for a report',
  },
  deadLetters: { name: 'dead-letters', partitions: 1, retentionMs: 7 * DAY_MS, compacted: false, key: 'as it came' },
} as const satisfies Record<string, TopicDefinition>;

/** Kafka's policies of clean-up for a topic. */
export function cleanupOf({ compacted, retentionMs }: TopicDefinition): readonly ('compact' | 'delete')[] {
  if (!compacted) return ['delete'];
  return retentionMs < 0 ? ['compact'] : ['compact', 'delete'];
}

export type TopicName = (typeof TOPICS)[keyof typeof TOPICS]['name'];
