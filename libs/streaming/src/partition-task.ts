import { PlimsollError, TOPICS } from '@plimsoll/contracts';

import type { Clock } from './clock.js';
import { deadLetterOf, refusalOf, type Refusal } from './dead-letters.js';
import type { BatchContext, EventLog, LogRecord, OutgoingRecord } from './event-log.js';
import type { Operator, OperatorSettings } from './operator.js';
import { StateCache } from './state-cache.js';
import type { StateStore, TaskId, TaskLease } from './state-store.js';
import { runStep, type Item, type Outcome } from './run-step.js';
import type { StreamObserver } from './stream-event.js';
import type { Waiting } from './waiting.js';

/** Longest key of a state, in UTF-16 units. */
const MAX_KEY_LENGTH = 1_024;

export interface TaskParts<Message, State> {
  readonly operator: Operator<Message, State>;
  readonly log: Pick<EventLog, 'publish'>;
  readonly store: StateStore;
  readonly clock: Clock;
  readonly observer: StreamObserver;
  readonly waiting: Waiting;
  /** Records of one atomic step. */
  readonly stepRecords: number;
  /** States held in memory. */
  readonly cachedStates: number;
}

/**
 * One partition in the hands of this process, from its assignment to its loss. Every step publishes what follows from
 * its records and then writes states and checkpoint in one: a crash between the two publishes the same bytes again.
 */
export class PartitionTask<Message, State> {
  private lease: TaskLease | undefined;
  private nextOffset: number | undefined;
  private settings = '';
  /** Nothing was read yet since the task was taken over. */
  private justOpened = true;
  private readonly cache: StateCache<State>;
  /** Offsets that the operator failed on, found by trying: refused when their step is done again. */
  private readonly poison = new Map<number, Refusal>();

  constructor(
    private readonly task: TaskId,
    private readonly parts: TaskParts<Message, State>,
  ) {
    this.cache = new StateCache(parts.cachedStates, (key, state) => parts.operator.stateTtlMs(key, state));
  }

  /** Takes the task over and returns where to read from: without a checkpoint, from the oldest record. */
  async open(signal: AbortSignal): Promise<number> {
    const { store, observer, waiting } = this.parts;
    this.forget();
    this.lease = await waiting.until(this.task, 'state-store', signal, () => store.open(this.task));
    this.nextOffset = this.lease.nextOffset;
    this.settings = this.lease.settings;
    this.justOpened = true;
    if (this.lease.nextOffset !== undefined) await this.prepareSettings(signal);
    const nextOffset = this.nextOffset ?? 0;
    observer({ type: 'assigned', task: this.task, epoch: this.lease.epoch, nextOffset });
    return nextOffset;
  }

  /** Drops what is held in memory: the store's copy counts. */
  forget(): void {
    this.cache.clear();
  }

  async process(records: readonly LogRecord[], context: BatchContext): Promise<void> {
    const { observer, stepRecords } = this.parts;
    try {
      for (let from = 0; from < records.length; from += stepRecords) {
        if (from > 0) {
          await context.heartbeat();
          if (context.signal.aborted) throw new PlimsollError('stopped', 'the partition is wanted back');
        }
        await this.step(records.slice(from, from + stepRecords), context);
      }
    } catch (error) {
      // States in memory may be ahead of the checkpoint now.
      this.forget();
      if (!(error instanceof PlimsollError) || error.code !== 'fenced') throw error;
      observer({ type: 'fenced', task: this.task, error });
      await context.heartbeat();
      this.checkOwned(context);
      // Still ours as far as the log knows: the store forgot acknowledged writes, or the other owner is the old one.
      context.seek(await this.open(context.signal));
    }
  }

