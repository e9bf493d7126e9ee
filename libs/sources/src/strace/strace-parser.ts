import { callName, callNames, nextTime, ORDINAL_STEP_US, UNKNOWN_CALL } from '@plimsoll/contracts';
import type { LogEvent, SourceItem, TimeUs } from '@plimsoll/contracts';

import { Refusals, type Refusal, type RefusalCause } from '../refusals.js';
import { noCounts, type SourceCounts, type SourceParser } from '../source.js';
import { indexWithin, isDigit, matches, skipSpaces } from '../bytes/byte-search.js';
import { CallTail, CUT, DETACHED, UNFINISHED } from './call-tail.js';
import { ColumnBuilder } from './column-builder.js';
import { GlueFinder } from './glued-line.js';
import { CallReporter, NO_REPORTER } from './call-reporter.js';
import type { IoObserver } from './io-call.js';
import { LineHead } from './line-head.js';
import { LineReader, MAX_LINE_BYTES } from '../bytes/line-reader.js';
import { HASH_SEED, NameTable, nextHash } from '../bytes/name-table.js';
import { isNamed, PathDigests } from '../bytes/path-digest.js';
import { MAX_PENDING, PendingCalls } from './pending-calls.js';
import { Tracees } from './tracees.js';

/** What a trace held beside whole calls. */
export interface StraceCounts extends SourceCounts {
  /** `--- SIGCHLD {…} ---` and stops. */
  signals: number;
  /** `+++ exited with 0 +++`. */
  exits: number;
  /** strace's own remarks: `strace: Process 7 attached`. */
  notices: number;
  /** Calls resumed whose beginning the trace does not hold. */
  orphans: number;
  /** Calls begun whose return the trace does not hold: they count, with result 0. */
  unreturned: number;
  /** Lines that break off within a call: the call counts, with result 0. */
  cut: number;
  /** Lines that followed another on the same line. */
  glued: number;
}

export interface StraceOptions<Exchange> {
  /** Emit SIGCHLD and SIGPIPE as the pseudo-calls 335 and 336, as hids-docker and LID-DS count them. Default false. */
  readonly countSignals?: boolean;
  /** What sees the calls that carry data. Without one, buffers are not decoded. */
  readonly observer?: IoObserver<Exchange>;
  /** Makes log events of what the observer rebuilt; they follow the calls of the same push. */
  readonly events?: (exchange: Exchange) => readonly LogEvent[];
}

const BATCH_CALLS = 16_384;
const OPEN = 40;
const LESS = 60;
const MINUS = 45;
const PLUS = 43;
const CARRIAGE_RETURN = 13;

const NAME_BYTES = new Uint8Array(256);
for (const byte of Buffer.from('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_?'))
  NAME_BYTES[byte] = 1;

const CALLS = new NameTable([...callNames(), ['????', UNKNOWN_CALL]]);
const SIGNALS = new NameTable(['SIGCHLD', 'SIGPIPE'].map((name) => [name, callNames().get(name) ?? UNKNOWN_CALL]));
const [EXIT, EXIT_GROUP] = [callNames().get('exit'), callNames().get('exit_group')];
const ATTACHED = 'strace: Process ';
const ATTACHED_BYTES = ATTACHED.length;
const RESTART_SYSCALL = callNames().get('restart_syscall') ?? UNKNOWN_CALL;
const [PSEUDO_CHILD, PSEUDO_PIPE] = [callNames().get('SIGCHLD'), callNames().get('SIGPIPE')];

/**
 * strace's text to calls: `-f -ttt -T` with `[pid N]` or `-o`'s numbers, `-tt`, `-t`, `-r`, and the plain form with
 * neither thread nor time, found out line by line.
 *
 * A call takes its place in the stream where it returns: at its line, or at its `resumed` line, with the time of its
 * return (entry and `-T`'s duration; of a resumed line its own time). Results are then known, no call waits for
 * another, and times never decrease. A call that never returns is placed where its thread's next line, exit, or the
 * end of the trace shows it, with result 0. Without times the n-th call, from 0, is at n steps of `ORDINAL_STEP_US`.
 *
 * Cost: a few hundred nanoseconds a line, no string and no allocation a call. State: one line of at most
 * `MAX_LINE_BYTES`, at most `MAX_PENDING` calls under way, 65,536 names seen.
 */
