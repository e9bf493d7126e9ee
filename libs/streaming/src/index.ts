export type {
  BatchContext,
  ConsumeOptions,
  Consumption,
  EventLog,
  LogRecord,
  OutgoingRecord,
  PartitionHandler,
} from './event-log.js';
export type { Operator } from './operator.js';
export type { StateStore, TaskCommit, TaskId, TaskLease } from './state-store.js';
