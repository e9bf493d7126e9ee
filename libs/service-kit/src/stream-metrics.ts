import type { StreamEvent } from '@plimsoll/streaming';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** All that a partition may wait for, but for its next attempt, which is counted as a failure. */
const WAITED_FOR = ['event-log', 'state-store', 'settings', 'state-version'] as const;

/**
 * What the stream does, as Prometheus sees it. Labels come from our own groups, topics and reasons, never from data; a
 * service may read one topic in two groups.
 */
export class StreamMetrics {
  readonly #records: Counter<'group' | 'topic'>;
  readonly #bytes: Counter<'group' | 'topic'>;
  readonly #skipped: Counter<'group' | 'topic'>;
  readonly #published: Counter<'group' | 'topic'>;
  readonly #batchSeconds: Histogram<'group' | 'topic'>;
  readonly #lag: Gauge<'group' | 'topic' | 'partition'>;
  readonly #states: Gauge<'group' | 'topic' | 'partition'>;
  readonly #deadLetters: Counter<'group' | 'topic' | 'reason'>;
  readonly #lost: Counter<'group' | 'topic'>;
  readonly #truncated: Counter<'group' | 'topic'>;
  readonly #retries: Counter<'on'>;
  readonly #waitedSeconds: Counter<'on'>;
  readonly #waiting: Gauge<'group' | 'topic' | 'partition' | 'on'>;
  readonly #fenced: Counter<'group' | 'topic'>;
  readonly #failures: Counter<'group' | 'topic'>;

  constructor(registry: Registry) {
    const registers = [registry];
    const counter = <Label extends string>(name: string, help: string, labelNames: Label[]): Counter<Label> =>
      new Counter({ name: `plimsoll_${name}`, help, labelNames, registers });
    const gauge = <Label extends string>(name: string, help: string, labelNames: Label[]): Gauge<Label> =>
      new Gauge({ name: `plimsoll_${name}`, help, labelNames, registers });
    this.#records = counter('records_total', 'Records processed', ['group', 'topic']);
    this.#bytes = counter('record_bytes_total', 'Bytes of the records processed', ['group', 'topic']);
    this.#skipped = counter('records_skipped_total', 'Records that the checkpoint held already', ['group', 'topic']);
    this.#published = counter('published_records_total', 'Records published because of records of the topic', [
      'group',
      'topic',
    ]);
    this.#batchSeconds = new Histogram({
      name: 'plimsoll_batch_duration_seconds',
      help: 'Time to process, publish and commit one batch; its count is the number of batches',
      labelNames: ['group', 'topic'],
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
      registers,
    });
    this.#lag = gauge('lag_records', 'Records between checkpoint and end of the partition', [
      'group',
      'topic',
      'partition',
    ]);
    this.#states = gauge('cached_states', 'States of keys held in memory', ['group', 'topic', 'partition']);
    this.#deadLetters = counter('dead_letters_total', 'Records set aside, by reason', ['group', 'topic', 'reason']);
    this.#lost = counter('records_lost_total', 'Records that retention deleted before they were read', [
      'group',
      'topic',
    ]);
    this.#truncated = counter('truncated_partitions_total', 'Partitions found to end before their checkpoint', [
      'group',
      'topic',
    ]);
    this.#retries = counter('retries_total', 'Attempts repeated, by what failed', ['on']);
    this.#waitedSeconds = counter('waited_seconds_total', 'Time spent waiting, by what for', ['on']);
    this.#waiting = gauge('waiting', '1 while a partition waits, by what for', ['group', 'topic', 'partition', 'on']);
    this.#fenced = counter('fenced_commits_total', 'Commits refused because another owner has the partition', [
      'group',
      'topic',
    ]);
    this.#failures = counter('batch_failures_total', 'Batches that will be given again after a failure', [
      'group',
      'topic',
    ]);
  }

  observe(event: StreamEvent): void {
    const { group, topic, partition } = event.task;
    switch (event.type) {
      case 'assigned':
      case 'settings':
        return;
      case 'revoked':
        this.#lag.remove({ group, topic, partition });
        this.#states.remove({ group, topic, partition });
        for (const on of WAITED_FOR) this.#waiting.remove({ group, topic, partition, on });
        return;
      case 'processed':
        this.#records.inc({ group, topic }, event.records);
        this.#bytes.inc({ group, topic }, event.sizeBytes);
        this.#skipped.inc({ group, topic }, event.skipped);
        this.#published.inc({ group, topic }, event.published);
        this.#batchSeconds.observe({ group, topic }, event.durationMs / 1000);
        this.#lag.set({ group, topic, partition }, event.lag);
        this.#states.set({ group, topic, partition }, event.cachedStates);
        return;
      case 'dead-letter':
        this.#deadLetters.inc({ group, topic, reason: event.reason });
        return;
      case 'lost':
        this.#lost.inc({ group, topic }, event.records);
        return;
      case 'truncated':
        this.#truncated.inc({ group, topic });
        return;
      case 'retry':
        this.#retries.inc({ on: event.on });
        this.#waiting.set({ group, topic, partition, on: event.on }, 1);
        return;
      case 'resumed':
        this.#waitedSeconds.inc({ on: event.on }, event.waitedMs / 1000);
        this.#waiting.remove({ group, topic, partition, on: event.on });
        return;
      case 'fenced':
        this.#fenced.inc({ group, topic });
        return;
      case 'handler-failed':
        this.#failures.inc({ group, topic });
        return;
      default:
        event satisfies never;
    }
  }
}
