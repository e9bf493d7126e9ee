import { DeadLetter, decodeJson, TOPICS, VerdictsRecord, type VerdictMessage } from '@plimsoll/contracts';
import type { Start } from '@plimsoll/pipelines';
import {
  isRetriable,
  MemoryLog,
  MemoryStateStore,
  runOperator,
  type LogRecord,
  type OutgoingRecord,
  type PartitionHandler,
  type Running,
} from '@plimsoll/streaming';

/** How many partitions the topics of events have here. */
export const EMBEDDED_PARTITIONS = { syscalls: TOPICS.syscalls.partitions, logs: TOPICS.logs.partitions };

/** What an embedded run gives out, as it happens. */
export interface EmbeddedOutput {
  readonly onVerdict?: (verdict: VerdictMessage, record: LogRecord) => void;
  /** A record of `alerts` as it would stand in Kafka: key, headers and value. */
  readonly onAlert?: (record: LogRecord) => void;
  readonly onDeadLetter?: (letter: DeadLetter) => void;
}

/**
 * Every service in one process, on a log and a store in memory: the newcomer's default, the test driver and the
 * offline evaluator. The operators are the services' own.
 */
export class EmbeddedTopology {
  readonly #log = new MemoryLog({
    topics: Object.values(TOPICS),
    observer: (event) => {
      // Nobody would see that a part goes on failing: the run ends with the reason instead.
      if (event.type === 'handler-failed' && !isRetriable(event.error)) this.#fail(event.error);
    },
  });
  #fail: (error: unknown) => void = () => undefined;
  readonly #failure = new Promise<never>((_, reject) => (this.#fail = reject));
  readonly #store = new MemoryStateStore();
  readonly #running: Running[] = [];

  private constructor() {
    // Rejections are seen by whoever publishes or waits.
    this.#failure.catch(() => undefined);
  }

  /** Starts the operators that `operators` hands over, and the readers of what they publish. */
  static async start(operators: (start: Start) => Promise<void>, output: EmbeddedOutput): Promise<EmbeddedTopology> {
    const topology = new EmbeddedTopology();
    await topology.#read(TOPICS.verdicts.name, (record) => {
      const message = decodeJson(VerdictsRecord, record.value, 'a verdict');
      if (message.type !== 'watermark') output.onVerdict?.(message, record);
    });
    await topology.#read(TOPICS.alerts.name, (record) => output.onAlert?.(record));
    await topology.#read(TOPICS.deadLetters.name, (record) => {
      output.onDeadLetter?.(decodeJson(DeadLetter, record.value, 'a dead letter'));
    });
    await operators(async (operator) => {
      topology.#running.push(await runOperator(operator, { log: topology.#log, store: topology.#store }));
    });
    return topology;
  }

  /** Resolves when the records are in the log; waits while the operators are behind. Rejects with what one failed on. */
  publish(records: readonly OutgoingRecord[]): Promise<void> {
    return Promise.race([this.#failure, this.#log.publish(records)]);
  }

  /** Resolves when everything published has been scored and given out. Rejects with what an operator failed on. */
  drained(): Promise<void> {
    return Promise.race([this.#failure, this.#log.drained()]);
  }

  async stop(): Promise<void> {
    for (const running of this.#running.splice(0)) await running.stop();
    await this.#log.close();
    await this.#store.close();
  }

  async #read(topic: string, take: (record: LogRecord) => void): Promise<void> {
    const handler: PartitionHandler = {
      assigned: () => Promise.resolve(undefined),
      batch(_partition, records) {
        for (const record of records) take(record);
        return Promise.resolve();
      },
      revoked: () => Promise.resolve(),
    };
    await this.#log.consume({ topic, group: 'embedded-reader', handler });
  }
}
