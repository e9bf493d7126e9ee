import { PlimsollError } from '@plimsoll/contracts';

import { systemClock, type Clock } from './clock.js';
import { refusalOf } from './dead-letters.js';
import type { BatchContext, EventLog, LogRecord, PartitionHandler } from './event-log.js';
import type { Operator } from './operator.js';
import { PartitionTask } from './partition-task.js';
import type { StateStore, TaskId } from './state-store.js';
import type { StreamObserver } from './stream-event.js';
import { Waiting, type Wait } from './waiting.js';

export interface ProcessorOptions {
  readonly log: Pick<EventLog, 'publish'>;
  readonly store: StateStore;
  readonly observer?: StreamObserver;
  readonly clock?: Clock;
  /** Records of one atomic step. Default 512. */
  readonly stepRecords?: number;
  /** States held in memory for each partition; more are read from the store again. Default 10 000. */
  readonly cachedStates?: number;
  /** First and longest pause between attempts. Default 50 ms and 5 s. */
  readonly firstPauseMs?: number;
  readonly longestPauseMs?: number;
}

/**
 * Runs an operator on the partitions that a log assigns. The output depends on the records alone: not on how they are
 * split in batches, nor on where a crash falls, nor on who owns the partition.
 */
export class StatefulProcessor<Message, State> implements PartitionHandler {
  private readonly tasks = new Map<number, PartitionTask<Message, State>>();
  /** Partitions whose batch failed and comes again. */
  private readonly failing = new Map<number, Wait>();
  private readonly waiting: Waiting;
  private readonly clock: Clock;
  private readonly observer: StreamObserver;

  constructor(
    private readonly operator: Operator<Message, State>,
    private readonly options: ProcessorOptions,
  ) {
    this.clock = options.clock ?? systemClock;
    this.observer = options.observer ?? (() => undefined);
    this.waiting = new Waiting(this.clock, this.observer, {
      firstPauseMs: options.firstPauseMs ?? 50,
      longestPauseMs: options.longestPauseMs ?? 5_000,
    });
  }

  /** What partitions wait for now; empty while the stream flows. */
  waits(): readonly Wait[] {
    return [...this.waiting.current(), ...this.failing.values()];
  }

  /** Partitions held now. */
  assignment(): readonly number[] {
    return [...this.tasks.keys()].sort((a, b) => a - b);
  }

  async assigned(partition: number, signal: AbortSignal): Promise<number> {
    const { log, store, stepRecords = 512, cachedStates = 10_000 } = this.options;
    const task = new PartitionTask(this.taskOf(partition), {
      operator: this.operator,
      log,
      store,
      clock: this.clock,
      observer: this.observer,
      waiting: this.waiting,
      stepRecords,
      cachedStates,
    });
    const nextOffset = await task.open(signal);
    this.tasks.set(partition, task);
    return nextOffset;
  }

  async batch(partition: number, records: readonly LogRecord[], context: BatchContext): Promise<void> {
    const task = this.tasks.get(partition);
    if (task === undefined) {
      throw new PlimsollError('stopped', `${this.operator.topic}/${partition} is not assigned`);
    }
    try {
      await task.process(records, context);
      this.failing.delete(partition);
    } catch (error) {
      this.fails(partition, error);
      throw error;
    }
  }

  revoked(partition: number): Promise<void> {
    this.failing.delete(partition);
    if (this.tasks.delete(partition)) this.observer({ type: 'revoked', task: this.taskOf(partition) });
    return Promise.resolve();
  }

  /** A batch that is given again is a wait like any other, but for one that a stop or another owner ended. */
  private fails(partition: number, error: unknown): void {
    if (this.failing.has(partition) || (error instanceof PlimsollError && error.code === 'stopped')) return;
    const reason = refusalOf(error).detail;
    const task = this.taskOf(partition);
    this.failing.set(partition, { task, on: 'next-attempt', sinceMs: this.clock.nowMs(), reason });
  }

  private taskOf(partition: number): TaskId {
    return { group: this.operator.name, topic: this.operator.topic, partition };
  }
}
