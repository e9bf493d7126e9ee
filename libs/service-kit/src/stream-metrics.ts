import type { StreamEvent } from '@plimsoll/streaming';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** All that a partition may wait for. */
const WAITED_FOR = ['event-log', 'state-store', 'settings', 'state-version'] as const;

/** What the stream does, as Prometheus sees it. Labels come from our own topics and reasons, never from data. */
export class StreamMetrics {
  readonly #records: Counter<'topic'>;
  readonly #bytes: Counter<'topic'>;
  readonly #skipped: Counter<'topic'>;
  readonly #published: Counter<'topic'>;
  readonly #batchSeconds: Histogram<'topic'>;
  readonly #lag: Gauge<'topic' | 'partition'>;
  readonly #states: Gauge<'topic' | 'partition'>;
  readonly #deadLetters: Counter<'topic' | 'reason'>;
  readonly #lost: Counter<'topic'>;
  readonly #retries: Counter<'on'>;
  readonly #waitedSeconds: Counter<'on'>;
  readonly #waiting: Gauge<'topic' | 'partition' | 'on'>;
  readonly #fenced: Counter<'topic'>;
  readonly #failures: Counter<'topic'>;

  constructor(registry: Registry) {
    const registers = [registry];
    const counter = <Label extends string>(name: string, help: string, labelNames: Label[]): Counter<Label> =>
      new Counter({ name: `plimsoll_${name}`, help, labelNames, registers });
    const gauge = <Label extends string>(name: string, help: string, labelNames: Label[]): Gauge<Label> =>
      new Gauge({ name: `plimsoll_${name}`, help, labelNames, registers });
    this.#records = counter('records_total', 'Records processed', ['topic']);
    this.#bytes = counter('record_bytes_total', 'Bytes of the records processed', ['topic']);
    this.#skipped = counter('records_skipped_total', 'Records that the checkpoint held already', ['topic']);
    this.#published = counter('published_total', 'Records published because of records of the topic', ['topic']);
    this.#batchSeconds = new Histogram({
      name: 'plimsoll_batch_seconds',
      help: 'Time to process, publish and commit one batch; its count is the number of batches',
      labelNames: ['topic'],
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
      registers,
    });
    this.#lag = gauge('lag_records', 'Records between checkpoint and end of the partition', ['topic', 'partition']);
    this.#states = gauge('cached_states', 'States of keys held in memory', ['topic', 'partition']);
    this.#deadLetters = counter('dead_letters_total', 'Records set aside, by reason', ['topic', 'reason']);
    this.#lost = counter('records_lost_total', 'Records that retention deleted before they were read', ['topic']);
    this.#retries = counter('retries_total', 'Attempts repeated, by what failed', ['on']);
    this.#waitedSeconds = counter('waited_seconds_total', 'Time spent waiting, by what for', ['on']);
    this.#waiting = gauge('waiting', '1 while a partition waits, by what for', ['topic', 'partition', 'on']);
    this.#fenced = counter('fenced_total', 'Commits refused because another owner has the partition', ['topic']);
    this.#failures = counter('batch_failures_total', 'Batches that will be given again after a failure', ['topic']);
  }

  observe(event: StreamEvent): void {
    const { topic, partition } = event.task;
    switch (event.type) {
      case 'assigned':
      case 'settings':
        return;
      case 'revoked':
        this.#lag.remove({ topic, partition });
        this.#states.remove({ topic, partition });
        for (const on of WAITED_FOR) this.#waiting.remove({ topic, partition, on });
        return;
      case 'processed':
        this.#records.inc({ topic }, event.records);
        this.#bytes.inc({ topic }, event.sizeBytes);
        this.#skipped.inc({ topic }, event.skipped);
        this.#published.inc({ topic }, event.published);
        this.#batchSeconds.observe({ topic }, event.durationMs / 1000);
        this.#lag.set({ topic, partition }, event.lag);
        this.#states.set({ topic, partition }, event.cachedStates);
        return;
      case 'dead-letter':
        this.#deadLetters.inc({ topic, reason: event.reason });
        return;
      case 'lost':
        this.#lost.inc({ topic }, event.records);
        return;
      case 'retry':
        this.#retries.inc({ on: event.on });
        this.#waiting.set({ topic, partition, on: event.on }, 1);
        return;
      case 'resumed':
        this.#waitedSeconds.inc({ on: event.on }, event.waitedMs / 1000);
        this.#waiting.remove({ topic, partition, on: event.on });
        return;
      case 'fenced':
        this.#fenced.inc({ topic });
        return;
      case 'handler-failed':
        this.#failures.inc({ topic });
    }
  }
}
