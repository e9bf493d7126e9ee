import { existsSync } from 'node:fs';

import type { Gap, SourceItem, SourceKind, Where } from '@plimsoll/contracts';
import { CollectorPipeline, messageRecord, type WhereOf } from '@plimsoll/pipelines';
import { formHint, openParser, type SourceContext, type SourceCounts, type SourceParser } from '@plimsoll/sources';
import type { OutgoingRecord } from '@plimsoll/streaming';

import type { Arrivals } from '../arrivals.js';
import type { Acceptor } from '../ordered-delivery.js';
import { untilSafe } from '../spool/until-safe.js';
import type { Checkpoints } from './checkpoint.js';
import type { TailPosition } from './tail-position.js';
import { tail, type TailOptions } from './tail.js';

/** A file that grows: whose it is and how its lines are read. */
export interface FollowedLog extends Where {
  readonly kind: SourceKind;
  readonly path: string;
  /** Names the stream and its checkpoint. */
  readonly stream: string;
}

export interface FollowOptions extends Omit<TailOptions, 'from'> {
  readonly privacy: SourceContext['privacy'];
  readonly digestKey?: string;
  readonly outbox: Acceptor;
  readonly arrivals: Arrivals;
  readonly checkpoints: Checkpoints;
  /** Where the containers of a source of many belong. */
  readonly whereOf?: WhereOf;
  /** Told of failures that are waited out. */
  readonly onWaiting?: (reason: string) => void;
  /** Told, every so many lines, what became of them so far, and why nearly none of the last can be read, if so. */
  readonly onCounts?: (counts: Readonly<SourceCounts>, unreadable: string | undefined) => void;
}

/** Lines after which it is checked whether a log is of the form that it was taken for. */
const SAMPLE_LINES = 16;
/** Share of them that may be refused. */
const REFUSED_SHARE = 0.5;
const HEAD_BYTES = 32_768;

/**
 * Follows a log until `signal` aborts: lines become records, records become safe, and only then the position is saved. The
 * file waits while nothing takes records. After a crash at any point reading goes on at the saved position, and what is
 * read again has the names and numbers that it had. Lines that were lost to a truncation are announced.
 */
export async function followLog(log: FollowedLog, options: FollowOptions): Promise<void> {
  const follower = new LogFollower(log, options);
  const { pollMs, lingerMs, silentMs, fromStart, signal, checkpoints } = options;
  const from = checkpoints.get(log.stream)?.position;
  const how: TailOptions = {
    signal,
    ...(from && { from }),
    ...(pollMs !== undefined && { pollMs }),
    ...(lingerMs !== undefined && { lingerMs }),
    ...(silentMs !== undefined && { silentMs }),
    ...(fromStart !== undefined && { fromStart }),
  };
  for await (const event of tail(log.path, how)) {
    if (event.type === 'lines') await follower.lines(event.bytes, event.position);
    else if (event.type === 'quiet') await follower.quiet();
    else if (event.type === 'silent') await follower.silent();
    else follower.lost();
  }
  await checkpoints.save();
}

class LogFollower {
  readonly #parser: SourceParser;
  readonly #pipeline: CollectorPipeline;
  readonly #firstLine: number;
  #lastUs: number;
  /** A loss that is announced once it is known to whom: with the next lines. */
  #lostSinceUs: number | undefined;
  #position: TailPosition | undefined;
  /** Lines and refused ones when it was last checked whether the log can be read. */
  #checked = { lines: 0, malformed: 0 };

