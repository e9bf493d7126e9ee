import { setTimeout as wait } from 'node:timers/promises';

import { PlimsollError } from '@plimsoll/contracts';
import { retryPauseMs, type EventLog, type Health, type OutgoingRecord } from '@plimsoll/streaming';

import { pause } from '../pause.js';
import { announceLoss } from './lost-records.js';
import type { Spool } from './spool.js';

export interface OutboxOptions {
  readonly log: Pick<EventLog, 'publish'>;
  readonly spool: Spool;
  /** How long a publication may take before its records go to the spool as well. Default 2,000 ms. */
  readonly publishWithinMs?: number;
  /** Told when records begin to be spooled, and when the spool is empty again. */
  readonly onSpooling?: (spooling: boolean, reason: string) => void;
}

/** What one publication holds at most. */
const MAX_RECORDS = 256;
const MAX_BYTES = 1_048_576;
const PAUSES = { firstPauseMs: 100, longestPauseMs: 5_000 };

/**
 * Where sources that cannot wait put their records: into the event log, or, while it is away or slow, into the spool,
 * from which they follow in order once it is back. Records of one caller keep their order, as long as it waits for one
 * `accept` before the next. Where a publication that took too long succeeds after all, its records come twice, which
 * their identities show.
 */
export class Outbox {
  readonly #options: OutboxOptions;
  readonly #stopping = new AbortController();
  #draining: Promise<void> | undefined;
  #reason = '';

  constructor(options: OutboxOptions) {
    this.#options = options;
    if (!options.spool.empty) this.#drainSoon('records from before the start are spooled');
  }

  /** Records wait in the spool; they are safe there. */
  get spooling(): boolean {
    return this.#draining !== undefined;
  }

  /**
   * Resolves when every record is safe: in the event log, or on disk. Throws `unavailable` where neither takes them:
   * the caller keeps them, or has its own sender keep them. A record that the log can never take is replaced by the
   * announcement of its loss.
   */
  async accept(records: readonly OutgoingRecord[]): Promise<void> {
    for (const part of publications(records)) await this.#acceptPart(part);
  }

  /** Ready as long as records are safe somewhere; says why they are spooled. */
  health(): Promise<Health> {
    return Promise.resolve(this.#draining ? { ready: true, reason: this.#reason } : { ready: true });
  }

  /** Ends draining; what is in the spool stays there for the next start. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#draining;
    await this.#options.spool.close();
  }

  async #acceptPart(part: readonly OutgoingRecord[]): Promise<void> {
    const { spool } = this.#options;
    if (this.#draining === undefined && spool.empty) {
      const reason = await this.#published(part);
      if (reason === undefined) return;
      await spool.append(part);
      this.#drainSoon(reason);
      return;
    }
    await spool.append(part);
    this.#drainSoon(this.#reason);
  }

  /** Undefined once the log has the records; why not, where it has them not in time. */
  async #published(part: readonly OutgoingRecord[]): Promise<string | undefined> {
    const withinMs = this.#options.publishWithinMs ?? 2_000;
    const timer = new AbortController();
    const late = wait(withinMs, `nothing within ${withinMs} ms`, { signal: timer.signal });
    const done = this.#publish(part).then(
      () => undefined,
      (error: unknown) => {
        if (error instanceof PlimsollError && error.retriable) return error.message;
        throw error;
      },
    );
    try {
      return await Promise.race([done, late]);
    } finally {
      timer.abort();
      late.catch(() => undefined);
      // A publication that fails after its time was up: its records are in the spool.
      done.catch(() => undefined);
    }
  }

  /** Publishes; a record that is too large for the log goes as the announcement of its loss. */
  async #publish(part: readonly OutgoingRecord[]): Promise<void> {
    const { log } = this.#options;
    try {
      await log.publish(part);
    } catch (error) {
      if (!(error instanceof PlimsollError) || error.code !== 'too-large') throw error;
      if (part.length > 1) for (const record of part) await this.#publish([record]);
      else await log.publish(announceLoss(part, 'source-drop'));
    }
  }

  #drainSoon(reason: string): void {
    if (this.#draining !== undefined || this.#stopping.signal.aborted) return;
    this.#reason = reason;
    this.#options.onSpooling?.(true, reason);
    this.#draining = this.#drain();
  }

  async #drain(): Promise<void> {
    const { spool } = this.#options;
    const { signal } = this.#stopping;
    let failures = 0;
    while (!signal.aborted) {
      try {
        const batch = await spool.peek(MAX_BYTES);
        if (batch === undefined) {
          // An append may wait for its turn: empty says whether anything was missed.
          if (spool.empty) break;
          continue;
        }
        for (const part of publications(batch.records)) await this.#publish(part);
        await spool.release(batch);
        failures = 0;
      } catch (error) {
        // Whatever failed, the records stay where they are; the log or the disk may be back later.
        this.#reason = error instanceof Error ? error.message : 'unknown failure';
        failures += 1;
        await pause(retryPauseMs(failures, PAUSES), signal);
      }
    }
    // Also where it is stopped just then: whoever reads the log sees that nothing was left.
    if (!spool.empty) return;
    this.#draining = undefined;
    this.#options.onSpooling?.(false, '');
  }
}

function* publications(records: readonly OutgoingRecord[]): Generator<readonly OutgoingRecord[]> {
  let part: OutgoingRecord[] = [];
  let partBytes = 0;
  for (const record of records) {
    const bytes = record.value.byteLength;
    if (part.length === MAX_RECORDS || (part.length > 0 && partBytes + bytes > MAX_BYTES)) {
      yield part;
      part = [];
      partBytes = 0;
    }
    part.push(record);
    partBytes += bytes;
  }
  if (part.length > 0) yield part;
}
