import { US_PER_MS, US_PER_SECOND, type TimeUs } from '@plimsoll/contracts';

import { at, list, record, text } from '../k8s/json-value.js';

/** One event as laurel writes it, as far as a call needs it; `'other'` for an event without a call. */
export interface LaurelCall {
  readonly timeUs: TimeUs;
  /** `c000003e`, as records have it. */
  readonly arch: string;
  readonly number: number;
  readonly result: number | undefined;
  readonly thread: number;
  readonly parent: number | undefined;
  readonly exe: string | undefined;
  /** Of an execution. */
  readonly argv: readonly string[];
}

/** A line of laurel (https://github.com/threathunters-io/laurel): an audit event as one JSON object; undefined for anything else. */
export function laurelCall(line: string): LaurelCall | 'other' | undefined {
  const value = parsed(line);
  const stamp = /^(\d{9,10})\.(\d{3}):\d{1,20}$/.exec(text(at(value, 'ID'), 64) ?? '');
  if (!stamp) return undefined;
  const call = record(at(value, 'SYSCALL'));
  if (!call) return 'other';
  const number = Number(call['syscall']);
  const arch = (text(call['arch'], 16) ?? '').replace(/^0x/, '');
  if (!Number.isSafeInteger(number) || number < 0) return undefined;
  return {
    timeUs: Number(stamp[1]) * US_PER_SECOND + Number(stamp[2]) * US_PER_MS,
    arch,
    number,
    result: typeof call['exit'] === 'number' ? call['exit'] | 0 : undefined,
    thread: typeof call['pid'] === 'number' ? call['pid'] : 0,
    parent: typeof call['ppid'] === 'number' ? call['ppid'] : undefined,
    exe: text(call['exe'], 4_096),
    argv: list(at(value, 'EXECVE', 'ARGV')).flatMap((word) => text(word, 8_192) ?? []),
  };
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    // No JSON after all: the caller refuses the line.
    return undefined;
  }
}
