import {
  encodeJson,
  encodeSyscallBatch,
  identity,
  TOPICS,
  type Gap,
  type ItemContainer,
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

/** The container whose calls or event the message carries. */
export function whereOf(message: CollectorMessage): Where {
  return message.topic === 'syscalls' ? message.batch : message.event;
}

/** The message as a record, keyed as its topic says. */
export function messageRecord(message: CollectorMessage): OutgoingRecord {
  return message.topic === 'syscalls'
    ? { topic: TOPICS.syscalls.name, key: message.batch.container, value: encodeSyscallBatch(message.batch) }
    : { topic: TOPICS.logs.name, key: message.event.key, value: encodeJson(message.event) };
}

/** Keys of `logs` that a gap is announced to: the latest that the source spoke of. */
const RECENT_KEYS = 1_024;

/** Containers of one source that hold an open batch; one that was quiet longest leaves its batch early for another. */
const OPEN_CONTAINERS = 2_048;

/** Containers of one source whose place in the numbering is remembered. */
const KNOWN_CONTAINERS = 65_536;

/** Where the calls of one of the source's containers belong. */
export type WhereOf = (of: ItemContainer) => Where;

/**
 * One source's stream as messages. Calls keep their order within their container; an event leaves as it comes. A loss
 * is announced to the containers that it may concern and, where the source yields events, to every key that it has
 * spoken of lately, so that no window is scored across it.
 */
export class CollectorPipeline {
  readonly #where: Where;
  readonly #stream: string;
  readonly #limits: BatchLimits;
  readonly #whereOf: WhereOf;
  readonly #keys = new Map<string, LogEvent>();
  readonly #open = new Map<string, CallBatcher>();
  readonly #ordinals = new Map<string, number>();

  /**
   * Without `whereOf`, every container of the source belongs to the workload that the source was opened for. `ordinals`
   * continue the numbering where an earlier run of the collector stopped.
   */
  constructor(
    where: Where,
    stream: string,
    options: {
      readonly limits?: BatchLimits;
      readonly whereOf?: WhereOf;
      readonly ordinals?: Iterable<readonly [container: string, nextOrdinal: number]>;
    } = {},
  ) {
    this.#where = where;
    this.#stream = stream;
    this.#limits = options.limits ?? DEFAULT_BATCH_LIMITS;
    this.#whereOf = options.whereOf ?? (({ container }) => ({ ...where, container }));
    for (const [container, next] of options.ordinals ?? []) this.#ordinals.set(container, next);
  }

  push(item: SourceItem): CollectorMessage[] {
    switch (item.type) {
      case 'calls': {
        const [evicted, batcher] = this.#batcher(item.of);
        return [...evicted, ...batcher.push(item.calls).map(asMessage)];
      }
      case 'event':
        return [{ topic: 'logs', event: this.#event(item) }];
      case 'gap':
        return this.#lose(item);
      case 'end':
        return this.#end(item.of);
    }
  }

  /** What is pending leaves now: for live sources, when nothing came for a while. */
  flush(): CollectorMessage[] {
    return [...this.#open.values()].flatMap((batcher) => batcher.flush().map(asMessage));
  }

  /** Tells silent containers the time, by this machine's clock: for live sources, now and then. */
  idle(nowUs: TimeUs): CollectorMessage[] {
    return [...this.#open.values()].flatMap((batcher) => batcher.idle(nowUs).map(asMessage));
  }

  /** The number of the next call of each container (`''` for the source's own), after a `flush`. */
  ordinals(): [container: string, nextOrdinal: number][] {
    const open = [...this.#open].map(([name, { nextOrdinal }]): [string, number] => [name, nextOrdinal]);
    return [...new Map([...this.#ordinals, ...open])];
  }

  /** What one of several containers did belongs where its calls do. */
  #event({ event, of }: Extract<SourceItem, { type: 'event' }>): LogEvent {
    const own = of ? { ...event, ...this.#whereOf(of), key: `${of.container}/process` } : event;
    remember(this.#keys, own.key, own, RECENT_KEYS);
    return own;
  }

  #batcher(of: ItemContainer | undefined): [CollectorMessage[], CallBatcher] {
    const name = of?.container ?? '';
    const known = this.#open.get(name);
    if (known) {
      remember(this.#open, name, known, OPEN_CONTAINERS);
      return [[], known];
    }
    const where = of ? this.#whereOf(of) : this.#where;
    const opened = new CallBatcher(where, this.#stream, this.#limits, this.#ordinals.get(name) ?? 0);
    const evicted = remember(this.#open, name, opened, OPEN_CONTAINERS);
    return [evicted ? this.#close(evicted[0], evicted[1]) : [], opened];
  }

  #close(name: string, batcher: CallBatcher): CollectorMessage[] {
    const messages = batcher.flush().map(asMessage);
    remember(this.#ordinals, name, batcher.nextOrdinal, KNOWN_CONTAINERS);
    return messages;
  }

  #end(of: ItemContainer | undefined): CollectorMessage[] {
    const ending = of ? [of.container] : [...this.#open.keys()];
    return ending.flatMap((name) => {
      const batcher = this.#open.get(name);
      this.#open.delete(name);
      return batcher ? [asMessage(batcher.end())] : [];
    });
  }

  #lose({ gap, of, only }: Extract<SourceItem, { type: 'gap' }>): CollectorMessage[] {
    const all = only === 'events' ? [] : [...this.#open.values()];
    const concerned = of ? [this.#open.get(of.container)] : all;
    const toCalls = concerned.flatMap((batcher) => batcher?.lose(gap).map(asMessage) ?? []);
    const toKeys = [...this.#keys.values()].map((event) => ({ topic: 'logs' as const, event: logGap(event, gap) }));
    return [...toCalls, ...toKeys];
  }
}

/** Sets `key` as the newest; returns the oldest entry where that made one too many, and forgets it. */
function remember<T>(map: Map<string, T>, key: string, value: T, most: number): [string, T] | undefined {
  map.delete(key);
  map.set(key, value);
  if (map.size <= most) return undefined;
  const oldest = map.entries().next().value!;
  map.delete(oldest[0]);
  return oldest;
}

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
