import { callNames, callOfAbi, type SourceItem, type TimeUs } from '@plimsoll/contracts';

import { Refusals, type Refusal, type RefusalCause } from '../refusals.js';
import type { SourceCounts, SourceParser } from '../source.js';
import { indexWithin } from '../bytes/byte-search.js';
import { LineReader } from '../bytes/line-reader.js';
import { ARCHITECTURES, recordHead, type RecordHead } from './auditd-record.js';
import { DirectedCalls } from './directed-calls.js';
import { laurelCall } from './laurel.js';
import { integerAt, NamedPaths } from './sysdig-arguments.js';

/** What an audit log held beside calls. */
export interface AuditdCounts extends SourceCounts {
  /** Records of other types: paths, arguments, logins, the end of an event. */
  otherRecords: number;
  /** Losses that kernel or daemon reported, each a gap. */
  losses: number;
}

const BRACE = 123;
const SPACE = 32;
const QUOTE = 34;
const EXECUTES: ReadonlySet<number> = new Set(['execve', 'execveat'].map((name) => callNames().get(name) ?? -1));

/**
 * Calls from the log of Linux's audit daemon: records `type=SYSCALL`, raw or with the `ENRICHED` suffix, also behind
 * syslog's words, as the kernel or journald writes them (`auditd-record.ts`), or an event a line as laurel does; of
 * x86-64, i386 and arm64, by name. A call of another machine is refused. Other records are counted and passed over;
 * where records were lost there is a gap. The record tells no container; the thread is the record's `pid`. A program
 * that was executed is named by `exe`; other paths stand in records of their own, which are not read.
 *
 * Cost: about a microsecond a line. State: one line of at most 1 MiB and 16,384 calls.
 */
export class AuditdParser implements SourceParser {
  readonly #counts = { lines: 0, malformed: 0, otherRecords: 0, losses: 0 };
  readonly #refusals = new Refusals();
  readonly #lines = new LineReader((bytes, start, end) => {
    this.#line(bytes, start, end);
  });
  readonly #calls = new DirectedCalls();
  readonly #paths = new NamedPaths((digest, text) => {
    this.#calls.columns.name(digest, text);
  });

  get counts(): Readonly<AuditdCounts> {
    const { events, otherDirection } = this.#calls;
    return {
      ...this.#counts,
      events,
      read: events + this.#counts.losses,
      ignored: this.#counts.otherRecords + otherDirection,
    };
  }

  get refusals(): readonly Refusal[] {
    return this.#refusals.list;
  }

  push(chunk: Uint8Array): readonly SourceItem[] {
    this.#lines.push(chunk);
    return this.#calls.take();
  }

  end(): readonly SourceItem[] {
    this.#lines.end();
    return this.#calls.end();
  }

  #line(bytes: Buffer, start: number, end: number): void {
    if (start >= end) return;
    this.#counts.lines++;
    if (bytes[start] === BRACE) this.#laurel(bytes, start, end);
    else this.#record(bytes, start, end);
  }

  #record(bytes: Buffer, start: number, end: number): void {
    const head = recordHead(bytes, start, end);
    if (!head) this.#refuse('not of this form', bytes, start, end);
    else if (head.type === 'lost') this.#lost(head.timeUs);
    else if (head.type === 'other') this.#counts.otherRecords++;
    else if (!this.#call(head, bytes, end)) this.#refuse('not of this form', bytes, start, end);
  }

  /** Adds the call of a record, or refuses that of a machine without a table; false where the record is none. */
  #call({ timeUs, text }: RecordHead, bytes: Buffer, end: number): boolean {
    const arch = fieldAt(bytes, 'arch=', text, end);
    const syscall = fieldAt(bytes, 'syscall=', arch, end);
    if (arch < 0 || syscall < 0) return false;
    const number = integerAt(bytes, syscall, end);
    if (number === undefined || number < 0) return false;
    const abi = ARCHITECTURES.get(bytes.toString('latin1', arch, arch + 8));
    if (abi === undefined) {
      this.#refuse('calls of a machine without a table', bytes, text, end);
      return true;
    }
    const call = callOfAbi(abi, number);
    const exit = fieldAt(bytes, 'exit=', syscall, end);
    const result = exit < 0 ? undefined : integerAt(bytes, exit, end);
    const pid = fieldAt(bytes, 'pid=', syscall, end);
    const thread = pid < 0 ? 0 : (integerAt(bytes, pid, end) ?? 0);
    const digest = EXECUTES.has(call) && result === 0 ? this.#program(call, bytes, syscall, end) : 0;
    this.#add(call, thread, timeUs, result, digest);
    return true;
  }

  #laurel(bytes: Buffer, start: number, end: number): void {
    const event = laurelCall(bytes.toString('utf8', start, end));
    if (event === undefined) {
      this.#refuse('not of this form', bytes, start, end);
      return;
    }
    if (event === 'other') {
      this.#counts.otherRecords++;
      return;
    }
    const abi = ARCHITECTURES.get(event.arch);
    if (abi === undefined) {
      this.#refuse('calls of a machine without a table', bytes, start, end);
      return;
    }
    const call = callOfAbi(abi, event.number);
    const exe = Buffer.from(EXECUTES.has(call) && event.result === 0 ? (event.exe ?? '') : '');
    const digest = exe.length === 0 ? 0 : this.#paths.path(call, exe, 0, exe.length);
    this.#add(call, event.thread, event.timeUs, event.result, digest);
  }

  #add(call: number, thread: number, timeUs: TimeUs | undefined, result: number | undefined, digest: number): void {
    const place = this.#calls.place('', () => undefined);
    this.#calls.add('whole', place, call, thread >>> 0, timeUs, result, digest);
  }

  /** The kernel or the daemon says that records were lost. */
  #lost(timeUs: TimeUs | undefined): void {
    this.#counts.losses++;
    const startUs = this.#calls.lastUs;
    const endUs = Math.max(timeUs ?? startUs, startUs + 1);
    this.#calls.put({ type: 'gap', gap: { startUs, endUs, cause: 'source-drop' } });
  }

  #refuse(cause: RefusalCause, bytes: Buffer, start: number, end: number): void {
    this.#refusals.add(this.#counts, cause, bytes, start, end);
  }

  /** The digest of `exe="/bin/cat"`, or of `exe=2F62…`, as the kernel writes names with blanks. */
  #program(call: number, bytes: Buffer, start: number, end: number): number {
    const exe = fieldAt(bytes, 'exe=', start, end);
    if (exe < 0) return 0;
    if (bytes[exe] !== QUOTE) {
      const name = Buffer.from(bytes.toString('latin1', exe, Math.min(wordEnd(bytes, exe, end), exe + 8_192)), 'hex');
      return this.#paths.path(call, name, 0, name.length);
    }
    const close = indexWithin(bytes, QUOTE, exe + 1, end);
    return close < 0 ? 0 : this.#paths.path(call, bytes, exe + 1, close);
  }
}

/** Where the value of a field stands, from `start` on; -1 where there is none. Fields come before what processes write. */
function fieldAt(bytes: Buffer, name: string, start: number, end: number): number {
  if (start < 0) return -1;
  const found = indexWithin(bytes, ` ${name}`, start, end);
  return found < 0 ? -1 : found + 1 + name.length;
}

function wordEnd(bytes: Buffer, start: number, end: number): number {
  let at = start;
  while (at < end && bytes[at] !== SPACE && bytes[at] !== 0x1d) at++;
  return at;
}
