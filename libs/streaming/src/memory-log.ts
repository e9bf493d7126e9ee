import { PlimsollError, type TopicDefinition } from '@plimsoll/contracts';

import { systemClock, type Clock } from './clock.js';
import type { ConsumeOptions, Consumption, EventLog, LogRecord, OutgoingRecord } from './event-log.js';
import type { Health } from './health.js';
import { MemoryAssignment } from './memory-assignment.js';
import { MemoryGroup } from './memory-group.js';
import { MemoryPartition } from './memory-partition.js';
import { partitionOf } from './partitioner.js';
import type { StreamObserver } from './stream-event.js';
import type { TopicPosition, TopicPositions } from './topic-positions.js';
import { Wake } from './wake.js';

export interface MemoryLogOptions {
  readonly topics: readonly Pick<TopicDefinition, 'name' | 'partitions'>[];
  /** Size at which a partition is full. Default 64 MiB. */
  readonly maxPartitionBytes?: number;
  /** Largest record taken. Default 1 MiB, Kafka's own. */
  readonly maxRecordBytes?: number;
  readonly maxBatchRecords?: number;
  readonly maxBatchBytes?: number;
  readonly clock?: Clock;
  readonly observer?: StreamObserver;
}

/**
 * The log in the process's own memory: the newcomer's default, the test driver and the offline evaluator.
 *
 * Bounded: a full partition forgets its oldest records once every group that reads the topic is past them; until then
 * `publish` waits, which is the backpressure up to the source. Where no group reads the topic, the oldest are dropped
 * at once and counted in `dropped`.
 */
export class MemoryLog implements EventLog, TopicPositions {
  private readonly topics = new Map<string, readonly MemoryPartition[]>();
  private readonly groups = new Map<string, Map<string, MemoryGroup>>();
  private readonly progress = new Wake();
  private readonly leave = new Set<() => Promise<void>>();
  private readonly maxPartitionBytes: number;
  private readonly maxRecordBytes: number;
  private readonly clock: Clock;
  private droppedRecords = 0;
  private closed = false;

  constructor(private readonly options: MemoryLogOptions) {
    this.maxPartitionBytes = options.maxPartitionBytes ?? 67_108_864;
    this.maxRecordBytes = options.maxRecordBytes ?? 1_048_576;
    this.clock = options.clock ?? systemClock;
    for (const { name, partitions } of options.topics) {
      this.topics.set(
        name,
        Array.from({ length: partitions }, () => new MemoryPartition()),
      );
      this.groups.set(name, new Map());
    }
  }

  /** Records forgotten before any group read them, because no group did. */
  get dropped(): number {
    return this.droppedRecords;
  }

  async publish(records: readonly OutgoingRecord[]): Promise<void> {
    for (const record of records) {
      this.partitionsOf(record.topic);
      if (record.value.byteLength > this.maxRecordBytes) {
        throw new PlimsollError(
          'too-large',
          `${record.topic}: a record of ${record.value.byteLength} bytes, the log takes ${this.maxRecordBytes}`,
        );
      }
    }
    for (const { topic, key, value, headers = {} } of records) {
      const partitions = this.partitionsOf(topic);
      const index = partitionOf(key, partitions.length);
      const partition = partitions[index]!;
      await this.makeRoom(topic, index, partition);
      const offset = partition.endOffset;
      partition.append({ topic, partition: index, offset, key, value, headers, timestampMs: this.clock.nowMs() });
    }
  }

  async consume(options: ConsumeOptions): Promise<Consumption> {
    const partitions = this.partitionsOf(options.topic);
    const groups = this.groups.get(options.topic)!;
    let group = groups.get(options.group);
    if (group === undefined) {
      group = new MemoryGroup(partitions.length, (consume, index, of) => this.assign(consume, index, of));
      groups.set(options.group, group);
    }
    const leave = await group.join(options);
    this.leave.add(leave);
    return {
      stop: async () => {
        if (!this.leave.delete(leave)) return;
        await leave();
        this.progress.notify();
      },
    };
  }

  /** Resolves when every group has read every record of its topic and finished with it. */
  async drained(): Promise<void> {
    while (!this.closed && !this.allRead()) await this.progress.wait();
  }

  /** Every record still held of a topic, partition by partition, in order: for tests and one-shot readers. */
  records(topic: string): readonly LogRecord[] {
    return this.partitionsOf(topic).flatMap((partition) => partition.read(0, Infinity, Infinity));
  }

  positions(topic: string, sinceMs = 0): Promise<readonly TopicPosition[]> {
    const positions = this.partitionsOf(topic).map((held, partition) => {
      const first = held.read(0, Infinity, Infinity).find(({ timestampMs }) => timestampMs >= sinceMs);
      return { partition, first: first?.offset ?? held.endOffset, end: held.endOffset };
    });
    return Promise.resolve(positions);
  }

  health(): Promise<Health> {
    return Promise.resolve(this.closed ? { ready: false, reason: 'the log is closed' } : { ready: true });
  }

  async close(): Promise<void> {
    this.closed = true;
    this.progress.notify();
    const leaving = [...this.leave];
    this.leave.clear();
    await Promise.all(leaving.map((leave) => leave()));
  }

  private assign(consume: ConsumeOptions, index: number, group: MemoryGroup): MemoryAssignment {
    return new MemoryAssignment({
      consume,
      index,
      partition: this.partitionsOf(consume.topic)[index]!,
      committed: group.committed.get(index),
      maxBatchRecords: this.options.maxBatchRecords ?? 500,
      maxBatchBytes: this.options.maxBatchBytes ?? 1_048_576,
      clock: this.clock,
      observer: this.options.observer ?? (() => undefined),
      advanced: (offset) => {
        group.committed.set(index, offset);
        this.progress.notify();
      },
    });
  }

  private async makeRoom(topic: string, index: number, partition: MemoryPartition): Promise<void> {
    for (;;) {
      if (this.closed) throw new PlimsollError('stopped', 'the log is closed');
      if (partition.sizeBytes < this.maxPartitionBytes) return;
      const readers = [...this.groups.get(topic)!.values()].filter((group) => group.active);
      const read = Math.min(...readers.map((group) => group.position(index) ?? 0), partition.endOffset);
      if (readers.length === 0) this.droppedRecords += 1;
      if (partition.firstOffset < read) partition.dropFirst();
      else await this.progress.wait();
    }
  }

  private allRead(): boolean {
    for (const [topic, groups] of this.groups) {
      for (const group of groups.values()) {
        if (!group.active) continue;
        const partitions = this.partitionsOf(topic);
        if (partitions.some((partition, index) => (group.position(index) ?? 0) < partition.endOffset)) return false;
      }
    }
    return true;
  }

  private partitionsOf(topic: string): readonly MemoryPartition[] {
    const partitions = this.topics.get(topic);
    if (this.closed) throw new PlimsollError('stopped', 'the log is closed');
    if (partitions === undefined) throw new PlimsollError('bad-configuration', `there is no topic ${topic}`);
    return partitions;
  }
}
