import { randomUUID } from 'node:crypto';

import { PlimsollError } from '@plimsoll/contracts';
import { applyTopics, KafkaLog } from '@plimsoll/kafka-log';
import { parseRedisUrl, RedisConnection, RedisStateStore } from '@plimsoll/redis-store';
import { MemoryLog, MemoryStateStore, runOperator, type LogRecord, type OutgoingRecord } from '@plimsoll/streaming';
import { countingOperator, UNREADABLE } from '@plimsoll/streaming/testing/counting-operator';
import { expect } from 'vitest';

import { CountingProcess } from './counting-process.js';
import type { CountingSettings } from './counting-service.js';

const PARTITIONS = 6;
const KEYS = 40;
export const SESSION_MS = 6_000;

/** What a reader of the topic sees who knows duplicates by their bytes, and how many there were. */
interface Output {
  readonly distinct: readonly string[];
  readonly records: number;
}

/**
 * One input through counting services that a test disturbs, compared with the same input through one process in
 * memory: the set of outputs and the final state of every key are to be equal.
 */
export class CountingRun {
  readonly group = `counting-${randomUUID()}`;
  private readonly from = `in-${randomUUID()}`;
  private readonly to = `out-${randomUUID()}`;
  private readonly keyPrefix = `test-${randomUUID()}`;
  private readonly processes = new Set<CountingProcess>();
  private readonly log: KafkaLog;

  private constructor(
    private readonly options: {
      readonly brokers: string;
      readonly redisUrl: string;
      readonly commitDelayMs: number;
    },
    private readonly input: readonly OutgoingRecord[],
  ) {
    this.log = new KafkaLog({ brokers: options.brokers.split(','), sessionTimeoutMs: SESSION_MS });
  }

  static async prepare(options: {
    readonly brokers: string;
    readonly redisUrl: string;
    readonly records: number;
    readonly replicationFactor?: number;
    readonly commitDelayMs?: number;
  }): Promise<CountingRun> {
    const { brokers, redisUrl, records, replicationFactor = 1, commitDelayMs = 5 } = options;
    const input: OutgoingRecord[] = [];
    const run = new CountingRun({ brokers, redisUrl, commitDelayMs }, input);
    for (let i = 0; i < records; i += 1) {
      const text = i % 97 === 13 ? UNREADABLE : `text-${i}`;
      input.push({
        topic: run.from,
        key: `key-${(i * 7) % KEYS}`,
        value: Buffer.from(text),
        headers: { position: String(i) },
      });
    }
    const topic = { partitions: PARTITIONS, retentionMs: 3_600_000, compacted: false, key: 'any' };
    const kafka = { brokers: brokers.split(',') };
    const names = [run.from, run.to, 'dead-letters'];
    await applyTopics(
      kafka,
      names.map((name) => ({ ...topic, name })),
      { replicationFactor },
    );
    return run;
  }

  start(): CountingProcess {
    const settings: CountingSettings = {
      ...this.options,
      keyPrefix: this.keyPrefix,
      group: this.group,
      from: this.from,
      to: this.to,
      sessionTimeoutMs: SESSION_MS,
    };
    const process = new CountingProcess(settings);
    this.processes.add(process);
    return process;
  }

