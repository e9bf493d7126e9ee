import type { SourceItem, TimeUs, Where } from '@plimsoll/contracts';

import type { Refusal } from './refusals.js';

/** Where a source's bytes come from and what they belong to. */
export interface SourceContext extends Where {
  /** Identity of this run or recording; with a position in it, it names each event. */
  readonly stream: string;
  /** What leaves the host; see docs/privacy.md. */
  readonly privacy: 'strict' | 'balanced' | 'full';
  /**
   * Keys the digests of sessions and values, so that whoever lacks it learns nothing from them; it stays on the host.
   * Profiles carry over between streams of one key only. Without it digests are keyed by the application's name, which
   * is no secret: fit for recordings and laboratories.
   */
  readonly digestKey?: string;
  /**
   * Lines of the stream that an earlier run read: parsers that name an event by its line count on from here, so that a
   * line read again after a crash gives the same event. Default 0.
   */
  readonly firstLine?: number;
  /** Time of the newest event that an earlier run read: where a log tells the time only when it changes, it goes on from here. */
  readonly lastUs?: TimeUs;
}

/** The key of the digests: the one given, or, fit for recordings and laboratories, one that the application's name makes. */
export function digestKeyOf({ digestKey, application }: SourceContext): string {
  return digestKey ?? `application:${application}`;
}

/**
 * What became of each line. At the end of a source `lines = read + ignored + malformed`, whatever the bytes; a line that
 * holds several records counts as so many.
 */
export interface SourceCounts {
  /** Lines with something in them. */
  lines: number;
  /** Lines that events or announced losses were made of, whole or in part. */
  read: number;
  /** Lines that give no event by design: remarks, records of other types, repetitions. */
  ignored: number;
  /** Lines that were refused; `refusals` has the causes. */
  malformed: number;
  /** Events that came of what was read. */
  events: number;
}

/** Counts before the first line. */
export function noCounts(): SourceCounts {
  return { lines: 0, read: 0, ignored: 0, malformed: 0, events: 0 };
}

/** Lines at the end of what was read that gave nothing yet, being the beginning of something that may go on. */
export interface HeldLines {
  readonly lines: number;
  /** Infinite where it is not known. */
  readonly bytes: number;
}

/** A parser: chunks of bytes in, items out. One parser serves one stream; `end` flushes what is pending. */
export interface SourceParser {
  readonly counts: Readonly<SourceCounts>;
  /** What was refused, by cause. */
  readonly refusals: readonly Refusal[];
  /** What passed through a trace that nobody can read, in words with what to do. */
  readonly notice?: string | undefined;
  /** Of a parser that joins whole lines: those that would have to be read again if it were lost now. */
  readonly held?: HeldLines;
  /** The source has been quiet: what may go on is taken to be at its end. */
  settle?(): readonly SourceItem[];
  push(chunk: Uint8Array): readonly SourceItem[];
  end(): readonly SourceItem[];
}
