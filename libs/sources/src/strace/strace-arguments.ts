import { callNames, PlimsollError } from '@plimsoll/contracts';

import { ACTS } from '../activity/strace-act.js';

/** What strace is to watch: running processes with their children, or a program that it starts. */
export type StraceTarget = { readonly pids: readonly number[] } | { readonly command: readonly string[] };

export interface StraceSettings {
  /** Bytes of each buffer that are shown; default 2,048. More costs the traced program time. */
  readonly bufferBytes?: number;
  /** Only these calls are traced; by default all. Rebuilding requests needs those that carry data. */
  readonly calls?: readonly string[];
  /** What a started program prints goes to standard error. By default nowhere: it may hold secrets, and logs must not. */
  readonly shows?: boolean;
}

/** Calls without which requests, statements and acts cannot be rebuilt: data, descriptors, who shares them, and acts. */
export const CARRYING_CALLS: readonly string[] = [
  ...'read write readv writev recvfrom sendto recvmsg sendmsg sendfile splice accept accept4 socket socketpair pipe pipe2 close close_range shutdown dup dup2 dup3 fcntl clone clone3 fork vfork getpid exit_group'.split(
    ' ',
  ),
  ...ACTS,
];

const MAX_BUFFER_BYTES = 1_048_576;
const MAX_PIDS = 4_096;

/**
 * strace's arguments. A filter that is given with a command works in the kernel (`--seccomp-bpf`: calls outside it cost
 * next to nothing); on running processes strace stops at every call and passes over those outside it.
 * Throws `bad-configuration` on a call that no table knows, ids that are none, and an empty target.
 */
export function straceArguments(target: StraceTarget, output: string, settings: StraceSettings = {}): string[] {
  const { bufferBytes = 2_048, calls } = settings;
  if (!Number.isSafeInteger(bufferBytes) || bufferBytes < 0 || bufferBytes > MAX_BUFFER_BYTES) {
    throw new PlimsollError('bad-configuration', `bufferBytes must be 0 to ${MAX_BUFFER_BYTES}, not ${bufferBytes}`);
  }
  const args = ['-f', '-q', '-ttt', '-T', '-s', String(bufferBytes), '-o', output];
  if (calls) {
    for (const name of calls) {
      if (!/^[a-z_0-9]{2,32}$/.test(name) || !callNames().has(name)) {
        throw new PlimsollError('bad-configuration', `${JSON.stringify(name.slice(0, 64))} is no system call`);
      }
    }
    if ('command' in target) args.push('--seccomp-bpf');
    // `?` lets strace pass over a call that this machine's architecture does not have.
    args.push('-e', `trace=${calls.map((name) => `?${name}`).join(',')}`);
  }
  if ('command' in target) {
    // With -o and a command strace blocks the signals that end it, unless it is told not to.
    args.push('-I', '2');
    if (target.command.length === 0) throw new PlimsollError('bad-configuration', 'no command to start');
    return [...args, '--', ...target.command];
  }
  const { pids } = target;
  if (pids.length === 0) throw new PlimsollError('bad-configuration', 'no process to attach to');
  if (pids.length > MAX_PIDS || !pids.every((pid) => Number.isSafeInteger(pid) && pid > 0)) {
    throw new PlimsollError('bad-configuration', `process ids must be positive, and at most ${MAX_PIDS}`);
  }
  return [...args, '-p', pids.join(',')];
}