  /** Publishes the whole input at a steady rate, through failures of Kafka too. */
  async feed(durationMs = 0): Promise<void> {
    const steps = Math.max(1, Math.round(durationMs / 50));
    const size = Math.ceil(this.input.length / steps);
    for (let from = 0; from < this.input.length; from += size) {
      await this.publish(this.input.slice(from, from + size));
      if (durationMs > 0) await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** What Kafka refuses for now is published again: some of it twice, which makes it part of the input. */
  private async publish(records: readonly OutgoingRecord[]): Promise<void> {
    for (;;) {
      try {
        await this.log.publish(records);
        return;
      } catch (error) {
        // A test that failed has closed the log meanwhile, and says itself what was wrong.
        if (error instanceof PlimsollError && error.code === 'stopped') return;
        if (!(error instanceof PlimsollError) || !error.retriable) throw error;
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    }
  }

  /** Waits for the output and compares it and the final states with what one process gives in memory. */
  async expectSameAsInMemory(timeoutMs = 90_000): Promise<{ readonly duplicates: number }> {
    const reference = await this.inMemory();
    const output = await this.readOutput(reference.distinct.length, timeoutMs);
    expect(output.distinct).toEqual(reference.distinct);
    await expect
      .poll(() => this.states(reference.states), { timeout: 30_000, interval: 500 })
      .toEqual(reference.states);
    return { duplicates: output.records - output.distinct.length };
  }

  async close(): Promise<void> {
    await Promise.all([...this.processes].map((process) => process.kill()));
    await this.log.close();
  }

  private async readOutput(expected: number, timeoutMs: number): Promise<Output> {
    const seen = new Set<string>();
    const all = await this.readTopic(this.to, timeoutMs, (records) => {
      for (const record of records) seen.add(textOf(record));
      return seen.size >= expected;
    });
    return { distinct: [...seen].sort(), records: all.length };
  }

  /** Reads a topic until `enough` says so, and a little longer: what should not be there comes late, if it comes. */
  private async readTopic(
    topic: string,
    timeoutMs: number,
    enough: (records: readonly LogRecord[]) => boolean,
  ): Promise<readonly LogRecord[]> {
    const all: LogRecord[] = [];
    const read = { done: false };
    const consumption = await this.log.consume({
      topic,
      group: randomUUID(),
      handler: {
        assigned: () => Promise.resolve(undefined),
        batch: (_, records) => {
          all.push(...records);
          read.done = enough(records) || read.done;
          return Promise.resolve();
        },
        revoked: () => Promise.resolve(),
      },
    });
    const endMs = Date.now() + timeoutMs;
    while (!read.done) {
      if (Date.now() > endMs) throw new Error(await this.trouble(`read ${all.length} records of ${topic}`));
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    await consumption.stop();
    return all;
  }

  private async inMemory(): Promise<{ distinct: string[]; states: Map<string, string> }> {
    const names = [this.from, this.to, 'dead-letters'];
    const log = new MemoryLog({ topics: names.map((name) => ({ name, partitions: PARTITIONS })) });
    const store = new MemoryStateStore();
    const operator = countingOperator({ name: this.group, from: this.from, to: this.to });
    const running = await runOperator(operator, { log, store });
    for (const { topic, key, value } of await this.readInput()) await log.publish([{ topic, key: key ?? '', value }]);
    await log.drained();
    await running.stop();
    const states = new Map<string, string>();
    for (let partition = 0; partition < PARTITIONS; partition += 1) {
      for (const [key, state] of store.states({ group: this.group, topic: this.from, partition })) {
        states.set(`${partition} ${key}`, Buffer.from(state).toString('utf8'));
      }
    }
    return { distinct: [...new Set(log.records(this.to).map(textOf))].sort(), states };
  }

  /** What the person who reads a failed test wants to know. */
  private async trouble(what: string): Promise<string> {
    const lines = [what, `log: ${JSON.stringify(await this.log.health())}`];
    for (const { events, errors } of this.processes) lines.push(JSON.stringify([...events]), ...errors);
    return lines.join('\n');
  }

  /** The input as it lies in Kafka, in the order of each partition. */
  private async readInput(): Promise<readonly LogRecord[]> {
    const missing = new Set(this.input.map(positionOf));
    const held = await this.readTopic(this.from, 60_000, (records) => {
      for (const record of records) missing.delete(positionOf(record));
      return missing.size === 0;
    });
    return [...held].sort((a, b) => a.partition - b.partition || a.offset - b.offset);
  }

  /** The states of the same keys in Redis. Opening the tasks ends the services' ownership: nothing comes after it. */
  private async states(of: ReadonlyMap<string, string>): Promise<Map<string, string>> {
    const connection = new RedisConnection({ ...parseRedisUrl(this.options.redisUrl), keyPrefix: this.keyPrefix });
    await connection.ready(20_000);
    const store = new RedisStateStore(connection);
    const found = new Map<string, string>();
    for (let partition = 0; partition < PARTITIONS; partition += 1) {
      const lease = await store.open({ group: this.group, topic: this.from, partition });
      const keys = [...of.keys()].filter((name) => name.startsWith(`${partition} `)).map((name) => name.split(' ')[1]!);
      const states = await store.load(lease, keys, lease.nextOffset);
      keys.forEach((key, i) => {
        found.set(`${partition} ${key}`, Buffer.from(states[i] ?? []).toString('utf8'));
      });
    }
    await connection.close();
    return found;
  }
}

/** The place of a record in the input, which the driver wrote into its header. */
function positionOf({ headers }: Pick<OutgoingRecord, 'headers'>): string {
  return headers?.['position'] ?? '';
}

function textOf({ key, value, headers }: Pick<LogRecord, 'key' | 'value' | 'headers'>): string {
  return JSON.stringify([key, Buffer.from(value).toString('utf8'), headers]);
}