  constructor(
    private readonly log: FollowedLog,
    private readonly options: FollowOptions,
  ) {
    const { application, workload, container, kind, stream } = log;
    const { privacy, digestKey, whereOf, checkpoints, arrivals } = options;
    this.#tellWatch();
    const saved = checkpoints.get(stream);
    this.#firstLine = saved?.lines ?? 0;
    this.#lastUs = saved?.lastUs ?? 0;
    const where = { application, workload, container };
    const context = {
      ...where,
      stream,
      privacy,
      firstLine: this.#firstLine,
      ...(saved && { lastUs: saved.lastUs }),
      ...(digestKey !== undefined && { digestKey }),
    };
    this.#parser = openParser(kind, context);
    this.#pipeline = new CollectorPipeline(where, stream, {
      ...(whereOf && { whereOf: arrivals.noting(stream, whereOf) }),
      ...(saved && { ordinals: saved.ordinals }),
    });
  }

  /** A log that is not there watches nothing. */
  #tellWatch(): void {
    const { application, workload, stream, path } = this.log;
    if (existsSync(path)) this.options.arrivals.concerns(stream, { application, workload });
    else this.options.arrivals.left(stream);
  }

  lost(): void {
    this.#lostSinceUs ??= this.#lastUs;
  }

  async lines(bytes: Uint8Array, position: TailPosition): Promise<void> {
    const items = this.#parser.push(bytes);
    this.#check(bytes);
    const records = [...this.#records(items), ...this.#announcement()];
    await this.#put(records);
    this.#position = position;
    await this.#save();
  }

  /** A log in a form that nobody reads must not be followed in silence. */
  #check(bytes: Uint8Array): void {
    const { counts } = this.#parser;
    const lines = counts.lines - this.#checked.lines;
    if (lines < SAMPLE_LINES) return;
    const refused = counts.malformed - this.#checked.malformed;
    this.#checked = { lines: counts.lines, malformed: counts.malformed };
    const { kind, path } = this.log;
    const hint = (): string => formHint({ kind, head: bytes.subarray(0, HEAD_BYTES), refusals: [] });
    const reason = `${path}: ${refused} of the last ${lines} lines cannot be read as ${kind}`;
    const unreadable = refused > REFUSED_SHARE * lines ? `${reason}${hint()}`.replaceAll(/\s+/g, ' ') : undefined;
    this.options.onCounts?.(counts, unreadable);
  }

  /** What the parser still held, since it might have gone on, is complete. */
  async quiet(): Promise<void> {
    const items = this.#parser.settle?.() ?? [];
    if (items.length === 0) return;
    await this.#put(this.#records(items));
    await this.#save();
  }

  /** Containers whose calls have stopped are told the time: their windows close before the next call, which may be late. */
  async silent(): Promise<void> {
    this.#tellWatch();
    await this.#put(this.#pipeline.idle(Date.now() * 1_000).map(messageRecord));
  }

  /** The place behind all that left: before the lines that the parser holds, which are read again after a crash. */
  async #save(): Promise<void> {
    const position = this.#position;
    const held = this.#parser.held ?? { lines: 0, bytes: 0 };
    // What is held began in a file before this one, or nobody knows where: the position that is saved already stays.
    if (!position || held.bytes > position.offset) return;
    this.options.checkpoints.set(this.log.stream, {
      position: { ...position, offset: position.offset - held.bytes },
      lines: this.#firstLine + this.#parser.counts.lines - held.lines,
      ordinals: this.#pipeline.ordinals(),
      lastUs: this.#lastUs,
    });
    await this.options.checkpoints.save();
  }

  #records(found: readonly SourceItem[]): OutgoingRecord[] {
    const items = this.options.arrivals.take(this.log.stream, found);
    for (const item of items) {
      if (item.type === 'event') this.#lastUs = Math.max(this.#lastUs, item.event.timeUs);
      else if (item.type === 'calls') this.#lastUs = Math.max(this.#lastUs, item.calls.timesUs.at(-1) ?? 0);
    }
    // Nothing stays pending: the position that is saved stands behind everything that left.
    return [...items.flatMap((item) => this.#pipeline.push(item)), ...this.#pipeline.flush()].map(messageRecord);
  }

  #announcement(): OutgoingRecord[] {
    const startUs = this.#lostSinceUs;
    if (startUs === undefined) return [];
    this.#lostSinceUs = undefined;
    const gap: Gap = { startUs, endUs: Math.max(this.#lastUs, startUs + 1), cause: 'truncated-input' };
    return [...this.#pipeline.push({ type: 'gap', gap }), ...this.#pipeline.flush()].map(messageRecord);
  }

  #put(records: readonly OutgoingRecord[]): Promise<void> {
    const { outbox, signal, onWaiting } = this.options;
    return untilSafe(outbox, records, signal, onWaiting);
  }
}
