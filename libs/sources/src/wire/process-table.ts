import type { TimeUs } from '@plimsoll/contracts';

import type { Connection } from './connection.js';

const MAX_THREADS = 65_536;
const MAX_PROCESSES = 16_384;
/** Descriptors of all processes; beyond it files are forgotten, which costs an attempt to recognise a protocol. */
const MAX_DESCRIPTORS = 262_144;
/** A descriptor that another thread accepted so long ago was not handed over just now. */
const HANDOVER_US = 5_000_000;

/** A descriptor that carries no connection. */
export const FILE = 'file';
export type Descriptor = Connection | typeof FILE;

/** What shares one table of descriptors. */
export class Process {
  readonly descriptors = new Map<number, Descriptor>();
  threads = 1;
  /**
   * It accepts connections itself, or makes threads in the trace: no helper to which others hand what they accept. It may
   * still be of one process with them, as in Go, where whichever thread is free accepts.
   */
  servesItself = false;
  reportedId: number | undefined;

  constructor(
    readonly id: number,
    /** Its birth is in the trace, or the host told it: no other thread's table can be its own. */
    public known: boolean,
  ) {}
}

/**
 * Which threads share descriptors. strace does not say. Of processes attached to live the host's `/proc` does; else it is
 * inferred, the surest first: the flags of the clone
 * that made the thread; what getpid returned (equal for the threads of one process, whatever the namespace); a
 * connection that one thread accepted and another is the first to use. What remains is taken for a process of its own,
 * as in Apache's prefork: two requests mixed would be worse than one connection seen as two.
 */
export class ProcessTable {
  private readonly byThread = new Map<number, Process>();
  private readonly byReportedId = new Map<number, Process>();
  /** Connections accepted and not used yet, by descriptor: what may be handed to another thread. */
  private readonly unclaimed = new Map<number, Process>();
  private readonly handedTo = new Set<number>();
  private descriptors = 0;

  /** `onClosed` is told of each connection that no process holds any more. */
  constructor(private readonly onClosed: (connection: Connection, timeUs: TimeUs) => void) {}

  of(thread: number): Process {
    const known = this.byThread.get(thread);
    if (known) return known;
    const process = new Process(thread, false);
    this.register(thread, process);
    return process;
  }

  get(process: Process, fd: number): Descriptor | undefined {
    return process.descriptors.get(fd);
  }

  set(process: Process, fd: number, descriptor: Descriptor, timeUs: TimeUs): void {
    this.drop(process, fd, timeUs);
    if (this.descriptors >= MAX_DESCRIPTORS && descriptor === FILE) return;
    process.descriptors.set(fd, descriptor);
    this.descriptors++;
    if (descriptor !== FILE) descriptor.holders++;
  }

  drop(process: Process, fd: number, timeUs: TimeUs): void {
    const descriptor = process.descriptors.get(fd);
    if (descriptor === undefined) return;
    process.descriptors.delete(fd);
    this.descriptors--;
    if (this.unclaimed.get(fd) === process) this.unclaimed.delete(fd);
    if (descriptor !== FILE && --descriptor.holders === 0) this.onClosed(descriptor, timeUs);
  }

  dropRange(process: Process, first: number, last: number, timeUs: TimeUs): void {
    for (const fd of [...process.descriptors.keys()]) if (fd >= first && fd <= last) this.drop(process, fd, timeUs);
  }

  /** The thread accepts connections itself: its process, apart from one that it was taken to be a helper of. */
  accepting(thread: number): Process {
    if (this.handedTo.delete(thread)) {
      this.of(thread).threads--;
      const process = new Process(thread, false);
      process.servesItself = true;
      this.register(thread, process);
    }
    return this.of(thread);
  }

  /** A connection was accepted: until its process uses it, another thread may be the one that serves it. */
  offer(process: Process, fd: number): void {
    this.unclaimed.set(fd, process);
    if (this.unclaimed.size > MAX_PROCESSES) this.unclaimed.clear();
  }

  /** The thread uses a descriptor: its process, after a handover that this use shows. */
  using(thread: number, fd: number, timeUs: TimeUs): Process {
    const process = this.of(thread);
    if (this.unclaimed.size === 0) return process;
    const owner = this.unclaimed.get(fd);
    if (!owner) return process;
    if (owner === process) {
      this.unclaimed.delete(fd);
      return process;
    }
    if (process.known || process.servesItself || process.threads > 1 || process.descriptors.has(fd)) return process;
    const connection = owner.descriptors.get(fd);
    if (connection === undefined || connection === FILE || timeUs - connection.lastUs > HANDOVER_US) return process;
    this.unclaimed.delete(fd);
    this.handedTo.add(thread);
    if (this.handedTo.size > MAX_THREADS) this.handedTo.clear();
    return this.join(thread, owner, timeUs);
  }

