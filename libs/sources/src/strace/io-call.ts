import type { Gap, TimeUs } from '@plimsoll/contracts';

import type { Act } from '../activity/activity.js';

/** One call that moved bytes through a descriptor: read, recvfrom, writev, sendfile and their kin. */
export interface IoCall {
  /** Kernel thread id; 0 where the trace has none. */
  readonly thread: number;
  /** Call number of `syscall-table.ts`. */
  readonly call: number;
  readonly fd: number;
  /** Whether the descriptor is a socket, as the call's kind (recv, send) or strace's `-y` tells; undefined where neither does. */
  readonly socket: boolean | undefined;
  /** `in`: the thread received the bytes; `out`: it sent them. */
  readonly direction: 'in' | 'out';
  /** Entry and return of the call; equal where the trace does not tell them apart. */
  readonly startUs: TimeUs;
  readonly endUs: TimeUs;
  /** What the trace shows of the bytes, decoded from strace's escapes; at most `lengthBytes`. */
  readonly payload: Uint8Array;
  /** How many bytes the call moved, by its result. */
  readonly lengthBytes: number;
  /** `payload` holds every byte that was moved: false where strace's `-s` cut it, or nothing showed it (sendfile). */
  readonly complete: boolean;
}

/**
 * How a descriptor came to be. `socket` is neither accepted nor connected yet; `file` is anything that is no socket, or one
 * of a pair of sockets that a program makes for itself and its children.
 */
export type FdOrigin = 'accepted' | 'connected' | 'socket' | 'file' | 'duplicate';

/** A descriptor that a call returned, or that `connect` gave a peer. */
export interface FdOpened {
  readonly thread: number;
  readonly fd: number;
  readonly origin: FdOrigin;
  /** `127.0.0.1:33894`, `[::1]:80`, `unix:/run/x.sock`; empty where the trace does not show it. */
  readonly peer: string;
  /** The descriptor that was copied, where `origin` is `duplicate`. */
  readonly from: number;
  readonly timeUs: TimeUs;
}

/**
 * What sees the calls that carry data. The parser calls it in the order in which calls return; nothing here throws,
 * whatever the trace holds. `Exchange` is what the observer makes of them.
 */
export interface IoObserver<Exchange> {
  io(call: IoCall): void;
  opened(event: FdOpened): void;
  /** Descriptors `first` to `last` were closed. */
  closed(thread: number, first: number, last: number, timeUs: TimeUs): void;
  /** Nothing more will be sent through the descriptor. */
  shut(thread: number, fd: number, timeUs: TimeUs): void;
  /** A thread or process came to be; `shared` where both use one table of descriptors (CLONE_FILES). */
  spawned(parent: number, child: number, shared: boolean, timeUs: TimeUs): void;
  /** The thread's process runs another program: most of its descriptors are gone. */
  executed(thread: number, timeUs: TimeUs): void;
  /** `thread` belongs to `process`: what getpid told. */
  identified(thread: number, process: number, timeUs: TimeUs): void;
  /** The process whose first thread is `leader` has the descriptor: what the host's `/proc` told. */
  holds(leader: number, fd: number, socket: boolean): void;
  /** `thread` is one of the threads of the process whose first thread is `leader`: what the host's `/proc` told. */
  belongs(thread: number, leader: number): void;
  /** What a call's parameters say that the thread did; absent where nobody asks. Told before what follows from it. */
  readonly acted?: (thread: number, act: Act, timeUs: TimeUs) => void;
  /** The thread has ended; `process` where all threads of its process have. */
  exited(thread: number, process: boolean, timeUs: TimeUs): void;
  /** What passed that it cannot read, in words with what to do; undefined where nothing did. */
  notice?(): string | undefined;
  /** Exchanges that were lost since the last call, where any were: from when to when, and how many. */
  lost(): Gap | undefined;
  /** Exchanges that became final since the last call, in the order in which they did. */
  drain(): readonly Exchange[];
  /** The trace has ended: what is pending becomes final, marked incomplete. */
  end(): void;
}
