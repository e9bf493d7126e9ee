import type { TaskId } from './state-store.js';

/** What a partition may wait for; `next-attempt` where a batch failed and is given again. */
export type Dependency = 'event-log' | 'state-store' | 'settings' | 'state-version' | 'next-attempt';

/**
 * What happens on the stream, for the log line and the metric alike. `task` says where; counts are of records.
 * `skipped` records were in the checkpoint already; `lost` ones were deleted by retention before they were read.
 */
export type StreamEvent =
  | { readonly type: 'assigned'; readonly task: TaskId; readonly epoch: number; readonly nextOffset: number }
  | { readonly type: 'revoked'; readonly task: TaskId }
  | {
      readonly type: 'processed';
      readonly task: TaskId;
      readonly records: number;
      readonly sizeBytes: number;
      readonly skipped: number;
      readonly published: number;
      /** States held in memory for the partition. */
      readonly cachedStates: number;
      /** Records between the checkpoint and the end of the partition. */
      readonly lag: number;
      readonly durationMs: number;
    }
  | { readonly type: 'dead-letter'; readonly task: TaskId; readonly reason: string; readonly offset: number }
  | { readonly type: 'lost'; readonly task: TaskId; readonly records: number }
  | {
      /** The log ends before the checkpoint: it lost records that were processed, or the topic was made anew. */
      readonly type: 'truncated';
      readonly task: TaskId;
      readonly nextOffset: number;
      readonly endOffset: number;
    }
  | { readonly type: 'settings'; readonly task: TaskId; readonly settings: string }
  | {
      readonly type: 'retry';
      readonly task: TaskId;
      readonly on: Dependency;
      readonly attempt: number;
      readonly error: unknown;
    }
  | { readonly type: 'resumed'; readonly task: TaskId; readonly on: Dependency; readonly waitedMs: number }
  | { readonly type: 'fenced'; readonly task: TaskId; readonly error: unknown }
  | { readonly type: 'handler-failed'; readonly task: TaskId; readonly error: unknown };

/** Takes each event as it happens; must not throw and must not wait. */
export type StreamObserver = (event: StreamEvent) => void;
