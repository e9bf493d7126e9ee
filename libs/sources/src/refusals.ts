/** Why a line was refused. */
export type RefusalCause =
  'not of this form' | 'too long' | 'no time is known' | 'calls of a machine without a table' | 'no event within';

/** What was refused for one cause, with the beginning of the first such line: bytes as they came, for the operator alone. */
export interface Refusal {
  readonly cause: RefusalCause;
  count: number;
  readonly example: string;
}

const EXAMPLE_BYTES = 160;

/** Counts what a parser refuses, by cause. State: one example a cause. */
export class Refusals {
  readonly #byCause = new Map<RefusalCause, Refusal>();

  /** By cause, in the order in which they first came. */
  get list(): readonly Refusal[] {
    return [...this.#byCause.values()];
  }

  /** Refuses the line `bytes[start, end)` and counts it in `counts.malformed`. */
  add(counts: { malformed: number }, cause: RefusalCause, bytes: Buffer, start: number, end: number): void {
    counts.malformed++;
    const known = this.#byCause.get(cause);
    if (known) known.count++;
    else {
      const example = bytes.toString('utf8', start, Math.min(end, start + EXAMPLE_BYTES));
      this.#byCause.set(cause, { cause, count: 1, example });
    }
  }
}