  private async step(records: readonly LogRecord[], context: BatchContext): Promise<void> {
    const { clock, observer } = this.parts;
    const startedMs = clock.nowMs();
    const expected = this.expectedOffset(records, context);
    const fresh = records.filter(({ offset }) => offset >= expected);
    const first = fresh[0];
    if (first === undefined) return;
    if (this.nextOffset !== undefined && first.offset > expected) {
      observer({ type: 'lost', task: this.task, records: first.offset - expected });
    }
    await this.moveSettings(first.offset, context);
    const items = fresh.map((record) => this.read(record));
    const outcome = await this.stepAll(items, context);
    await this.publish(outcome.publish, context);
    const nextOffset = fresh.at(-1)!.offset + 1;
    await this.commit(nextOffset, outcome, context);
    const nowMs = clock.nowMs();
    for (const key of outcome.remove) this.cache.delete(key);
    for (const [key, state] of outcome.put) this.cache.set(key, state, nowMs);
    this.poison.clear();
    observer({
      type: 'processed',
      task: this.task,
      records: fresh.length,
      sizeBytes: fresh.reduce((sum, record) => sum + record.value.byteLength, 0),
      skipped: records.length - fresh.length,
      published: outcome.publish.length,
      cachedStates: this.cache.size,
      lag: Math.max(0, context.endOffset - nextOffset),
      durationMs: nowMs - startedMs,
    });
  }

  /**
   * The first offset that is not in the checkpoint. A log that ends before the checkpoint, when it is read for the
   * first time, has lost its end or was made anew: then what it holds is new.
   */
  private expectedOffset(records: readonly LogRecord[], context: BatchContext): number {
    const { nextOffset } = this;
    const truncated = this.justOpened && nextOffset !== undefined && context.endOffset < nextOffset;
    this.justOpened = false;
    if (!truncated) return nextOffset ?? 0;
    this.parts.observer({ type: 'truncated', task: this.task, nextOffset, endOffset: context.endOffset });
    return records[0]?.offset ?? 0;
  }

  private read(record: LogRecord): Item<Message> {
    const { operator } = this.parts;
    const poison = this.poison.get(record.offset);
    if (poison !== undefined) return { record, refusal: poison };
    try {
      const message = operator.decode(record);
      const key = operator.key(message);
      if (key.length <= MAX_KEY_LENGTH) return { record, message, key };
      return { record, refusal: { reason: 'bad-message', detail: `key of ${key.length} characters` } };
    } catch (error) {
      return { record, refusal: refusalOf(error) };
    }
  }

  /** Steps every message in order. One that the operator fails on is refused, and the step is done again without it. */
  private async stepAll(items: readonly Item<Message>[], context: BatchContext): Promise<Outcome<State>> {
    const { operator, observer } = this.parts;
    const suspects = new Set<string>();
    for (let rest = items; ;) {
      const states = await this.loadStates(rest, context);
      const done = runStep(operator, rest, states, this.settings, suspects);
      if ('bytes' in done) {
        for (const { record, refusal } of done.refused) {
          observer({ type: 'dead-letter', task: this.task, reason: refusal.reason, offset: record.offset });
        }
        return done;
      }
      this.forget();
      if ('suspect' in done) {
        suspects.add(done.suspect);
        continue;
      }
      const { failed, refusal } = done;
      this.poison.set(failed.offset, refusal);
      rest = rest.map((item) => (item.record.offset === failed.offset ? { record: item.record, refusal } : item));
    }
  }

  /** The states of every key in `items`, from memory or from the store, which is asked once. */
  private async loadStates(items: readonly Item<Message>[], context: BatchContext): Promise<Map<string, State>> {
    const { operator, store, clock, waiting } = this.parts;
    const states = new Map<string, State>();
    const missing = new Set<string>();
    const nowMs = clock.nowMs();
    for (const item of items) {
      if (!('key' in item) || states.has(item.key)) continue;
      const state = this.cache.get(item.key, nowMs);
      if (state === undefined) missing.add(item.key);
      else states.set(item.key, state);
    }
    if (missing.size === 0) return states;
    const keys = [...missing];
    const [lease, checkpoint] = [this.held(), this.nextOffset];
    const loaded = await this.waitOwned(context, 'state-store', () => store.load(lease, keys, checkpoint));
    // A state of an unknown version is not guessed at: the partition waits for a release that reads it.
    await waiting.until(
      this.task,
      'state-version',
      context.signal,
      () =>
        new Promise<void>((resolve) => {
          for (const [i, key] of keys.entries()) {
            const bytes = loaded[i];
            if (bytes !== undefined) states.set(key, operator.decodeState(bytes));
          }
          resolve();
        }),
      () => true,
    );
    return states;
  }

