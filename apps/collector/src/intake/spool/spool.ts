import { mkdir, open, readdir, readFile, stat, truncate, unlink, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';

import { PlimsollError } from '@plimsoll/contracts';
import type { OutgoingRecord } from '@plimsoll/streaming';

import { writeAtomically } from '../atomic-file.js';
import { encodeFrame, frameAt, MAX_FRAME_BYTES } from './spool-frame.js';
import { parts, readAt, recordsOf, wholeBytes } from './spool-segment.js';

export interface SpoolOptions {
  readonly folder: string;
  /** What the spool may hold on disk; the oldest segment goes when it is more. */
  readonly maxBytes: number;
  /** When a segment is full; default a sixteenth of `maxBytes`, at most 16 MiB. */
  readonly segmentBytes?: number;
  /**
   * `always`: an append resolves once the disk has it (one sync for all that wait), and it survives a power failure.
   * `never`: once the operating system has it; it survives the end of this process, `kill -9` included. Default `always`.
   */
  readonly sync?: 'always' | 'never';
  /**
   * Makes the announcements of records that had to go, and of announcements that were made before and still wait. They
   * leave before everything else that is held.
   */
  readonly announceLoss: (lost: readonly OutgoingRecord[]) => readonly OutgoingRecord[];
  /** Told when a full spool drops its oldest records, and how many. */
  readonly onOverflow?: (records: number) => void;
}

/** What became of records; numbers only grow. */
export interface SpoolCounts {
  appended: number;
  /** Records dropped because the spool was full; each is announced. */
  overflowed: number;
  /** Bytes that could not be read back: torn by a crash within a write, or damaged on disk. */
  damagedBytes: number;
}

/** Records from the spool's beginning; give it to `release` when they are safe elsewhere. */
export interface SpooledBatch {
  readonly records: readonly OutgoingRecord[];
  readonly end: Position | 'losses';
}

interface Position {
  readonly segment: number;
  readonly offset: number;
}

interface Segment {
  readonly number: number;
  bytes: number;
}

const LARGEST_WRITE_BYTES = 1_048_576;
const LARGEST_SEGMENT_BYTES = 16 * 1_048_576;
const SEGMENT = /^(\d{12})\.spool$/;
const PLACE_FILE = 'place.json';
const LOSSES_FILE = 'losses';
const LENT_LOSSES = 256;

/**
 * A bounded queue of records on disk for the time in which Kafka is away: segments of checksummed frames, appended to
 * and read from the beginning. After a crash everything whose append had resolved is there; what was released just
 * before may come again, which the records' identities show. When it is full the oldest segment goes, and what was in
 * it is announced as gaps, kept on disk as well until they are released.
 *
 * One process owns the folder. Memory: one write, one read of about the batch asked for, and the announcements.
 */
export class Spool {
  readonly counts: SpoolCounts = { appended: 0, overflowed: 0, damagedBytes: 0 };
  readonly #options: SpoolOptions;
  readonly #segmentBytes: number;
  #segments: Segment[] = [];
  #next = 1;
  #writing: FileHandle | undefined;
  #position: Position = { segment: 0, offset: 0 };
  #losses: OutgoingRecord[] = [];
  /** How many of the losses a reader has in hand: those are not merged with newer ones. */
  #lossesLent = 0;
  #waiting: Append[] = [];
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(options: SpoolOptions) {
    this.#options = options;
    this.#segmentBytes = options.segmentBytes ?? Math.min(LARGEST_SEGMENT_BYTES, Math.ceil(options.maxBytes / 16));
  }

  /** Opens the folder, making it where it is not there, and cuts off what a crash left half written. */
  static async open(options: SpoolOptions): Promise<Spool> {
    const spool = new Spool(options);
    await mkdir(options.folder, { recursive: true, mode: 0o700 });
    await spool.#recover();
    return spool;
  }

  /** Bytes that wait, the announcements of losses left out. */
  get sizeBytes(): number {
    return this.#segments.reduce((sum, { number, bytes }) => sum + bytes - this.#readIn(number), 0);
  }

  get empty(): boolean {
    return this.#losses.length === 0 && this.#waiting.length === 0 && this.sizeBytes === 0;
  }

  /**
   * Resolves when the records are on disk, as `sync` says; all of them or, where it rejects with `unavailable`, none
   * is promised. Throws `too-large` for a record that no segment could hold.
   */
  append(records: readonly OutgoingRecord[]): Promise<void> {
    const frames = records.map(encodeFrame);
    const largest = Math.min(MAX_FRAME_BYTES, this.#options.maxBytes / 2);
    if (frames.some(({ length }) => length > largest)) {
      return Promise.reject(new PlimsollError('too-large', `a record beyond ${largest} bytes cannot be spooled`));
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ frames, resolve, reject });
      this.#exclusively(() => this.#write()).catch(reject);
    });
  }

  /** The oldest records, at least one where any waits, of about `maxBytes`; undefined where none does. */
  peek(maxBytes: number): Promise<SpooledBatch | undefined> {
    return this.#exclusively(() => this.#read(maxBytes));
  }

  /** Forgets a batch that `peek` gave. One that was dropped in the meantime is passed over. */
  release({ end, records }: SpooledBatch): Promise<void> {
    return this.#exclusively(async () => {
      if (end === 'losses') {
        this.#losses = this.#losses.slice(records.length);
        this.#lossesLent = 0;
        await this.#saveLosses();
      } else if (isBehind(this.#position, end)) {
        await this.#moveTo(end);
      }
    });
  }

  async close(): Promise<void> {
    await this.#exclusively(async () => {
      await this.#writing?.close();
      this.#writing = undefined;
    });
  }

  /** One file operation after the other: order is what the spool is for. */
  #exclusively<T>(action: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(action);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  async #write(): Promise<void> {
    const appends = this.#waiting;
    if (appends.length === 0) return;
    this.#waiting = [];
    try {
      for (const { frames } of appends) {
        for (const part of parts(frames, Math.min(LARGEST_WRITE_BYTES, this.#segmentBytes))) await this.#put(part);
      }
      if (this.#options.sync !== 'never') await this.#writing?.datasync();
    } catch (cause) {
      await this.#cutBack();
      const error = new PlimsollError('unavailable', `the spool cannot write (${codeOf(cause)})`, { cause });
      for (const { reject } of appends) reject(error);
      return;
    }
    for (const { frames, resolve } of appends) {
      this.counts.appended += frames.length;
      resolve();
    }
  }

  async #put(bytes: Buffer): Promise<void> {
    await this.#makeRoom(bytes.length);
    let segment = this.#segments.at(-1);
    if (!segment || !this.#writing || (segment.bytes > 0 && segment.bytes + bytes.length > this.#segmentBytes)) {
      segment = await this.#begin();
    }
    for (let done = 0; done < bytes.length;) {
      const { bytesWritten } = await this.#writing!.write(bytes, done, bytes.length - done, segment.bytes + done);
      done += bytesWritten;
    }
    segment.bytes += bytes.length;
  }

  async #begin(): Promise<Segment> {
    if (this.#options.sync !== 'never') await this.#writing?.datasync();
    await this.#writing?.close();
    this.#writing = undefined;
    const segment = { number: this.#next, bytes: 0 };
    this.#writing = await open(this.#path(segment.number), 'w', 0o600);
    this.#next++;
    this.#segments.push(segment);
    if (this.#options.sync !== 'never') await this.#syncFolder();
    return segment;
  }

  /**
   * After a failed write: what nobody was promised is cut off, so that later frames stand behind whole ones, and that a
   * full disk is no fuller for each attempt.
   */
  async #cutBack(): Promise<void> {
    await this.#writing?.close().catch(() => undefined);
    this.#writing = undefined;
    const last = this.#segments.at(-1);
    if (!last) return;
    const path = this.#path(last.number);
    last.bytes = await wholeBytes(path).catch(() => last.bytes);
    if (last.bytes > 0) return truncate(path, last.bytes).catch(() => undefined);
    this.#segments.pop();
    await unlink(path).catch(() => undefined);
  }

  async #makeRoom(neededBytes: number): Promise<void> {
    while (this.#heldBytes() + neededBytes > this.#options.maxBytes) {
      const [oldest] = this.#segments;
      if (!oldest) return;
      if (this.#segments.length === 1) await this.#begin();
      const lost = await this.#recordsIn(oldest.number, this.#readIn(oldest.number));
      this.counts.overflowed += lost.length;
      this.#options.onOverflow?.(lost.length);
      const lent = this.#losses.slice(0, this.#lossesLent);
      this.#losses = [...lent, ...this.#options.announceLoss([...this.#losses.slice(lent.length), ...lost])];
      // The announcement is on disk before the records go: a crash in between announces too much, not too little.
      await this.#saveLosses();
      await this.#moveTo({ segment: this.#segments[1]!.number, offset: 0 });
    }
  }

  #heldBytes(): number {
    return this.#segments.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  async #read(maxBytes: number): Promise<SpooledBatch | undefined> {
    if (this.#losses.length > 0) {
      const records = this.#losses.slice(0, LENT_LOSSES);
      this.#lossesLent = records.length;
      return { records, end: 'losses' };
    }
    for (;;) {
      const segment = this.#segments.find(({ number }) => number >= this.#position.segment);
      if (!segment) return undefined;
      const offset = this.#readIn(segment.number);
      if (offset < segment.bytes) {
        const batch = await this.#batchIn(segment, offset, maxBytes);
        if (batch) return batch;
      }
      const next = this.#segments.find(({ number }) => number > segment.number);
      if (!next) return undefined;
      await this.#moveTo({ segment: next.number, offset: 0 });
    }
  }

  /** Records from `offset` on; undefined where damage leaves none, which then counts. */
  async #batchIn(segment: Segment, offset: number, maxBytes: number): Promise<SpooledBatch | undefined> {
    const records: OutgoingRecord[] = [];
    let wanted = Math.max(maxBytes, 65_536);
    for (;;) {
      const length = Math.min(wanted, segment.bytes - offset);
      const bytes = await readAt(this.#path(segment.number), offset, length);
      let at = 0;
      for (;;) {
        const frame = frameAt(bytes, at);
        if (frame.state === 'whole') {
          records.push(frame.record);
          at = frame.endByte;
          if (at >= maxBytes || at === bytes.length) break;
          continue;
        }
        if (records.length > 0) break;
        if (frame.state === 'cut' && bytes.length === length && length < segment.bytes - offset) {
          wanted = frame.neededBytes;
          break;
        }
        this.counts.damagedBytes += segment.bytes - offset;
        segment.bytes = offset;
        return undefined;
      }
      if (records.length > 0) return { records, end: { segment: segment.number, offset: offset + at } };
    }
  }

  async #moveTo(position: Position): Promise<void> {
    this.#position = position;
    const done = this.#segments.filter(({ number }) => number < position.segment);
    this.#segments = this.#segments.filter(({ number }) => number >= position.segment);
    const [only] = this.#segments;
    if (this.#segments.length === 1 && only!.number === position.segment && only!.bytes === position.offset) {
      // All was read: the next append begins a new segment, and this one goes.
      await this.#writing?.close();
      this.#writing = undefined;
      done.push(only!);
      this.#segments = [];
    }
    for (const { number } of done) await unlink(this.#path(number));
    // Not synced: an older position after a power failure only repeats records.
    await writeAtomically(join(this.#options.folder, PLACE_FILE), JSON.stringify(position), { sync: false });
  }

  async #saveLosses(): Promise<void> {
    const bytes = Buffer.concat(this.#losses.map(encodeFrame));
    await writeAtomically(join(this.#options.folder, LOSSES_FILE), bytes, { sync: this.#options.sync !== 'never' });
  }

  async #recover(): Promise<void> {
    const names = await readdir(this.#options.folder);
    for (const number of names
      .flatMap((name) => SEGMENT.exec(name)?.[1] ?? [])
      .map(Number)
      .sort(ascending)) {
      this.#segments.push({ number, bytes: (await stat(this.#path(number))).size });
      this.#next = number + 1;
    }
    const last = this.#segments.at(-1);
    if (last) {
      const whole = await wholeBytes(this.#path(last.number));
      this.counts.damagedBytes += last.bytes - whole;
      last.bytes = whole;
    }
    this.#losses = await this.#savedLosses();
    this.#position = await this.#savedPosition();
    this.#segments = await this.#without(this.#segments, this.#position.segment);
  }

  async #without(segments: readonly Segment[], before: number): Promise<Segment[]> {
    for (const { number } of segments.filter((segment) => segment.number < before)) await unlink(this.#path(number));
    return segments.filter(({ number }) => number >= before);
  }

  async #savedLosses(): Promise<OutgoingRecord[]> {
    if (!(await readdir(this.#options.folder)).includes(LOSSES_FILE)) return [];
    const bytes = await readFile(join(this.#options.folder, LOSSES_FILE));
    return recordsOf(bytes).records;
  }

  /** Where reading was; a file that is not there or not whole means the beginning, and then records come again. */
  async #savedPosition(): Promise<Position> {
    const text = await readFile(join(this.#options.folder, PLACE_FILE), 'utf8').catch(() => '{}');
    let saved: unknown;
    try {
      saved = JSON.parse(text);
    } catch {
      saved = undefined;
    }
    const { segment, offset } = (saved ?? {}) as { segment?: unknown; offset?: unknown };
    const known = this.#segments.find(({ number }) => number === segment);
    if (typeof segment === 'number') this.#next = Math.max(this.#next, segment + 1);
    if (!known || typeof offset !== 'number' || offset > known.bytes) return { segment: this.#segments[0]?.number ?? 0, offset: 0 }; // prettier-ignore
    return { segment: known.number, offset };
  }

  #readIn(segment: number): number {
    return segment === this.#position.segment ? this.#position.offset : 0;
  }

  async #recordsIn(segment: number, offset: number): Promise<OutgoingRecord[]> {
    const bytes = (await readFile(this.#path(segment))).subarray(offset);
    const { records, endByte } = recordsOf(bytes);
    this.counts.damagedBytes += bytes.length - endByte;
    return records;
  }

  async #syncFolder(): Promise<void> {
    const folder = await open(this.#options.folder);
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  }

  #path(segment: number): string {
    return join(this.#options.folder, `${String(segment).padStart(12, '0')}.spool`);
  }
}

function isBehind(position: Position, other: Position): boolean {
  return position.segment < other.segment || (position.segment === other.segment && position.offset < other.offset);
}

interface Append {
  readonly frames: readonly Buffer[];
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

function ascending(a: number, b: number): number {
  return a - b;
}

function codeOf(cause: unknown): string {
  return (cause as NodeJS.ErrnoException).code ?? 'error';
}
