import type { SourceItem, TimeUs } from '@plimsoll/contracts';

import { LineReader } from '../bytes/line-reader.js';
import { Refusals, type Refusal, type RefusalCause } from '../refusals.js';
import type { SourceCounts, SourceParser } from '../source.js';
import { DirectedCalls } from './directed-calls.js';
import { NamedPaths } from './sysdig-arguments.js';

/** What a capture held beside the calls that count. */
export interface CaptureCounts extends SourceCounts {
  /** Calls told in the other direction, or a second time. */
  otherDirection: number;
  /** Events of the scheduler and of the capturing tool itself. */
  notCalls: number;
  /** Losses that the tool reported, each a gap. */
  drops: number;
}

/**
 * What the captures of calls that tell one event a line have in common: lines in, each call counted once
 * (`DirectedCalls`), losses as gaps. A parser of one form reads a line and adds what it finds to `calls`, and counts
 * what it refuses. State: one line of at most 1 MiB, 16,384 calls, and what the form keeps.
 */
export abstract class CaptureParser implements SourceParser {
  protected readonly tally = { lines: 0, malformed: 0, notCalls: 0, drops: 0 };
  readonly #refusals = new Refusals();
  protected readonly calls = new DirectedCalls();
  protected readonly paths = new NamedPaths((digest, text) => {
    this.calls.columns.name(digest, text);
  });
  readonly #lines = new LineReader((bytes, start, end, cut) => {
    this.line(bytes, start, end, cut);
  });

  get counts(): Readonly<CaptureCounts> {
    const { events, otherDirection } = this.calls;
    const { drops, notCalls } = this.tally;
    return { ...this.tally, events, otherDirection, read: events + drops, ignored: otherDirection + notCalls };
  }

  get refusals(): readonly Refusal[] {
    return this.#refusals.list;
  }

  push(chunk: Uint8Array): readonly SourceItem[] {
    this.#lines.push(chunk);
    return this.calls.take();
  }

  end(): readonly SourceItem[] {
    this.#lines.end();
    return this.calls.end();
  }

  /** Reads the line `[start, end)`, without its end; `cut` where it was too long and its rest is missing. */
  protected abstract line(bytes: Buffer, start: number, end: number, cut: boolean): void;

  protected refuse(cause: RefusalCause, bytes: Buffer, start: number, end: number): void {
    this.#refusals.add(this.tally, cause, bytes, start, end);
  }

  /** Events were lost since the last one, `lost` of them where the tool says how many. */
  protected dropped(timeUs: TimeUs | undefined, lost?: number): void {
    const startUs = this.calls.lastUs;
    const endUs = Math.max(timeUs ?? startUs, startUs + 1);
    this.tally.drops++;
    this.calls.put({
      type: 'gap',
      gap: { startUs, endUs, ...(lost !== undefined && { lost }), cause: 'source-drop' },
    });
  }
}
