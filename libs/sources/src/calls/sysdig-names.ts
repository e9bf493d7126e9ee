import { callNames, UNKNOWN_CALL } from '@plimsoll/contracts';

import { HASH_SEED, NameTable, nextHash } from '../bytes/name-table.js';

/** Names of sysdig's event table that differ from the kernel's, beside those that the table of calls knows. */
const ALIASES: readonly (readonly [string, string])[] = [
  ['llseek', 'lseek'],
  ['prlimit', 'prlimit64'],
  ['setresuid32', 'setresuid'],
  ['syscall', 'unknown'],
];

/** Events of sysdig's and Falco's own, and of the scheduler: no calls. */
const NOT_CALLS =
  'switch procexit procinfo signaldeliver page_fault page_fault_user page_fault_kernel container notification ' +
  'scapevent sysdigevent sysdigevent_e meta async asyncevent userevent pluginevent tracer cpu_hotplug k8s mesos infra ' +
  'drop user_added user_deleted group_added group_deleted cgroup';

/** The event is none of the calls. */
export const NOT_A_CALL = 4_096;
/** The capture dropped events here. */
export const DROP = 4_097;
/** A thread ended here. */
export const ENDED = 4_098;

const NUMBERS: Readonly<Record<string, number>> = { drop: DROP, procexit: ENDED };

const numbers = callNames();
const TABLE = new NameTable([
  ...[...numbers].filter(([name]) => name !== 'drop'),
  ...ALIASES.filter(([alias]) => !numbers.has(alias)).map(
    ([alias, name]) => [alias, numbers.get(name) ?? UNKNOWN_CALL] as const,
  ),
  ...NOT_CALLS.split(' ').map((name) => [name, NUMBERS[name] ?? NOT_A_CALL] as const),
]);

/** The call that sysdig's event type in `bytes[start, end)` names; `NOT_A_CALL`, `DROP`, `ENDED`, or -1 for what no call is named. */
export function sysdigCall(bytes: Buffer, start: number, end: number): number {
  let hash = HASH_SEED;
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!;
    const letter =
      (byte >= 97 && byte <= 122) || byte === 95 || (byte >= 48 && byte <= 57) || (byte >= 65 && byte <= 90);
    if (!letter) return -1;
    hash = nextHash(hash, byte);
  }
  if (end <= start || end - start > 64) return -1;
  const number = TABLE.find(hash, bytes, start, end);
  return number < 0 ? UNKNOWN_CALL : number;
}
