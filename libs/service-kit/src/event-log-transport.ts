import { type CustomTransportStrategy, Server } from '@nestjs/microservices';
import { PlimsollError } from '@plimsoll/contracts';
import type { BatchContext, Consumption, EventLog, Health, LogRecord, PartitionHandler } from '@plimsoll/streaming';
import { lastValueFrom } from 'rxjs';

import { PartitionContext } from './partition-context.js';
import { untilAvailable } from './retrying-step.js';

/** Names this transport in `@EventPattern(topic, EVENT_LOG)`. */
export const EVENT_LOG = Symbol('event-log');

/** One topic that a service consumes: its handler method gets the batches, `ownership` learns who reads what. */
export interface ConsumedTopic {
  readonly topic: string;
  /** Services of one group share the partitions. */
  readonly group: string;
  readonly ownership: Pick<PartitionHandler, 'assigned' | 'revoked'>;
}

/**
 * Nest's transport over the event log: a handler is an `@EventPattern<string>(topic, EVENT_LOG)` method that gets a
 * whole batch, `(records: readonly LogRecord[], context: PartitionContext)`. Where it rejects, the log hears the
 * original error and gives the batch again; the controller carries `OriginalErrorFilter` for that.
 *
 * While the log is away, `listen` waits and tries again, and `health` says why; `close` ends the waiting.
 */
export class EventLogTransport extends Server implements CustomTransportStrategy {
  override transportId: symbol = EVENT_LOG;
  override readonly propagatesEventHandlerErrors = true;
  readonly #log: EventLog;
  readonly #topics: readonly ConsumedTopic[];
  readonly #closing = new AbortController();
  #consumptions: Consumption[] = [];
  #listening: Promise<void> | undefined;
  #health: Health = { ready: false, reason: 'not consuming yet' };

  constructor(log: EventLog, topics: readonly ConsumedTopic[]) {
    super();
    this.#log = log;
    this.#topics = topics;
  }

  listen(callback: (error?: unknown) => void): void {
    this.#listening = this.#consumeAll();
    this.#listening.then(
      () => {
        callback();
      },
      (error: unknown) => {
        callback(error);
      },
    );
  }

  /** Finishes the batches in hand and hands the partitions back. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.#health = { ready: false, reason: 'stopping' };
    // Its failure went to the callback of `listen`; here only its end matters.
    await this.#listening?.catch(() => undefined);
    const open = this.#consumptions;
    this.#consumptions = [];
    const stopped = await Promise.allSettled(open.map((one) => one.stop()));
    const failures = stopped.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
    if (failures.length > 0) throw new AggregateError(failures, 'a consumption did not stop cleanly');
  }

  /** Whether every topic is being consumed, and if not, what that waits on. */
  health(): Promise<Health> {
    return Promise.resolve(this.#health);
  }

  /** The transport emits no events of its own; `health` says how it is. */
  override on(event: string): never {
    throw new PlimsollError('bad-configuration', `the event log transport has no event '${event}'`);
  }

  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- Nest's signature
  override unwrap<T>(): T {
    // The caller names the type: the port is all there is to unwrap.
    return this.#log as T;
  }

  async #consumeAll(): Promise<void> {
    const unclaimed = new Set(this.messageHandlers.keys());
    for (const { topic } of this.#topics) {
      if (!unclaimed.delete(topic)) throw new PlimsollError('bad-configuration', `no method handles topic ${topic}`);
    }
    if (unclaimed.size > 0) {
      throw new PlimsollError('bad-configuration', `handled but not consumed: ${[...unclaimed].join(', ')}`);
    }
    for (const consumed of this.#topics) await this.#consume(consumed);
    this.#health = { ready: true };
  }

  async #consume({ topic, group, ownership }: ConsumedTopic): Promise<void> {
    const handler: PartitionHandler = {
      assigned: (partition, signal) => ownership.assigned(partition, signal),
      revoked: (partition) => ownership.revoked(partition),
      batch: (partition, records, context) => this.#handle(topic, partition, records, context),
    };
    const consumption = await untilAvailable(
      () => this.#log.consume({ topic, group, handler }),
      this.#closing.signal,
      (reason) => {
        this.#waitsBecause(`cannot consume ${topic} yet: ${reason}`);
      },
    );
    this.#consumptions.push(consumption);
  }

  #waitsBecause(reason: string): void {
    if (this.#health.ready || this.#health.reason !== reason) this.logger.warn(reason);
    this.#health = { ready: false, reason };
  }

  async #handle(topic: string, partition: number, records: readonly LogRecord[], context: BatchContext): Promise<void> {
    const handler = this.messageHandlers.get(topic);
    if (!handler) throw new PlimsollError('bad-configuration', `no method handles topic ${topic}`);
    // A handler answers with a promise of an observable; its failure shows only to one who awaits both.
    const answer = handler(records, new PartitionContext([topic, partition, context]));
    await lastValueFrom(this.transformToObservable<unknown>(answer), { defaultValue: undefined });
  }
}
