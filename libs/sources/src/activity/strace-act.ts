import { callNames } from '@plimsoll/contracts';

import { DecodedStrings } from '../strace/escapes.js';
import { readPeer } from '../strace/socket-address.js';
import type { Act, ActKind } from './activity.js';

/** Calls that change what a process may do, or that a workload hardly ever makes and an escape often needs. */
const PRIVILEGE =
  'setuid setgid setreuid setregid setresuid setresgid setfsuid setfsgid setgroups capset setns unshare mount umount2 ' +
  'pivot_root chroot ptrace process_vm_readv process_vm_writev bpf perf_event_open userfaultfd memfd_create io_uring_setup ' +
  'init_module finit_module delete_module kexec_load keyctl add_key open_by_handle_at fanotify_init reboot swapon';

const KINDS: Readonly<Record<ActKind, string>> = {
  execute: 'execve execveat',
  open: 'open openat openat2 creat',
  connect: 'connect',
  listen: 'bind',
  privilege: PRIVILEGE,
};

/** Names of all calls that are acts. */
export const ACTS: readonly string[] = Object.values(KINDS).flatMap((list) => list.split(' '));

const kinds: (ActKind | undefined)[] = new Array<ActKind | undefined>(2_048).fill(undefined);
const names: string[] = [];
for (const [kind, list] of Object.entries(KINDS) as [ActKind, string][]) {
  for (const name of list.split(' ')) {
    const number = callNames().get(name);
    if (number === undefined) continue;
    kinds[number] = kind;
    names[number] = name;
  }
}
const CREAT = callNames().get('creat');
const ECONNREFUSED = 111;
const EINPROGRESS = 115;
const EACCES = 13;
const EPERM = 1;
const MAX_TEXT = 16_384;
const MAX_PATH = 4_096;
const MAX_ARGUMENTS = 256;
const decoded = new DecodedStrings();

/** Whether calls of this number are acts. */
export function isAct(number: number): boolean {
  return kinds[number] !== undefined;
}

/** What a call of this number does, where it is an act. */
export function kindOfCall(number: number): ActKind | undefined {
  return kinds[number];
}

/** The name of an act's call. */
export function nameOfCall(number: number): string | undefined {
  return names[number];
}

/** What a call with the arguments `bytes[start, end)` did, in strace's words; undefined where it did nothing to tell. */
export function straceAct(number: number, result: number, bytes: Buffer, start: number, end: number): Act | undefined {
  const kind = kinds[number];
  if (kind === undefined) return undefined;
  const failed = result < 0;
  const act = (target: string, argv: readonly string[] = [], writes = false): Act | undefined =>
    target === '' ? undefined : { kind, target, argv, writes, failed };
  switch (kind) {
    case 'execute':
      return failed ? undefined : act(...program(bytes, start, end));
    case 'open': {
      if (failed && result !== -EACCES && result !== -EPERM) return undefined;
      const { text, next } = quoted(bytes, start, end, MAX_PATH);
      const flags = bytes.toString('latin1', next, Math.min(end, next + 160));
      return act(text, [], number === CREAT || /O_(?:WRONLY|RDWR|TRUNC|CREAT)\b/.test(flags));
    }
    case 'connect':
      if (failed && result !== -EINPROGRESS && result !== -ECONNREFUSED) return undefined;
      return act(readPeer(bytes, start, end));
    case 'listen':
      return failed ? undefined : act(readPeer(bytes, start, end));
    default:
      return act(names[number] ?? '');
  }
}

/** Path and arguments of `"/bin/sh", ["sh", "-c", "id"], 0x7ffe… `. */
function program(bytes: Buffer, start: number, end: number): [string, string[]] {
  const { text: path, next } = quoted(bytes, start, Math.min(end, start + MAX_TEXT), MAX_PATH);
  const argv: string[] = [];
  const limit = Math.min(end, start + MAX_TEXT);
  let at = bytes.indexOf('[', next, 'latin1');
  while (at >= 0 && at < limit && argv.length < MAX_ARGUMENTS) {
    const mark = bytes[at]!;
    if (mark === 93) break;
    if (mark !== 34) {
      at++;
      continue;
    }
    const found = quoted(bytes, at, limit, MAX_TEXT);
    argv.push(found.text);
    at = found.next;
  }
  return [path, argv];
}

/** The first quoted string from `start`, decoded; empty where there is none. `next` is behind its closing quote. */
function quoted(bytes: Buffer, start: number, end: number, limit: number): { text: string; next: number } {
  let at = start;
  while (at < end && bytes[at] !== 34) at++;
  if (at >= end) return { text: '', next: end };
  decoded.begin();
  decoded.add(bytes, at + 1, end, limit);
  const data = decoded.view();
  return { text: Buffer.from(data.buffer, data.byteOffset, data.length).toString('utf8'), next: decoded.close + 1 };
}
