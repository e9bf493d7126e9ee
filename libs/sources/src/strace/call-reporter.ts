import { callNames } from '@plimsoll/contracts';
import type { TimeUs } from '@plimsoll/contracts';

import { isAct, straceAct } from '../activity/strace-act.js';
import { indexWithin, matches } from '../bytes/byte-search.js';
import { annotatedSocket, callText, lastPair, peeks, readDescriptor, readPayload } from './call-text.js';
import type { FdOrigin, IoObserver } from './io-call.js';
import { readPeer } from './socket-address.js';

type Kind =
  | 'in'
  | 'out'
  | 'accept'
  | 'connect'
  | 'opens'
  | 'pair'
  | 'socket'
  | 'dup'
  | 'fcntl'
  | 'close'
  | 'closeRange'
  | 'shutdown'
  | 'spawn'
  | 'execute'
  | 'getpid'
  | 'exitGroup';

const KINDS: Readonly<Record<Kind, string>> = {
  in: 'read readv recvfrom recvmsg',
  out: 'write writev sendto sendmsg sendfile splice',
  accept: 'accept accept4',
  connect: 'connect',
  opens:
    'open openat openat2 creat epoll_create epoll_create1 eventfd eventfd2 timerfd_create memfd_create inotify_init1',
  pair: 'pipe pipe2 socketpair',
  socket: 'socket',
  dup: 'dup dup2 dup3',
  fcntl: 'fcntl',
  close: 'close',
  closeRange: 'close_range',
  shutdown: 'shutdown',
  spawn: 'clone clone3 fork vfork',
  execute: 'execve execveat',
  getpid: 'getpid',
  exitGroup: 'exit_group',
};

const kinds: (Kind | undefined)[] = new Array<Kind | undefined>(2_048).fill(undefined);
for (const [kind, names] of Object.entries(KINDS) as [Kind, string][]) {
  for (const name of names.split(' ')) {
    const number = callNames().get(name);
    if (number !== undefined) kinds[number] = kind;
  }
}
const wanted = Uint8Array.from(kinds, (kind) => (kind === undefined ? 0 : 1));
const wantedWithActs = wanted.map((known, number) => (isAct(number) ? 1 : known));
const none = new Uint8Array(2_048);

const SPLICE = callNames().get('splice');
const FORK = callNames().get('fork');
const RECVFROM = callNames().get('recvfrom');
const RECVMSG = callNames().get('recvmsg');
const SENDTO = callNames().get('sendto');
const SENDMSG = callNames().get('sendmsg');
const EINPROGRESS = 115;
const EBADF = 9;
const SENDER = 'si_pid=';

/**
 * Tells an observer what a call's text and result say about descriptors, data and threads. The text is an attacker's
 * in part: whatever is not of the expected form is passed over.
 */
export class CallReporter<Exchange> {
  private scratch = Buffer.alloc(4_096);
  private readonly table: Uint8Array;

  constructor(private readonly observer: IoObserver<Exchange> | undefined) {
    this.table = observer?.acted ? wantedWithActs : observer ? wanted : none;
  }

  wants(number: number): boolean {
    return this.table[number] === 1;
  }

  /**
   * A signal that one thread was sent by another (`SI_TKILL`): runtimes send such ones within their process, as Go does
   * to every thread that runs for long.
   */
  signalled(thread: number, timeUs: TimeUs, bytes: Buffer, start: number, end: number): void {
    if (!this.observer || !has(bytes, start, end, 'si_code=SI_TKILL')) return;
    const at = indexWithin(bytes, SENDER, start, end);
    const sender = at < 0 ? 0 : callText(bytes, at + SENDER.length, end).firstNumber();
    if (sender > 0) this.observer.identified(thread, sender, timeUs);
  }

  /** A call whose arguments are `bytes[start, end)`; `cut` where the line was too long to hold. */
  call(
    number: number,
    thread: number,
    startUs: TimeUs,
    endUs: TimeUs,
    result: number,
    bytes: Buffer,
    start: number,
    end: number,
    cut: boolean,
  ): void {
    const { observer } = this;
    const kind = kinds[number];
    if (!observer) return;
    if (observer.acted && isAct(number)) {
      const act = straceAct(number, result, bytes, start, end);
      if (act) observer.acted(thread, act, endUs);
    }
    if (kind === undefined) return;
    if (kind === 'in' || kind === 'out') {
      if (result > 0) this.data(number, kind, thread, startUs, endUs, result, bytes, start, end, cut);
      return;
    }
    if (kind === 'exitGroup') {
      observer.exited(thread, true, endUs);
      return;
    }
    if (kind === 'close') {
      const fd = readDescriptor(bytes, start, end);
      if (fd >= 0 && result !== -EBADF) observer.closed(thread, fd, fd, endUs);
      return;
    }
    if (kind === 'connect') {
      const fd = readDescriptor(bytes, start, end);
      if (fd >= 0 && (result === 0 || result === -EINPROGRESS)) {
        observer.opened({
          thread,
          fd,
          origin: 'connected',
          peer: readPeer(bytes, start, end),
          from: -1,
          timeUs: endUs,
        });
      }
      return;
    }
    if (result >= 0) this.succeeded(number, kind, thread, endUs, result, bytes, start, end);
  }

