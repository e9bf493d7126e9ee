import { I386_OFFSET, ORDINAL_STEP_US, CALL_NUMBERS, type SourceItem } from '@plimsoll/contracts';

import { noCounts, type SourceCounts, type SourceParser } from '../source.js';
import { Refusals, type Refusal } from '../refusals.js';
import { isDigit } from '../bytes/byte-search.js';

/** Calls handed on at a time. */
const BATCH_CALLS = 16_384;
const MAX_DIGITS = 4;
const NO_NAMES: ReadonlyMap<number, string> = new Map();

/**
 * Calls of an ADFA-LD trace: numbers of i386 calls between blanks, one trace of one process a file, no times, threads or
 * results. A call is `I386_OFFSET` + its number; the n-th, from 0, is at n steps of `ORDINAL_STEP_US`. Each number
 * counts as one of `counts.lines`.
 *
 * Source: Creech and Hu, "Generation of a new IDS test dataset", WCNC 2013. State: 16,384 numbers.
 */
export class AdfaLdParser implements SourceParser {
  readonly counts: SourceCounts = noCounts();
  readonly #refusals = new Refusals();
  readonly #numbers = new Uint16Array(BATCH_CALLS);
  #held = 0;
  #ordinal = 0;
  #value = 0;
  #digits = 0;
  #strange = false;
  #items: SourceItem[] = [];

  get refusals(): readonly Refusal[] {
    return this.#refusals.list;
  }

  push(chunk: Uint8Array): readonly SourceItem[] {
    for (const byte of chunk) {
      if (isDigit(byte)) {
        if (this.#digits++ < MAX_DIGITS) this.#value = this.#value * 10 + byte - 48;
      } else if (byte === 32 || (byte >= 9 && byte <= 13)) this.#word();
      else this.#strange = true;
    }
    return this.#take();
  }

  end(): readonly SourceItem[] {
    this.#word();
    return [...this.#take(), { type: 'end' }];
  }

  #word(): void {
    if (this.#digits === 0 && !this.#strange) return;
    const number = I386_OFFSET + this.#value;
    this.counts.lines++;
    if (this.#strange || this.#digits > MAX_DIGITS || number >= CALL_NUMBERS) {
      const word = Buffer.from(this.#strange ? 'a word that is no number' : String(this.#value));
      this.#refusals.add(this.counts, 'not of this form', word, 0, word.length);
    } else {
      this.counts.read++;
      this.counts.events++;
      this.#numbers[this.#held++] = number;
      if (this.#held === BATCH_CALLS) this.#flush();
    }
    this.#value = 0;
    this.#digits = 0;
    this.#strange = false;
  }

  #take(): readonly SourceItem[] {
    if (this.#held > 0) this.#flush();
    const items = this.#items;
    this.#items = [];
    return items;
  }

  #flush(): void {
    const count = this.#held;
    const first = this.#ordinal;
    this.#held = 0;
    this.#ordinal += count;
    this.#items.push({
      type: 'calls',
      calls: {
        count,
        numbers: this.#numbers.slice(0, count),
        threads: new Uint32Array(count),
        timesUs: Float64Array.from({ length: count }, (_, i) => (first + i) * ORDINAL_STEP_US),
        results: undefined,
        digests: undefined,
        names: NO_NAMES,
      },
    });
  }
}
