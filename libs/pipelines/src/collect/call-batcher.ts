import {
  MAX_BATCH_CALLS,
  nextTime,
  US_PER_SECOND,
  type CallColumns,
  type Gap,
  type SyscallBatch,
  type TimeUs,
  type Where,
} from '@plimsoll/contracts';

/** When a batch is full. Its bounds never change what a detector answers, only how often it is asked. */
export interface BatchLimits {
  /** Calls that fill a batch which is at least `growUs` old. */
  readonly calls: number;
  /** A younger batch grows on, to `maxCalls`: what a busy container does in so short a time travels together. */
  readonly growUs: number;
  /** At most `MAX_BATCH_CALLS`. */
  readonly maxCalls: number;
  /** Longest span of event time in one batch, microseconds; under 2^32. */
  readonly maxAgeUs: number;
}

export const DEFAULT_BATCH_LIMITS: BatchLimits = {
  calls: 512,
  growUs: 10_000,
  maxCalls: 4_096,
  maxAgeUs: US_PER_SECOND,
};

/** A container that was silent for so long is told the time: as long as a window that is not full stays open. */
const IDLE_US = 30 * US_PER_SECOND;

/**
 * Cuts the calls of one container's stream into batches by size and age, in order, and numbers them.
 * Holds at most one batch; a call costs a few writes into typed arrays.
 */
export class CallBatcher {
  readonly #where: Where;
  readonly #stream: string;
  readonly #limits: BatchLimits;
  /** Room for `calls` calls, and for more once a container has been busy. */
  #numbers: Uint16Array;
  #threads: Uint32Array;
  #offsetsUs: Uint32Array;
  #results: Int32Array;
  #digests: Uint32Array;
  #hasResults = false;
  #hasDigests = false;
  #names = new Map<number, string>();
  #gaps: Gap[] = [];
  #count = 0;
  #ordinal = 0;
  #baseTimeUs = 0;
  #lastTimeUs = 0;
  /** What a silent container was told last. */
  #toldUs = 0;

  /** `firstOrdinal` continues a stream that an earlier run of the collector began. */
  constructor(where: Where, stream: string, limits: BatchLimits = DEFAULT_BATCH_LIMITS, firstOrdinal = 0) {
    const maxCalls = Math.min(limits.maxCalls, MAX_BATCH_CALLS);
    this.#where = { application: where.application, workload: where.workload, container: where.container };
    this.#stream = stream;
    this.#limits = { ...limits, maxCalls };
    this.#ordinal = firstOrdinal;
    const room = Math.min(limits.calls, maxCalls);
    this.#numbers = new Uint16Array(room);
    this.#threads = new Uint32Array(room);
    this.#offsetsUs = new Uint32Array(room);
    this.#results = new Int32Array(room);
    this.#digests = new Uint32Array(room);
  }

  /** Position that the next call after everything pending will have. */
  get nextOrdinal(): number {
    return this.#ordinal + this.#count;
  }