export class StraceParser<Exchange = never> implements SourceParser {
  readonly counts: StraceCounts = {
    ...noCounts(),
    signals: 0,
    exits: 0,
    notices: 0,
    orphans: 0,
    unreturned: 0,
    cut: 0,
    glued: 0,
  };

  private readonly reader = new LineReader((bytes, start, end, cut) => {
    this.line(bytes, start, end, cut);
  });
  private readonly head = new LineHead();
  private readonly tail = new CallTail();
  private readonly glue = new GlueFinder();
  private readonly pending = new PendingCalls();
  private readonly tracees = new Tracees();
  private readonly refused = new Refusals();
  private readonly columns = new ColumnBuilder(BATCH_CALLS);
  private readonly digests = new PathDigests((digest, text) => {
    this.columns.name(digest, text);
  });
  private readonly reporter: CallReporter<Exchange>;
  private readonly countSignals: boolean;
  private items: SourceItem[] = [];
  private ordinal = 0;
  private everTimed = false;
  private lastUs = 0;
  /** The thread whose line strace's own remark broke, or -1. */
  private brokenThread = -1;
  /** A line's second try, behind what the traced program wrote: there is no third. */
  private resyncing = false;

  constructor(private readonly options: StraceOptions<Exchange> = {}) {
    this.countSignals = options.countSignals ?? false;
    this.reporter = options.observer ? new CallReporter(options.observer) : NO_REPORTER;
  }

  get notice(): string | undefined {
    return this.options.observer?.notice?.();
  }

  get refusals(): readonly Refusal[] {
    return this.refused.list;
  }

  push(chunk: Uint8Array): readonly SourceItem[] {
    this.reader.push(chunk);
    this.glue.reset();
    return this.take();
  }

  end(): readonly SourceItem[] {
    this.reader.end();
    for (const slot of this.pending.inOrder()) this.unreturned(slot, this.now());
    this.reporter.end();
    return [...this.take(), { type: 'end' }];
  }

  private take(): readonly SourceItem[] {
    if (this.columns.count > 0) this.flush();
    const { items } = this;
    this.items = [];
    const { observer, events } = this.options;
    if (observer && events) {
      const gap = observer.lost();
      if (gap) items.push({ type: 'gap', gap, only: 'events' });
      for (const exchange of observer.drain()) {
        for (const event of events(exchange)) items.push({ type: 'event', event });
      }
    }
    return items;
  }

  private flush(): void {
    this.items.push({ type: 'calls', calls: this.columns.take() });
  }

  private line(bytes: Buffer, lineStart: number, lineEnd: number, cut: boolean): void {
    let start = lineStart;
    const end = lineEnd > lineStart && bytes[lineEnd - 1] === CARRIAGE_RETURN ? lineEnd - 1 : lineEnd;
    this.counts.lines++;
    if (cut) this.glue.reset();
    for (;;) {
      const next = this.glue.find(bytes, start, end);
      this.one(bytes, start, next, cut);
      if (next >= end) return;
      this.counts.glued++;
      this.counts.lines++;
      start = next;
    }
  }

  private one(bytes: Buffer, start: number, end: number, cut: boolean): void {
    const { head } = this;
    if (!head.read(bytes, start, end) || head.next >= end) {
      this.other(bytes, start, end, cut);
      return;
    }
    if (head.timed) this.everTimed = true;
    if (head.prefixed) this.tracees.seen(head.thread);
    else if (this.tracees.prefixes && head.thread === 0) head.thread = this.tracees.sole();
    const first = bytes[head.next]!;
    if (first === LESS) this.resumed(bytes, head.next, end, cut);
    else if (first === MINUS) this.signal(bytes, head.next, end);
    else if (first === PLUS) this.exit(bytes, head.next, end);
    else this.call(bytes, head.next, end, cut);
  }

