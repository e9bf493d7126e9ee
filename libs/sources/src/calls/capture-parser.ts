import { callNames, type SourceItem, type TimeUs } from '@plimsoll/contracts';

import { CaptureActivities } from '../activity/capture-activities.js';
import { kindOfCall } from '../activity/strace-act.js';
import { sysdigAct } from '../activity/sysdig-act.js';
import { LineReader } from '../bytes/line-reader.js';
import { Refusals, type Refusal, type RefusalCause } from '../refusals.js';
import type { SourceContext, SourceCounts, SourceParser } from '../source.js';
import { DirectedCalls } from './directed-calls.js';
import { NamedPaths } from './sysdig-arguments.js';

const MINUTE_US = 60_000_000;
const ACCEPTS: ReadonlySet<number> = new Set(['accept', 'accept4'].map((name) => callNames().get(name) ?? -1));

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
  readonly #ofMinute = new Set<number>();
  #minute = -1;
  protected readonly activities: CaptureActivities;
  protected readonly paths = new NamedPaths((digest, text) => {
    this.calls.columns.name(digest, text);
  });
  readonly #lines = new LineReader((bytes, start, end, cut) => {
    this.line(bytes, start, end, cut);
  });

  constructor(context: SourceContext) {
    this.activities = new CaptureActivities(context, (item) => {
      this.calls.put(item);
    });
  }

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

  /**
   * A call of the container at `slot` returns: what it did is told, before the call itself. `words` are its arguments
   * as sysdig writes them; undefined where the record has none.
   */
  protected returned(
    slot: number,
    thread: number,
    number: number,
    result: number | undefined,
    timeUs: TimeUs | undefined,
    words: () => string | undefined,
  ): void {
    if (timeUs === undefined) return;
    const of = this.calls.columns.container(slot);
    if (this.#isNew(slot, timeUs)) this.activities.watched(of, timeUs, words() !== undefined);
    if (ACCEPTS.has(number)) this.activities.accepted(of, thread);
    if (kindOfCall(number) === undefined) return;
    const found = sysdigAct(number, result, words() ?? '', thread);
    if (found) this.activities.act(of, found.process ?? thread, found.parent, found.act, timeUs);
  }

  /** A thread of the container at `slot` has ended; its number may become another's. */
  protected ended(slot: number, thread: number): void {
    this.tally.notCalls++;
    this.activities.ended(this.calls.columns.container(slot), thread);
  }

  /** Whether it is the container's first call of its minute. */
  #isNew(slot: number, timeUs: TimeUs): boolean {
    const minute = Math.floor(timeUs / MINUTE_US);
    if (minute !== this.#minute) this.#ofMinute.clear();
    this.#minute = minute;
    return !this.#ofMinute.has(slot) && this.#ofMinute.add(slot).size > 0;
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
