import { PlimsollError } from '@plimsoll/contracts';
import type { CollectorMessage } from '@plimsoll/pipelines';

/** What is held in memory of one source to divide it by its messages, about. */
const MAX_HELD_BYTES = 33_554_432;
/** A call of a batch, and a log event, as they are held, about. */
const CALL_BYTES = 16;
const EVENT_BYTES = 3_072;

/** A source that is read message by message, and how far its bytes are read. */
export interface DividedReading {
  readonly messages: AsyncIterator<CollectorMessage>;
  /** Share of its bytes in [0, 1]; undefined where nobody knows how many there are. */
  readonly share: () => number | undefined;
}

/**
 * One source in two parts, the last `restShare` of it apart, read once and in bounded memory. A short one is held and
 * divided by its messages. Of a longer one the first part ends where so much of its bytes is read; the rest is read when it is asked
 * for. One that is packed so well that a few reads bring all of it is counted, and read again.
 */
export class DividedSource {
  /** Messages given so far, and at the end of both parts all of them. */
  messages = 0;
  #held: CollectorMessage[] = [];
  #rest: AsyncIterator<CollectorMessage> | undefined;

  constructor(
    private readonly restShare: number,
    /** Opens the source; `again` where what it holds was given before. */
    private readonly open: (again: boolean) => DividedReading,
  ) {}

  /** The first part; to be read to its end, and before the rest. */
  async *first(): AsyncGenerator<CollectorMessage> {
    const { messages, share } = this.open(false);
    const over = (): boolean => (share() ?? 0) >= 1 - this.restShare;
    const ended = await this.#fill(messages);
    if (ended) {
      const until = Math.max(1, Math.ceil(this.#held.length * (1 - this.restShare)));
      yield* this.#given(this.#held.splice(0, until));
      return;
    }
    if (share() === undefined) {
      throw new PlimsollError(
        'too-large',
        'standard input is too long to keep a part of it for calibration: give a file, or a benign source with --calibrate',
      );
    }
    if (over()) {
      yield* this.#counted(messages);
      return;
    }
    yield* this.#given(this.#held.splice(0));
    for (let next = await messages.next(); !next.done; next = await messages.next()) {
      if (over()) {
        this.#held = [next.value];
        this.#rest = messages;
        return;
      }
      yield* this.#given([next.value]);
    }
  }

  /** What is left. */
  async *rest(): AsyncGenerator<CollectorMessage> {
    yield* this.#given(this.#held.splice(0));
    const messages = this.#rest;
    if (!messages) return;
    for (let next = await messages.next(); !next.done; next = await messages.next()) yield* this.#given([next.value]);
  }

  /** Whether the source ended before the limit. */
  async #fill(messages: AsyncIterator<CollectorMessage>): Promise<boolean> {
    let heldBytes = 0;
    for (let next = await messages.next(); !next.done; next = await messages.next()) {
      this.#held.push(next.value);
      heldBytes += next.value.topic === 'syscalls' ? 512 + next.value.batch.count * CALL_BYTES : EVENT_BYTES;
      if (heldBytes > MAX_HELD_BYTES) return false;
    }
    return true;
  }

  async *#counted(messages: AsyncIterator<CollectorMessage>): AsyncGenerator<CollectorMessage> {
    let count = this.#held.length;
    this.#held = [];
    while (!(await messages.next()).done) count++;
    const again = this.open(true).messages;
    const until = Math.ceil(count * (1 - this.restShare));
    for (let at = 0; at < until; at++) {
      const next = await again.next();
      if (next.done) return;
      yield* this.#given([next.value]);
    }
    this.#rest = again;
  }

  *#given(messages: readonly CollectorMessage[]): Generator<CollectorMessage> {
    for (const message of messages) {
      this.messages++;
      yield message;
    }
  }
}