  private call(bytes: Buffer, start: number, end: number, cut: boolean): void {
    let hash = HASH_SEED;
    let at = start;
    while (at < end && NAME_BYTES[bytes[at]!] === 1) hash = nextHash(hash, bytes[at++]!);
    if (at >= end || at === start || bytes[at] !== OPEN) {
      this.other(bytes, start, end, cut);
      return;
    }
    const { tail, head, pending } = this;
    let number = CALLS.find(hash, bytes, start, at);
    tail.read(bytes, at + 1, end);
    if (number < 0) {
      if (tail.form === CUT) {
        this.other(bytes, start, end, cut);
        return;
      }
      number = numberedCall(bytes, start, at);
    }
    this.counts.read++;
    const { thread } = head;
    if (pending.size > 0) {
      const slot = pending.find(thread);
      if (slot >= 0) this.unreturned(slot, this.now());
    }
    const startUs = this.now();
    const argumentsEnd = cut ? Math.min(tail.argumentsEnd, MAX_LINE_BYTES) : tail.argumentsEnd;
    const digest = isNamed(number) ? this.digests.digest(number, bytes, at + 1, argumentsEnd) : 0;
    if (tail.form === UNFINISHED) {
      this.begin(number, digest, bytes, at + 1, argumentsEnd);
      return;
    }
    if (tail.form === CUT) {
      const remark = attachRemark(bytes, at + 1, end);
      if (remark >= 0) {
        this.counts.notices++;
        this.tracees.attached(integerAt(bytes, remark + ATTACHED_BYTES, end));
        this.brokenThread = thread;
        this.begin(number, digest, bytes, at + 1, remark);
        return;
      }
      this.counts.cut++;
    } else if (tail.form === DETACHED) {
      this.counts.unreturned++;
    }
    if (number === EXIT || number === EXIT_GROUP) this.tracees.ended(thread);
    const endUs = startUs + tail.durationUs;
    this.emit(number, thread, endUs, tail.result, digest);
    if (this.reporter.wants(number)) {
      this.reporter.call(number, thread, startUs, this.lastUs, tail.result, bytes, at + 1, argumentsEnd, cut);
    }
  }

  private begin(number: number, digest: number, bytes: Buffer, start: number, end: number): void {
    const { thread } = this.head;
    if (this.pending.size >= MAX_PENDING) this.unreturned(this.pending.victim(), this.now());
    this.pending.add(thread, number, this.now(), digest);
    if (this.reporter.wants(number)) this.pending.keep(thread, bytes, start, end);
  }

  private resumed(bytes: Buffer, start: number, end: number, cut: boolean): void {
    if (!matches(bytes, start, end, '<... ')) {
      this.other(bytes, start, end, cut);
      return;
    }
    let hash = HASH_SEED;
    let at = start + 5;
    while (at < end && NAME_BYTES[bytes[at]!] === 1) hash = nextHash(hash, bytes[at++]!);
    let number = CALLS.find(hash, bytes, start + 5, at);
    if (matches(bytes, at, end, ' resumed>')) {
      at += 9;
    } else if (matches(bytes, start + 5, end, 'resuming interrupted ')) {
      number = RESTART_SYSCALL;
      const dots = indexWithin(bytes, '...>', at, end);
      at = dots < 0 ? end : dots + 4;
    } else {
      this.other(bytes, start, end, cut);
      return;
    }
    this.finish(number < 0 ? numberedCall(bytes, start + 5, at - 9) : number, this.head.thread, bytes, at, end, cut);
  }

