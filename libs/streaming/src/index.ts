export { systemClock, type Clock } from './clock.js';
export { deadLetterOf, refusalOf, type Refusal } from './dead-letters.js';
export type {
  BatchContext,
  ConsumeOptions,
  Consumption,
  EventLog,
  LogRecord,
  OutgoingRecord,
  PartitionHandler,
} from './event-log.js';
export type { Health } from './health.js';
export type { LearningStore } from './learning-store.js';
export { MemoryLearningStore } from './memory-learning-store.js';
export { MemoryLog, type MemoryLogOptions } from './memory-log.js';
export { MemoryStateStore } from './memory-state-store.js';
export type { Operator, OperatorSettings, StepResult } from './operator.js';
export { MemoryProfileStore } from './memory-profile-store.js';
export { partitionOf } from './partitioner.js';
export { PickedRecords } from './picked-records.js';
export {
  LEARNING_KEPT_MS,
  MAX_LEARNING,
  MAX_PROFILE_BYTES,
  PROFILE_HISTORY,
  type ProfileChange,
  type ProfilePointer,
  type ProfileSlot,
  type ProfileStore,
} from './profile-store.js';
export { retry, retryPauseMs, type RetryOptions, type RetryPauses } from './retry.js';
export { runOperator, type Running, type RunOptions } from './run-operator.js';
export type { StateStore, StoredState, TaskCommit, TaskId, TaskLease } from './state-store.js';
export { StatefulProcessor, type ProcessorOptions } from './stateful-processor.js';
export type { Dependency, StreamEvent, StreamObserver } from './stream-event.js';
export { isRetriable, type Wait } from './waiting.js';
export type { TopicPosition, TopicPositions } from './topic-positions.js';
