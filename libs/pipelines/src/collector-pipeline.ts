import {
  encodeJson,
  encodeSyscallBatch,
  identity,
  TOPICS,
  type Gap,
  type LogEvent,
  type LogGap,
  type SourceItem,
  type SyscallBatch,
  type TimeUs,
  type Where,
} from '@plimsoll/contracts';
import type { OutgoingRecord } from '@plimsoll/streaming';

import { CallBatcher, DEFAULT_BATCH_LIMITS, type BatchLimits } from './call-batcher.js';

/** What the collector publishes: calls in batches on `syscalls`, events and their gaps on `logs`. */
export type CollectorMessage =
  { readonly topic: 'syscalls'; readonly batch: SyscallBatch } | { readonly topic: 'logs'; readonly event: LogEvent };

/** Event time at which the message begins: what a replay of several sources is ordered by. */
export function messageTimeUs(message: CollectorMessage): TimeUs {
  return message.topic === 'syscalls' ? message.batch.baseTimeUs : message.event.timeUs;
}

/** The message as a record, keyed as its topic says. */
export function messageRecord(message: CollectorMessage): OutgoingRecord {
  return message.topic === 'syscalls'
    ? { topic: TOPICS.syscalls.name, key: message.batch.container, value: encodeSyscallBatch(message.batch) }
    : { topic: TOPICS.logs.name, key: message.event.key, value: encodeJson(message.event) };
}

/**
 * One source's stream as messages. Calls keep their order; an event leaves as it comes. A loss is announced to the
 * calls' container and, where the source yields events, to every key that it has spoken of lately, so that no window
 * is judged across it.
 */
export class CollectorPipeline {
  readonly #where: Where;
  readonly #stream: string;
  readonly #limits: BatchLimits;
  readonly #keys = new Map<string, LogEvent>();
  #batcher: CallBatcher | undefined;

  constructor(where: Where, stream: string, limits: BatchLimits = DEFAULT_BATCH_LIMITS) {
    this.#where = where;
    this.#stream = stream;
    this.#limits = limits;
  }

  push(item: SourceItem): CollectorMessage[] {
    switch (item.type) {
      case 'calls':
        return this.#calls().push(item.calls).map(asMessage);
      case 'event':
        this.#remember(item.event);
        return [{ topic: 'logs', event: item.event }];
      case 'gap':
        return this.#lose(item.gap);
      case 'end':
        return this.#batcher ? [asMessage(this.#batcher.end())] : [];
    }
  }

  /** What is pending leaves now: for live sources, when nothing came for a while. */
  flush(): CollectorMessage[] {
    return this.#batcher?.flush().map(asMessage) ?? [];
  }

  #calls(): CallBatcher {
    this.#batcher ??= new CallBatcher(this.#where, this.#stream, this.#limits);
    return this.#batcher;
  }

  #remember(event: LogEvent): void {
    this.#keys.delete(event.key);
    this.#keys.set(event.key, event);
    if (this.#keys.size > RECENT_KEYS) this.#keys.delete(this.#keys.keys().next().value!);
  }

  #lose(gap: Gap): CollectorMessage[] {
    const toCalls = this.#batcher?.lose(gap).map(asMessage) ?? [];
    const toKeys = [...this.#keys.values()].map((event) => ({ topic: 'logs' as const, event: logGap(event, gap) }));
    return [...toCalls, ...toKeys];
  }
}

/** Keys of `logs` that a gap is announced to: the latest that the source spoke of. */
const RECENT_KEYS = 1_024;

function asMessage(batch: SyscallBatch): CollectorMessage {
  return { topic: 'syscalls', batch };
}

function logGap(event: LogEvent, gap: Gap): LogGap {
  const { application, workload, container, stream, key } = event;
  return {
    application,
    workload,
    container,
    schema: 1,
    id: identity('gap', stream, key, gap.startUs, gap.endUs),
    timeUs: gap.endUs,
    stream,
    key,
    type: 'gap',
    of: event.type === 'gap' ? event.of : event.type,
    gap,
  };
}