  /** The rest of a call that began on an earlier line, from `start`. */
  private finish(number: number, thread: number, bytes: Buffer, start: number, end: number, cut: boolean): void {
    const { tail, pending } = this;
    this.counts.read++;
    tail.read(bytes, start, end);
    if (tail.form === UNFINISHED) return;
    if (tail.form === CUT) this.counts.cut++;
    const nowUs = this.now();
    let slot = pending.find(thread);
    if (slot < 0 && this.head.prefixed) slot = this.begunUnnamed(number, thread, nowUs);
    if (slot >= 0 && pending.numbers[slot] !== number && number !== UNKNOWN_CALL) {
      this.unreturned(slot, nowUs);
      slot = -1;
    }
    const argumentsEnd = cut ? Math.min(tail.argumentsEnd, MAX_LINE_BYTES) : tail.argumentsEnd;
    if (slot < 0) {
      this.counts.orphans++;
      this.emit(number, thread, nowUs, tail.result, 0);
      if (this.reporter.wants(number)) {
        const startUs = Math.max(0, nowUs - tail.durationUs);
        this.reporter.orphan(number, thread, startUs, this.lastUs, tail.result, bytes, start, argumentsEnd);
      }
      return;
    }
    const begun = pending.numbers[slot]!;
    const startUs = pending.startsUs[slot]!;
    this.emit(begun, thread, nowUs, tail.result, pending.digests[slot]!);
    if (this.reporter.wants(begun)) {
      const text = pending.text(thread);
      this.reporter.joined(begun, thread, startUs, this.lastUs, tail.result, text, bytes, start, argumentsEnd, cut);
    }
    pending.remove(slot);
  }

  /**
   * The slot of a call that began on a line without a thread, before strace traced a second one: now it is known whose
   * it was, and that what the unnamed opened is open in it.
   */
  private begunUnnamed(number: number, thread: number, nowUs: TimeUs): number {
    const { pending } = this;
    const slot = pending.find(0);
    if (slot < 0 || pending.numbers[slot] !== number) return -1;
    this.reporter.named(0, thread, nowUs);
    return pending.rename(slot, thread);
  }

  private unreturned(slot: number, timeUs: TimeUs): void {
    const { pending } = this;
    this.counts.unreturned++;
    this.emit(pending.numbers[slot]!, pending.threadAt(slot), timeUs, 0, pending.digests[slot]!);
    pending.remove(slot);
  }

  private signal(bytes: Buffer, start: number, end: number): void {
    if (!matches(bytes, start, end, '--- ')) {
      this.refuse('not of this form', bytes, start, end);
      return;
    }
    this.counts.signals++;
    this.counts.ignored++;
    this.reporter.signalled(this.head.thread, this.now(), bytes, start, end);
    if (!this.countSignals) return;
    let hash = HASH_SEED;
    let at = start + 4;
    while (at < end && NAME_BYTES[bytes[at]!] === 1) hash = nextHash(hash, bytes[at++]!);
    const number = SIGNALS.find(hash, bytes, start + 4, at);
    if (number !== PSEUDO_CHILD && number !== PSEUDO_PIPE) return;
    this.counts.ignored--;
    this.counts.read++;
    this.emit(number, this.head.thread, this.now(), 0, 0);
  }

  private exit(bytes: Buffer, start: number, end: number): void {
    if (!matches(bytes, start, end, '+++ ')) {
      this.refuse('not of this form', bytes, start, end);
      return;
    }
    this.counts.ignored++;
    const { thread } = this.head;
    const { pending } = this;
    const nowUs = this.now();
    this.counts.exits++;
    let slot = pending.find(thread);
    if (slot >= 0) this.unreturned(slot, nowUs);
    if (!matches(bytes, start + 4, end, 'superseded by execve in pid ')) {
      this.tracees.ended(thread);
      this.reporter.exited(thread, matches(bytes, start + 4, end, 'killed'), nowUs);
      return;
    }
    // The program goes on under this thread's id: the execve that the other thread began returns here.
    const other = integerAt(bytes, start + 32, end);
    this.tracees.ended(other);
    slot = pending.find(other);
    if (slot < 0 || other === thread) return;
    const [number, startUs, digest] = [pending.numbers[slot]!, pending.startsUs[slot]!, pending.digests[slot]!];
    pending.remove(slot);
    pending.add(thread, number, startUs, digest);
  }

