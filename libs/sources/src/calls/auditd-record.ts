import { parseIsoTime, US_PER_MS, US_PER_SECOND, type SyscallAbi, type TimeUs } from '@plimsoll/contracts';

import { indexWithin, isDigit, matches } from '../bytes/byte-search.js';
import { integerAt } from './sysdig-arguments.js';

/** Where a record begins, what it is, and when it was. `text` is where its fields begin. */
export interface RecordHead {
  readonly type: 'call' | 'other' | 'lost';
  readonly timeUs: TimeUs | undefined;
  readonly text: number;
}

/** Bytes in which syslog's, dispatchers' and journald's words before a record end. */
const MAX_PREFIX = 256;
const STAMPED =
  /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:[.,]\d{1,6})?(?:Z|[+-]\d\d:?\d\d)) \S{1,255} audit(?:\[\d{1,10}\])?: ([A-Z_0-9]{2,32}) /;
/** What `ausearch` writes between events. */
const BETWEEN = /^(?:----$|time->)/;
/** Messages by which kernel and daemon say that records were lost. */
const LOST =
  /audit: (?:audit_lost=\d|backlog limit exceeded|audit_backlog=\d+ > audit_backlog_limit|rate limit exceeded)|type=(?:DAEMON_ERR|KERN_DROP)\b/;

/** Architectures by the ELF machine and bits that records tell (`AUDIT_ARCH_…` of the kernel's `audit.h`). */
export const ARCHITECTURES: ReadonlyMap<string, SyscallAbi> = new Map([
  ['c000003e', 'x86-64'],
  ['40000003', 'i386'],
  ['c00000b7', 'arm64'],
]);

/**
 * The head of a record as the daemon writes it (`type=SYSCALL msg=audit(…): `), behind `node=` and what syslog and
 * dispatchers put before it; as the kernel does without a daemon (`audit: type=1300 audit(…): `); and as journald shows
 * it with a full time (`journalctl -o short-iso`). Undefined where it is none.
 */
export function recordHead(bytes: Buffer, start: number, end: number): RecordHead | undefined {
  const near = Math.min(end, start + MAX_PREFIX);
  const blank = indexWithin(bytes, ' type=', start, near);
  const bare = matches(bytes, start, end, 'type=');
  if (!bare && blank < 0) return withoutType(bytes, start, end);
  const type = bare ? start : blank + 1;
  const stamp = indexWithin(bytes, 'audit(', type, Math.min(end, type + MAX_PREFIX));
  const head = bytes.toString('latin1', start, near);
  if (stamp < 0) return LOST.test(head) ? { type: 'lost', timeUs: undefined, text: end } : undefined;
  const timeUs = stampUs(bytes, stamp + 6, end);
  if (timeUs === undefined) return undefined;
  const call = matches(bytes, type + 5, end, 'SYSCALL ') || matches(bytes, type + 5, end, '1300 ');
  return { type: call ? 'call' : LOST.test(head) ? 'lost' : 'other', timeUs, text: stamp };
}

function withoutType(bytes: Buffer, start: number, end: number): RecordHead | undefined {
  const head = bytes.toString('latin1', start, Math.min(end, start + MAX_PREFIX));
  if (BETWEEN.test(head)) return { type: 'other', timeUs: undefined, text: end };
  if (LOST.test(head)) return { type: 'lost', timeUs: undefined, text: end };
  const stamped = STAMPED.exec(head);
  const timeUs = stamped && parseIsoTime(stamped[1]!.replace(',', '.').replace(/([+-]\d{2})(\d{2})$/, '$1:$2'));
  if (!stamped || timeUs === null || timeUs === undefined) return undefined;
  return { type: stamped[2] === 'SYSCALL' ? 'call' : 'other', timeUs, text: start + stamped[0].length - 1 };
}

/** `1364481363.243:24287)`: seconds, milliseconds, serial. */
function stampUs(bytes: Buffer, start: number, end: number): TimeUs | undefined {
  let at = start;
  let seconds = 0;
  for (; at < end && isDigit(bytes[at]!) && at - start < 11; at++) seconds = seconds * 10 + bytes[at]! - 48;
  if (at === start || bytes[at] !== 46 || at + 4 >= end) return undefined;
  const ms = integerAt(bytes, at + 1, at + 4);
  return ms === undefined || ms < 0 ? undefined : seconds * US_PER_SECOND + ms * US_PER_MS;
}
