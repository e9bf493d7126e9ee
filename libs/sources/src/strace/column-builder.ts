import type { CallColumns, TimeUs } from '@plimsoll/contracts';

/** Columns that grow call by call and are handed on when full. Never holds more than `capacity` calls. */
export class ColumnBuilder {
  count = 0;
  private readonly numbers: Uint16Array;
  private readonly threads: Uint32Array;
  private readonly timesUs: Float64Array;
  private readonly results: Int32Array;
  private readonly digests: Uint32Array;
  private names = new Map<number, string>();

  constructor(readonly capacity: number) {
    this.numbers = new Uint16Array(capacity);
    this.threads = new Uint32Array(capacity);
    this.timesUs = new Float64Array(capacity);
    this.results = new Int32Array(capacity);
    this.digests = new Uint32Array(capacity);
  }

  add(number: number, thread: number, timeUs: TimeUs, result: number, digest: number): void {
    const at = this.count++;
    this.numbers[at] = number;
    this.threads[at] = thread;
    this.timesUs[at] = timeUs;
    this.results[at] = result;
    this.digests[at] = digest;
  }

  name(digest: number, text: string): void {
    this.names.set(digest, text);
  }

  /** A copy of what was added since the last call; the builder starts anew. */
  take(): CallColumns {
    const { count, names } = this;
    this.count = 0;
    if (names.size > 0) this.names = new Map();
    return {
      count,
      numbers: this.numbers.slice(0, count),
      threads: this.threads.slice(0, count),
      timesUs: this.timesUs.slice(0, count),
      results: this.results.slice(0, count),
      digests: this.digests.slice(0, count),
      names: names.size > 0 ? names : NO_NAMES,
    };
  }
}

const NO_NAMES: ReadonlyMap<number, string> = new Map();