  /** Lines that are no call: the rest of a line that a remark broke, remarks, a call behind the program's own output. */
  private other(bytes: Buffer, lineStart: number, end: number, cut: boolean): void {
    const start = skipSpaces(bytes, lineStart, end);
    if (start >= end) {
      this.counts.ignored++;
      return;
    }
    const broken = this.brokenThread;
    if (broken >= 0) {
      this.brokenThread = -1;
      if (matches(bytes, start, end, '<unfinished ...>')) {
        this.counts.read++;
        return;
      }
      const slot = this.pending.find(broken);
      if (slot >= 0 && (bytes[start] === 44 || bytes[start] === 41)) {
        this.finish(this.pending.numbers[slot]!, broken, bytes, start, end, cut);
        return;
      }
    }
    if (isRemark(bytes, start, end)) {
      this.counts.notices++;
      this.counts.ignored++;
      this.noticed(bytes, start, end);
      return;
    }
    const glued = this.resyncing ? -1 : indexWithin(bytes, '[pid ', start + 1, end);
    if (glued < 0) {
      this.refuse(cut ? 'too long' : 'not of this form', bytes, start, end);
      return;
    }
    this.counts.glued++;
    this.resyncing = true;
    this.one(bytes, glued, end, cut);
    this.resyncing = false;
  }

  /** `strace: Process 7 attached` and `strace: Process 7 detached` say who is traced. */
  private noticed(bytes: Buffer, start: number, end: number): void {
    if (!matches(bytes, start, end, ATTACHED)) return;
    const thread = integerAt(bytes, start + ATTACHED_BYTES, end);
    if (matches(bytes, end - 8, end, 'attached')) this.tracees.attached(thread);
    else this.tracees.ended(thread);
  }

  private refuse(cause: RefusalCause, bytes: Buffer, start: number, end: number): void {
    this.refused.add(this.counts, cause, bytes, start, end);
  }

  private now(): TimeUs {
    if (!this.everTimed) return this.ordinal * ORDINAL_STEP_US;
    return nextTime(this.lastUs, this.head.timeUs);
  }

  private emit(number: number, thread: number, timeUs: TimeUs, result: number, digest: number): void {
    const timeOrLastUs = this.everTimed ? nextTime(this.lastUs, timeUs) : this.ordinal * ORDINAL_STEP_US;
    this.lastUs = timeOrLastUs;
    this.ordinal++;
    this.counts.events++;
    this.columns.add(number, thread, timeOrLastUs, result, digest);
    if (this.columns.count === BATCH_CALLS) this.flush();
  }
}

/** The thread's id at `start`, 0 where there is none. */
function integerAt(bytes: Buffer, start: number, end: number): number {
  let value = 0;
  for (let at = start; at < end && isDigit(bytes[at]!) && value < 4_194_304; at++) value = value * 10 + bytes[at]! - 48;
  return value;
}

/** `syscall_0x1b3` is a call by number that this strace had no name for. */
function numberedCall(bytes: Buffer, start: number, end: number): number {
  if (!matches(bytes, start, end, 'syscall_0x') || end - start > 14) return UNKNOWN_CALL;
  const number = Number.parseInt(bytes.toString('latin1', start + 10, end), 16);
  return number < UNKNOWN_CALL && !callName(number).startsWith('call_') ? number : UNKNOWN_CALL;
}

/** Where `strace: Process 7 attached` breaks into a call's line, or -1. */
function attachRemark(bytes: Buffer, start: number, end: number): number {
  if (!matches(bytes, Math.max(start, end - 9), end, ' attached')) return -1;
  return indexWithin(bytes, ATTACHED, Math.max(start, end - 40), end);
}

function isRemark(bytes: Buffer, start: number, end: number): boolean {
  return (
    matches(bytes, start, end, 'strace: ') ||
    matches(bytes, start, end, 'Process ') ||
    matches(bytes, start, end, '[ Process PID=') ||
    matches(bytes, start, end, '<unfinished ...>') ||
    // A frame of the stack, which `-k` writes below its call.
    matches(bytes, start, end, '> ')
  );
}