  private async publish(records: readonly OutgoingRecord[], context: BatchContext): Promise<void> {
    if (records.length === 0) return;
    const { log } = this.parts;
    this.checkOwned(context);
    try {
      await this.waitOwned(context, 'event-log', () => log.publish(records));
    } catch (error) {
      if (!(error instanceof PlimsollError) || error.code !== 'too-large') throw error;
      for (const record of records) await this.publishOne(record, context);
    }
  }

  /** Publishes one record, or, where the log takes none of its size, a dead letter that says so. */
  private async publishOne(record: OutgoingRecord, context: BatchContext): Promise<void> {
    const { log, operator, observer } = this.parts;
    try {
      await this.waitOwned(context, 'event-log', () => log.publish([record]));
    } catch (error) {
      const tooLarge = error instanceof PlimsollError && error.code === 'too-large';
      if (!tooLarge || record.topic === TOPICS.deadLetters.name) throw error;
      const offset = this.nextOffset ?? 0;
      const unsent = { ...record, partition: -1, offset, headers: {}, timestampMs: 0 };
      const letter = deadLetterOf(unsent, refusalOf(error), operator.name);
      await this.waitOwned(context, 'event-log', () => log.publish([letter]));
      observer({ type: 'dead-letter', task: this.task, reason: 'too-large', offset });
    }
  }

  private async commit(
    nextOffset: number,
    { put, bytes, remove }: Outcome<State>,
    context: BatchContext,
  ): Promise<void> {
    const { operator, store } = this.parts;
    const lease = this.held();
    const commit = {
      previousOffset: this.nextOffset,
      nextOffset,
      settings: this.settings,
      put: new Map(
        [...bytes].map(([key, state]) => [key, { bytes: state, ttlMs: operator.stateTtlMs(key, put.get(key)!) }]),
      ),
      remove: [...remove],
    };
    this.checkOwned(context);
    await this.waitOwned(context, 'state-store', () => store.commit(lease, commit));
    this.nextOffset = nextOffset;
  }

  /** Writes changed settings into the checkpoint before any record is scored by them. */
  private async moveSettings(firstOffset: number, context: BatchContext): Promise<void> {
    const { settings } = this.parts.operator;
    if (settings === undefined) return;
    const wanted = await this.usable(settings, context);
    if (wanted === this.settings && this.nextOffset !== undefined) return;
    const { store, observer } = this.parts;
    const lease = this.held();
    const nextOffset = this.nextOffset ?? firstOffset;
    const move = { previousOffset: this.nextOffset, nextOffset, settings: wanted, put: new Map(), remove: [] };
    await this.waitOwned(context, 'state-store', () => store.commit(lease, move));
    this.nextOffset = nextOffset;
    this.settings = wanted;
    observer({ type: 'settings', task: this.task, settings: wanted });
  }

  /** The settings wanted, prepared. Where they cannot be, and others are wanted thereupon, those. */
  private async usable(settings: OperatorSettings, context: BatchContext): Promise<string> {
    for (let wanted = settings.wanted(); ;) {
      if (wanted === this.settings && this.nextOffset !== undefined) return wanted;
      try {
        const text = wanted;
        await this.waitOwned(context, 'settings', () => settings.prepare(text));
        return wanted;
      } catch (error) {
        this.checkOwned(context);
        const next = settings.wanted();
        if (next === wanted) throw error;
        wanted = next;
      }
    }
  }

  private async prepareSettings(signal: AbortSignal): Promise<void> {
    const { waiting, operator } = this.parts;
    const { settings } = operator;
    if (settings === undefined) return;
    try {
      await waiting.until(this.task, 'settings', signal, () => settings.prepare(this.settings));
    } catch (error) {
      if (signal.aborted) throw error;
      // What was active is gone; the next step moves to what is wanted.
      this.settings = '';
    }
  }

  private waitOwned<T>(
    context: BatchContext,
    on: 'event-log' | 'state-store' | 'settings',
    action: () => Promise<T>,
  ): Promise<T> {
    return this.parts.waiting.until(this.task, on, context.signal, () => {
      this.checkOwned(context);
      return action();
    });
  }

  private checkOwned(context: BatchContext): void {
    if (!context.owned()) {
      const { topic, partition } = this.task;
      throw new PlimsollError('stopped', `${topic}/${partition} was taken away`);
    }
  }

  private held(): TaskLease {
    if (this.lease === undefined) throw new PlimsollError('stopped', 'the partition was never assigned');
    return this.lease;
  }
}
