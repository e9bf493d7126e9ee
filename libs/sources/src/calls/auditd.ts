import { callNames, I386_OFFSET, UNKNOWN_CALL, US_PER_MS, US_PER_SECOND, type SourceItem } from '@plimsoll/contracts';

import type { SourceCounts, SourceParser } from '../source.js';
import { indexWithin, isDigit, matches } from '../bytes/byte-search.js';
import { LineReader } from '../bytes/line-reader.js';
import { DirectedCalls } from './directed-calls.js';
import { integerAt, NamedPaths } from './sysdig-arguments.js';

/** What an audit log held beside calls. */
export interface AuditdCounts extends SourceCounts {
  /** Records of other types: paths, arguments, logins, the end of an event. */
  otherRecords: number;
}

const X86_64 = 'c000003e';
const I386 = '40000003';
const MAX_I386 = 512;
const SPACE = 32;
const QUOTE = 34;
const EXECUTES: ReadonlySet<number> = new Set(['execve', 'execveat'].map((name) => callNames().get(name) ?? -1));

/**
 * Calls from the log of Linux's audit daemon: records `type=SYSCALL`, raw or with the `ENRICHED` suffix, of x86-64 and
 * i386 (which count in the i386 table). Other records are counted and passed over. The record tells no container; the
 * thread is the record's `pid`. A program that was executed is named by `exe`; other paths stand in records of their
 * own, which are not read.
 *
 * Cost: about a microsecond a line. State: one line of at most 1 MiB and 16,384 calls.
 */
export class AuditdParser implements SourceParser {
  readonly #counts: AuditdCounts = { lines: 0, events: 0, malformed: 0, otherRecords: 0 };
  readonly #lines = new LineReader((bytes, start, end) => {
    this.#line(bytes, start, end);
  });
  readonly #calls = new DirectedCalls();
  readonly #paths = new NamedPaths((digest, text) => {
    this.#calls.columns.name(digest, text);
  });

  get counts(): Readonly<AuditdCounts> {
    return { ...this.#counts, events: this.#calls.events };
  }

  push(chunk: Uint8Array): readonly SourceItem[] {
    this.#lines.push(chunk);
    return this.#calls.take();
  }

  end(): readonly SourceItem[] {
    this.#lines.end();
    return this.#calls.end();
  }

  #line(bytes: Buffer, lineStart: number, end: number): void {
    if (lineStart >= end) return;
    this.#counts.lines++;
    const start = matches(bytes, lineStart, end, 'node=') ? wordEnd(bytes, lineStart, end) + 1 : lineStart;
    if (!matches(bytes, start, end, 'type=') || !hasStamp(bytes, start, end)) this.#counts.malformed++;
    else if (!matches(bytes, start + 5, end, 'SYSCALL ')) this.#counts.otherRecords++;
    else if (!this.#record(bytes, start, end)) this.#counts.malformed++;
  }

  #record(bytes: Buffer, start: number, end: number): boolean {
    const stamp = indexWithin(bytes, 'audit(', start, end) + 6;
    const timeUs = stampUs(bytes, stamp, end);
    const arch = fieldAt(bytes, 'arch=', stamp, end);
    const syscall = fieldAt(bytes, 'syscall=', arch, end);
    if (timeUs === undefined || arch < 0 || syscall < 0) return false;
    const number = integerAt(bytes, syscall, end);
    if (number === undefined || number < 0) return false;
    const call = callOf(bytes.toString('latin1', arch, arch + 8), number);
    const exit = fieldAt(bytes, 'exit=', syscall, end);
    const result = exit < 0 ? undefined : integerAt(bytes, exit, end);
    const pid = fieldAt(bytes, 'pid=', syscall, end);
    const thread = pid < 0 ? 0 : (integerAt(bytes, pid, end) ?? 0);
    const digest = EXECUTES.has(call) && result === 0 ? this.#program(call, bytes, syscall, end) : 0;
    this.#calls.add(
      'whole',
      this.#calls.place('', () => undefined),
      call,
      thread >>> 0,
      timeUs,
      result,
      digest,
    );
    return true;
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

function callOf(arch: string, number: number): number {
  if (arch === X86_64 && number < UNKNOWN_CALL) return number;
  if (arch === I386 && number < MAX_I386) return I386_OFFSET + number;
  return UNKNOWN_CALL;
}

function hasStamp(bytes: Buffer, start: number, end: number): boolean {
  return indexWithin(bytes, ' msg=audit(', start, Math.min(end, start + 256)) >= 0;
}

/** `1364481363.243:24287)`: seconds, milliseconds, serial. */
function stampUs(bytes: Buffer, start: number, end: number): number | undefined {
  let at = start;
  let seconds = 0;
  for (; at < end && isDigit(bytes[at]!) && at - start < 11; at++) seconds = seconds * 10 + bytes[at]! - 48;
  if (at === start || bytes[at] !== 46 || at + 4 >= end) return undefined;
  const ms = integerAt(bytes, at + 1, at + 4);
  return ms === undefined || ms < 0 ? undefined : seconds * US_PER_SECOND + ms * US_PER_MS;
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
