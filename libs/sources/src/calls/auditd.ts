import { callNames, callOfAbi, type SourceItem, type TimeUs } from '@plimsoll/contracts';

import { CaptureActivities } from '../activity/capture-activities.js';
import { Refusals, type Refusal, type RefusalCause } from '../refusals.js';
import type { SourceContext, SourceCounts, SourceParser } from '../source.js';
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
const EXIT_GROUP = callNames().get('exit_group');
const EXECUTES: ReadonlySet<number> = new Set(['execve', 'execveat'].map((name) => callNames().get(name) ?? -1));
const EXECVE = /\btype=(?:EXECVE|1309) /;
const MAX_ARGUMENTS = 64;

/** An execution whose arguments may follow. */
interface PendingExecution {
  readonly stamp: string;
  readonly thread: number;
  readonly parent: number | undefined;
  readonly program: string;
  readonly timeUs: TimeUs;
}

/**
 * Calls from the log of Linux's audit daemon: records `type=SYSCALL`, raw or with the `ENRICHED` suffix, also behind
 * syslog's words, as the kernel or journald writes them (`auditd-record.ts`), or an event a line as laurel does; of
 * x86-64, i386 and arm64, by name. A call of another machine is refused. Other records are counted and passed over;
 * where records were lost there is a gap. The record tells no container; the thread is the record's `pid`. A program
 * that was executed is named by `exe`, its arguments by the record `EXECVE` that follows; other paths stand in records of
 * their own, which are not read.
 *
 * Cost: about two microseconds a line, some eight for an execution. State: one line of at most 1 MiB, 16,384 calls, and
 * what `CaptureActivities` holds.
 */
export class AuditdParser implements SourceParser {
  readonly #counts = { lines: 0, malformed: 0, otherRecords: 0, losses: 0 };
  readonly #refusals = new Refusals();
  readonly #lines = new LineReader((bytes, start, end) => {
    this.#line(bytes, start, end);
  });
  readonly #calls = new DirectedCalls();
  readonly #activities: CaptureActivities;
  #pending: PendingExecution | undefined;
  readonly #paths = new NamedPaths((digest, text) => {
    this.#calls.columns.name(digest, text);
  });

  constructor(context: SourceContext) {
    this.#activities = new CaptureActivities(context, (item) => {
      this.#calls.put(item);
    });
  }

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
    this.#tellAct([]);
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
    else if (head.type === 'other') {
      this.#counts.otherRecords++;
      this.#arguments(bytes, start, head.text, end);
    } else if (!this.#call(head, bytes, end)) this.#refuse('not of this form', bytes, start, end);
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
    const exe = EXECUTES.has(call) && result === 0 ? auditText(bytes, 'exe=', syscall, end) : undefined;
    const parent = fieldAt(bytes, 'ppid=', text, end);
    this.#tellAct([]);
    this.#add(call, thread, timeUs, result, exe);
    if (call === EXIT_GROUP) this.#activities.ended(undefined, thread);
    if (exe === undefined || timeUs === undefined) return true;
    const ppid = parent < 0 ? undefined : integerAt(bytes, parent, end);
    this.#pending = { stamp: stampOf(bytes, text, end), thread, parent: ppid, program: exe.toString('utf8'), timeUs };
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
    const exe = EXECUTES.has(call) && event.result === 0 ? event.exe : undefined;
    this.#add(call, event.thread, event.timeUs, event.result, exe === undefined ? undefined : Buffer.from(exe));
    if (call === EXIT_GROUP) this.#activities.ended(undefined, event.thread);
    if (exe === undefined) return;
    const { thread, parent, timeUs, argv } = event;
    this.#pending = { stamp: '', thread, parent, program: exe, timeUs };
    this.#tellAct(argv);
  }

  /** `program` is what was executed, where something was. */
  #add(
    call: number,
    thread: number,
    timeUs: TimeUs | undefined,
    result: number | undefined,
    program: Buffer | undefined,
  ): void {
    const slot = this.#calls.slot('', () => undefined);
    const digest = program === undefined ? 0 : this.#paths.path(call, program, 0, program.length);
    this.#calls.add('whole', slot, call, thread >>> 0, timeUs, result, digest);
    if (timeUs !== undefined) this.#activities.watched(undefined, timeUs, true);
  }

  /** The record with the arguments of an execution stands behind that of its call, under the same stamp. */
  #arguments(bytes: Buffer, start: number, text: number, end: number): void {
    if (this.#pending === undefined || !EXECVE.test(bytes.toString('latin1', start, text))) return;
    if (stampOf(bytes, text, end) !== this.#pending.stamp) return;
    const argv: string[] = [];
    for (let i = 0; i < MAX_ARGUMENTS; i++) {
      const argument = auditText(bytes, `a${i}=`, text, end);
      if (argument === undefined) break;
      argv.push(argument.toString('utf8'));
    }
    this.#tellAct(argv);
  }

  /** Tells the execution that is pending, if any. */
  #tellAct(argv: readonly string[]): void {
    const pending = this.#pending;
    if (pending === undefined) return;
    this.#pending = undefined;
    const { thread, parent, program, timeUs } = pending;
    const act = { kind: 'execute', target: program, writes: false, failed: false } as const;
    this.#activities.act(undefined, thread, parent, { ...act, argv: argv.length > 0 ? argv : [program] }, timeUs);
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
}

/** `audit(1364481363.243:24287)`: what the records of one event share. */
function stampOf(bytes: Buffer, start: number, end: number): string {
  return bytes.toString('latin1', start, Math.min(wordEnd(bytes, start, end), start + 64)).replace(/:$/, '');
}

/** The text of `exe="/bin/cat"`, or of `exe=2F62…`, as the kernel writes texts with blanks. */
function auditText(bytes: Buffer, name: string, start: number, end: number): Buffer | undefined {
  const at = fieldAt(bytes, name, start, end);
  if (at < 0) return undefined;
  if (bytes[at] !== QUOTE) {
    return Buffer.from(bytes.toString('latin1', at, Math.min(wordEnd(bytes, at, end), at + 8_192)), 'hex');
  }
  const close = indexWithin(bytes, QUOTE, at + 1, end);
  return close < 0 ? undefined : bytes.subarray(at + 1, close);
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