  /**
   * Takes calls in and returns the batches that became full. A time a little before the previous call's is moved up to
   * it: the order is the kernel's, and clocks of two processors differ by less than the order does. One far before it
   * tells of a clock that was set back: no window reaches across.
   */
  push(calls: CallColumns): SyscallBatch[] {
    const full: SyscallBatch[] = [];
    this.#hasResults ||= calls.results !== undefined;
    this.#hasDigests ||= calls.digests !== undefined;
    for (const [digest, text] of calls.names) this.#names.set(digest, text);
    for (let i = 0; i < calls.count; i++) {
      const timeUs = nextTime(this.#lastTimeUs, calls.timesUs[i]!);
      const setBack = timeUs < this.#lastTimeUs;
      if (this.#count > 0 && (setBack || timeUs - this.#baseTimeUs > this.#limits.maxAgeUs))
        full.push(this.#cut(false));
      if (setBack) this.#gaps.push({ startUs: timeUs, endUs: timeUs, cause: 'source-restart' });
      if (this.#count === 0) this.#baseTimeUs = timeUs;
      this.#numbers[this.#count] = calls.numbers[i]!;
      this.#threads[this.#count] = calls.threads[i]!;
      this.#offsetsUs[this.#count] = timeUs - this.#baseTimeUs;
      this.#results[this.#count] = calls.results?.[i] ?? 0;
      this.#digests[this.#count] = calls.digests?.[i] ?? 0;
      this.#lastTimeUs = timeUs;
      this.#count += 1;
      if (this.#isFull(timeUs)) full.push(this.#cut(false));
      else if (this.#count === this.#numbers.length) this.#grow();
    }
    return full;
  }

  #isFull(timeUs: TimeUs): boolean {
    const { calls, growUs, maxCalls } = this.#limits;
    return this.#count >= maxCalls || (this.#count >= calls && timeUs - this.#baseTimeUs >= growUs);
  }

  #grow(): void {
    const room = Math.min(2 * this.#numbers.length, this.#limits.maxCalls);
    const larger = <Column extends Uint16Array | Uint32Array | Int32Array>(to: Column, from: Column): Column => {
      to.set(from);
      return to;
    };
    this.#numbers = larger(new Uint16Array(room), this.#numbers);
    this.#threads = larger(new Uint32Array(room), this.#threads);
    this.#offsetsUs = larger(new Uint32Array(room), this.#offsetsUs);
    this.#results = larger(new Int32Array(room), this.#results);
    this.#digests = larger(new Uint32Array(room), this.#digests);
  }

  /** Announces a loss after the calls so far: they leave first, so that the gap stands in its place. */
  lose(gap: Gap): SyscallBatch[] {
    const before = this.flush();
    this.#gaps.push(gap);
    return before;
  }

  /** What is pending, as a batch; nothing where nothing is. */
  flush(): SyscallBatch[] {
    return this.#count > 0 ? [this.#cut(false)] : [];
  }

  /**
   * A batch without calls that says how late it is, where the container has been silent for half a minute: its window
   * closes then, and need not wait for the next call. For sources whose calls carry the time of this machine.
   */
  idle(nowUs: TimeUs): SyscallBatch[] {
    const silentSinceUs = Math.max(this.#lastTimeUs, this.#toldUs);
    if (this.#count > 0 || this.#lastTimeUs === 0 || nowUs - silentSinceUs < IDLE_US) return [];
    this.#baseTimeUs = nowUs;
    // The calls keep their own clock: those on their way may be of before.
    this.#toldUs = nowUs;
    return [this.#cut(false)];
  }

  /** The last batch of the stream: the container has ended. */
  end(): SyscallBatch {
    if (this.#count === 0) this.#baseTimeUs = this.#lastTimeUs;
    return this.#cut(true);
  }

  #cut(last: boolean): SyscallBatch {
    const count = this.#count;
    const columns = this.#columns(count);
    const batch: SyscallBatch = {
      application: this.#where.application,
      workload: this.#where.workload,
      container: this.#where.container,
      stream: this.#stream,
      firstOrdinal: this.#ordinal,
      baseTimeUs: this.#baseTimeUs,
      count,
      numbers: columns.numbers,
      threads: columns.threads,
      offsetsUs: columns.offsetsUs,
      results: columns.results,
      digests: columns.digests,
      names: this.#names,
      gaps: this.#gaps,
      last,
    };
    this.#names = new Map();
    this.#gaps = [];
    this.#ordinal += count;
    this.#count = 0;
    return batch;
  }

  /** A copy of the first calls, all columns in one buffer: five of their own cost more than what is in them. */
  #columns(count: number): Pick<SyscallBatch, 'numbers' | 'threads' | 'offsetsUs' | 'results' | 'digests'> {
    const words = 2 + (this.#hasResults ? 1 : 0) + (this.#hasDigests ? 1 : 0);
    const buffer = new ArrayBuffer((4 * words + 2) * count);
    let at = 0;
    const next = (): number => {
      const place = at;
      at += 4 * count;
      return place;
    };
    const threads = copied(new Uint32Array(buffer, next(), count), this.#threads);
    const offsetsUs = copied(new Uint32Array(buffer, next(), count), this.#offsetsUs);
    const results = this.#hasResults ? copied(new Int32Array(buffer, next(), count), this.#results) : undefined;
    const digests = this.#hasDigests ? copied(new Uint32Array(buffer, next(), count), this.#digests) : undefined;
    const numbers = copied(new Uint16Array(buffer, next(), count), this.#numbers);
    return { numbers, threads, offsetsUs, results, digests };
  }
}

/** `to`, filled with the beginning of `from`. */
function copied<Column extends Uint16Array | Uint32Array | Int32Array>(to: Column, from: Column): Column {
  to.set(from.length === to.length ? from : from.subarray(0, to.length));
  return to;
}
