import { DeadLetter, decodeJson } from '@plimsoll/contracts';
import type { LogRecord, PartitionHandler } from '@plimsoll/streaming';

/** Dead letters that are remembered, the latest. */
const MAX_LETTERS = 500;
/** Longest record that is looked at: ours have some kilobytes, and whoever may write to the topic may write more. */
const MAX_LETTER_BYTES = 32 << 10;
/** Kinds that are counted; others are only listed. */
const MAX_KINDS = 200;

export interface SeenLetter extends DeadLetter {
  readonly offset: number;
  readonly timestampMs: number;
}

/** Letters of one topic, reason and reader. */
export interface LetterCount {
  readonly topic: string;
  readonly reason: string;
  readonly by: string;
  count: number;
  lastMs: number;
}

/**
 * What the topic `dead-letters` holds, kept in memory: every replica reads the whole topic, in a group of its own, so
 * that any of them can answer.
 */
export class DeadLetterWatch implements PartitionHandler {
  #letters: SeenLetter[] = [];
  readonly #counts = new Map<string, LetterCount>();
  /** Records on the topic that are no dead letters. */
  unreadable = 0;

  assigned(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  batch(_partition: number, records: readonly LogRecord[]): Promise<void> {
    for (const record of records) this.#take(record);
    if (this.#letters.length > MAX_LETTERS) this.#letters = this.#letters.slice(-MAX_LETTERS);
    return Promise.resolve();
  }

  revoked(): Promise<void> {
    return Promise.resolve();
  }

  /** The latest first. */
  letters(): readonly SeenLetter[] {
    return this.#letters.toReversed();
  }

  /** The commonest first. */
  counts(): readonly LetterCount[] {
    return [...this.#counts.values()].sort((a, b) => b.count - a.count);
  }

  #take({ value, offset, timestampMs }: LogRecord): void {
    const letter = value.byteLength > MAX_LETTER_BYTES ? undefined : letterIn(value);
    if (letter === undefined) {
      this.unreadable += 1;
      return;
    }
    this.#letters.push({ ...letter, offset, timestampMs });
    const { reason, by, origin } = letter;
    const key = JSON.stringify([origin.topic, reason, by]);
    const known = this.#counts.get(key) ?? { topic: origin.topic, reason, by, count: 0, lastMs: timestampMs };
    if (this.#counts.size >= MAX_KINDS && !this.#counts.has(key)) return;
    known.count += 1;
    known.lastMs = Math.max(known.lastMs, timestampMs);
    this.#counts.set(key, known);
  }
}

function letterIn(value: Uint8Array): DeadLetter | undefined {
  try {
    return decodeJson(DeadLetter, value, 'a dead letter');
  } catch {
    return undefined;
  }
}