  spawned(parent: number, child: number, shared: boolean, timeUs: TimeUs): void {
    const from = this.of(parent);
    if (shared) {
      from.servesItself = true;
      this.join(child, from, timeUs);
      return;
    }
    const process = this.of(child);
    process.known = true;
    if (process === from) return;
    for (const [fd, descriptor] of from.descriptors) {
      if (!process.descriptors.has(fd)) this.set(process, fd, descriptor, timeUs);
    }
  }

  identified(thread: number, processId: number, timeUs: TimeUs): void {
    const process = this.of(thread);
    const same = this.byReportedId.get(processId) ?? this.byThread.get(processId);
    if (same && same !== process && same.reportedId !== undefined && same.reportedId !== processId) return;
    if (same && same !== process) {
      if (process.reportedId === undefined && this.mayBeOne(thread, process, same, processId))
        this.merge(process, same, timeUs);
      this.report(same, processId);
      return;
    }
    this.report(process, processId);
  }

  /** The host says whose thread it is, which no inference outdoes. */
  belongs(thread: number, leader: number): void {
    const process = this.of(leader);
    process.known = true;
    if (thread !== leader) this.join(thread, process, 0);
  }

  /** The thread has ended; `all` where its whole process has. */
  exited(thread: number, all: boolean, timeUs: TimeUs): void {
    const process = this.byThread.get(thread);
    if (!process) return;
    this.byThread.delete(thread);
    this.handedTo.delete(thread);
    process.threads--;
    if (all || process.threads <= 0) this.release(process, timeUs);
  }

  /**
   * Another program runs in the process: connections above standard error are taken for closed on exec. That a number is
   * no connection is remembered until it is opened anew: a filter may read what it is given from any descriptor.
   */
  executed(thread: number, timeUs: TimeUs): void {
    const process = this.of(thread);
    for (const [fd, descriptor] of [...process.descriptors])
      if (fd > 2 && descriptor !== FILE) this.drop(process, fd, timeUs);
  }

  /**
   * Threads that were there before the trace may be of one process, and still accept and make threads each for itself.
   * The number decides for these only where the trace numbers as the programs do (the first thread goes by it): within
   * two containers many go by one number.
   */
  private mayBeOne(thread: number, process: Process, same: Process, processId: number): boolean {
    if (process.known || areApart(process, same)) return false;
    return !process.servesItself || thread === processId || this.byThread.get(processId) === same;
  }

  /** All threads of one process are those of another. Cost: the threads of the trace. */
  private merge(from: Process, into: Process, timeUs: TimeUs): void {
    const threads = [...this.byThread].filter(([, process]) => process === from).map(([thread]) => thread);
    into.servesItself ||= from.servesItself;
    for (const thread of threads) this.join(thread, into, timeUs);
  }

  private report(process: Process, processId: number): void {
    process.reportedId = processId;
    this.byReportedId.set(processId, process);
    if (this.byReportedId.size > MAX_PROCESSES) this.byReportedId.clear();
  }

  private join(thread: number, into: Process, timeUs: TimeUs): Process {
    const from = this.byThread.get(thread);
    if (from === into) return into;
    this.register(thread, into);
    into.threads++;
    if (!from) return into;
    from.threads--;
    if (from.threads > 0) return into;
    for (const [fd, descriptor] of [...from.descriptors]) {
      if (!into.descriptors.has(fd)) this.set(into, fd, descriptor, timeUs);
      this.drop(from, fd, timeUs);
    }
    this.release(from, timeUs);
    return into;
  }

  private register(thread: number, process: Process): void {
    this.byThread.set(thread, process);
    if (this.byThread.size <= MAX_THREADS) return;
    for (const oldest of this.byThread.keys()) {
      this.exited(oldest, false, 0);
      return;
    }
  }

  private release(process: Process, timeUs: TimeUs): void {
    this.dropRange(process, 0, Number.MAX_SAFE_INTEGER, timeUs);
    if (process.reportedId !== undefined) this.byReportedId.delete(process.reportedId);
  }
}

/**
 * One number stood for an accepted connection of each at one time: they have a table each, as processes of two
 * containers have that go by one id.
 */
function areApart(one: Process, other: Process): boolean {
  for (const [fd, descriptor] of one.descriptors) {
    const there = other.descriptors.get(fd);
    if (there === undefined || there === descriptor || there === FILE || descriptor === FILE) continue;
    const accepted = there.origin === 'accepted' && descriptor.origin === 'accepted';
    if (accepted && there.openedUs <= descriptor.lastUs && descriptor.openedUs <= there.lastUs) return true;
  }
  return false;
}