  /** A call that began on an earlier line, whose arguments are `text` and then `bytes[start, end)`. */
  joined(
    number: number,
    thread: number,
    startUs: TimeUs,
    endUs: TimeUs,
    result: number,
    text: Buffer,
    bytes: Buffer,
    start: number,
    end: number,
    cut: boolean,
  ): void {
    const length = text.length + Math.max(0, end - start);
    if (this.scratch.length < length) this.scratch = Buffer.allocUnsafe(length * 2);
    text.copy(this.scratch, 0);
    bytes.copy(this.scratch, text.length, start, Math.max(start, end));
    this.call(number, thread, startUs, endUs, result, this.scratch, 0, length, cut);
    if (this.scratch.length > 1_048_576) this.scratch = Buffer.alloc(4_096);
  }

  /** A call whose beginning is unknown: what its result alone tells. */
  orphan(
    number: number,
    thread: number,
    startUs: TimeUs,
    endUs: TimeUs,
    result: number,
    bytes: Buffer,
    start: number,
    end: number,
  ): void {
    const kind = kinds[number];
    const told =
      kind === 'accept' ||
      kind === 'opens' ||
      kind === 'pair' ||
      kind === 'socket' ||
      kind === 'getpid' ||
      kind === 'spawn';
    if (told) this.call(number, thread, startUs, endUs, result, bytes, start, end, false);
  }

  /** The thread that was called `before` is `thread`: they share everything. */
  named(before: number, thread: number, timeUs: TimeUs): void {
    this.observer?.spawned(before, thread, true, timeUs);
  }

  exited(thread: number, process: boolean, timeUs: TimeUs): void {
    this.observer?.exited(thread, process, timeUs);
  }

  end(): void {
    this.observer?.end();
  }

  private data(
    number: number,
    direction: 'in' | 'out',
    thread: number,
    startUs: TimeUs,
    endUs: TimeUs,
    lengthBytes: number,
    bytes: Buffer,
    start: number,
    end: number,
    cut: boolean,
  ): void {
    const fd = number === SPLICE ? callText(bytes, start, end).thirdNumber() : readDescriptor(bytes, start, end);
    if (fd < 0) return;
    const receives = number === RECVFROM || number === RECVMSG;
    const socket = receives || number === SENDTO || number === SENDMSG || annotatedSocket(bytes, start, end);
    const payload = readPayload(bytes, start, end, lengthBytes);
    if (receives && peeks(bytes, end)) return;
    const complete = !cut && payload.length === lengthBytes;
    this.observer?.io({ thread, call: number, fd, socket, direction, startUs, endUs, payload, lengthBytes, complete });
  }

  private succeeded(
    number: number,
    kind: Kind,
    thread: number,
    timeUs: TimeUs,
    result: number,
    bytes: Buffer,
    start: number,
    end: number,
  ): void {
    const { observer } = this;
    if (!observer) return;
    const opened = (origin: FdOrigin, fd: number, peer = '', from = -1): void => {
      observer.opened({ thread, fd, origin, peer, from, timeUs });
    };
    const first = readDescriptor(bytes, start, end);
    if (kind === 'accept') opened('accepted', result, readPeer(bytes, start, end));
    else if (kind === 'opens') opened('file', result);
    else if (kind === 'pair') for (const fd of lastPair(bytes, start, end)) opened('file', fd);
    else if (kind === 'socket') opened('socket', result);
    else if (kind === 'dup' && first >= 0) opened('duplicate', result, '', first);
    else if (kind === 'fcntl' && first >= 0 && has(bytes, start, end, 'F_DUPFD'))
      opened('duplicate', result, '', first);
    else if (kind === 'closeRange' && first >= 0) {
      const last = callText(bytes, start, end).secondNumber();
      if (!has(bytes, start, end, 'CLOEXEC')) observer.closed(thread, first, Math.max(first, last), timeUs);
    } else if (kind === 'shutdown' && first >= 0) {
      if (!has(bytes, start, end, 'SHUT_RD)') && !matches(bytes, end - 7, end, 'SHUT_RD'))
        observer.shut(thread, first, timeUs);
    } else if (kind === 'getpid' && result > 0) observer.identified(thread, result, timeUs);
    else if (kind === 'execute') observer.executed(thread, timeUs);
    else if (kind === 'spawn' && result > 0) {
      const shared = number !== FORK && has(bytes, start, end, 'CLONE_FILES');
      observer.spawned(thread, result, shared, timeUs);
    }
  }
}

export const NO_REPORTER = new CallReporter<never>(undefined);

function has(bytes: Buffer, start: number, end: number, word: string): boolean {
  return indexWithin(bytes, word, start, end) >= 0;
}
