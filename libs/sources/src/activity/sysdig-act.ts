import { callNames } from '@plimsoll/contracts';

import type { Act } from './activity.js';
import { kindOfCall, nameOfCall } from './strace-act.js';

/** An act with the processes that its record names. */
export interface SysdigAct {
  readonly act: Act;
  readonly process: number | undefined;
  readonly parent: number | undefined;
}

const MAX_INFO = 16_384;
const MAX_ARGUMENTS = 64;
const CREAT = callNames().get('creat');
/** Behind the arguments: who executes, and who made it, each with a name that may hold blanks. */
const PROCESSES = / tid=(\d{1,10})(?:\(.{0,32}?\))? pid=(\d{1,10})(?:\(.{0,32}?\))? ptid=(\d{1,10})/gs;
const EXE_PATH = ' trusted_exepath=';
/** `fd=3(<f>/etc/passwd)`, and the name as the program gave it. */
const OPENED = /(?:^| )fd=-?\d{1,10}\(<f>([^)]{1,4096})\)/;
const NAMED = /(?:^| )name=([^ (]{1,4096})(?:\(([^)]{1,4096})\))?/;
const WRITES = /O_(?:WRONLY|RDWR|TRUNC|CREAT)\b/;
const REFUSED = /^(?:fd|res)=-(?:1|13)\b/;
const CONNECTED = /->((?:\d{1,3}\.){3}\d{1,3}:\d{1,5}|\[?[0-9a-fA-F:]{2,39}\]?:\d{1,5})/;
const BOUND = /(?:^| )addr=((?:\d{1,3}\.){3}\d{1,3}:\d{1,5}|\[?[0-9a-fA-F:]{2,39}\]?:\d{1,5})/;

/** What a call's return did, by sysdig's words for its arguments; undefined where they tell nothing of an act. */
export function sysdigAct(
  number: number,
  result: number | undefined,
  words: string,
  thread: number,
): SysdigAct | undefined {
  const kind = kindOfCall(number);
  if (kind === undefined) return undefined;
  const info = words.slice(0, MAX_INFO);
  const failed = (result ?? 0) < 0;
  const alone = (target: string | undefined, writes = false): SysdigAct | undefined =>
    target === undefined
      ? undefined
      : { act: { kind, target, argv: [], writes, failed }, process: undefined, parent: undefined };
  switch (kind) {
    case 'execute':
      return failed ? undefined : executed(words, thread);
    case 'open':
      if (failed && !REFUSED.test(info)) return undefined;
      return alone(openedPath(info), number === CREAT || WRITES.test(info));
    case 'connect':
      return alone(CONNECTED.exec(info)?.[1]);
    case 'listen':
      return failed ? undefined : alone(BOUND.exec(info)?.[1]);
    case 'privilege':
      return alone(nameOfCall(number));
  }
}

function executed(words: string, thread: number): SysdigAct | undefined {
  const info = ` ${words.slice(0, MAX_INFO)}`;
  const exeAt = info.indexOf(' exe=');
  const argsAt = info.indexOf(' args=', exeAt);
  if (exeAt < 0 || argsAt < 0) return undefined;
  const behind = info.slice(argsAt);
  const named = [...behind.matchAll(PROCESSES)];
  const [first] = named;
  if (!first) return undefined;
  // Arguments and environment may hold the same words: those that name another thread than the record's are theirs.
  const own = thread === 0 ? named : named.filter(([, tid]) => Number(tid) === thread);
  const last = own[own.length - 1] ?? first;
  const told = own.every(([, , pid, parent]) => pid === last[2] && parent === last[3]) ? own[0] : undefined;
  const exe = info.slice(exeAt + 5, argsAt);
  const argv = [exe, ...argumentsOf(behind.slice(6, last.index))];
  return {
    act: { kind: 'execute', target: executedPath(words) ?? exe, argv, writes: false, failed: false },
    process: told && Number(told[2]),
    parent: told && Number(told[3]),
  };
}

/** The file that was executed. It stands last: what stands before, arguments and environment, whoever executes may choose. */
function executedPath(words: string): string | undefined {
  const at = words.lastIndexOf(EXE_PATH);
  if (at < 0) return undefined;
  const [path = '', ...behind] = words.slice(at + EXE_PATH.length, at + MAX_INFO).split(/ (?=p?gid=|tid=|tty=)/);
  const isLast = !behind.some((field) => /^t(?:id|ty)=/.test(field));
  return isLast && path.trim() !== '' ? path.trim() : undefined;
}

/** sysdig ends each argument with a point; a point within one looks the same, so a shell's command is taken whole. */
function argumentsOf(args: string): string[] {
  const whole = args.replace(/\.$/, '');
  if (whole === '') return [];
  const command = /^((?:-[a-z]{1,8}\.)*-[a-z]{0,8}c)\.(.*)$/s.exec(whole);
  if (command) return [...command[1]!.split('.'), command[2]!];
  return whole.split('.').slice(0, MAX_ARGUMENTS);
}

function openedPath(info: string): string | undefined {
  const opened = OPENED.exec(info)?.[1];
  if (opened !== undefined) return opened;
  const [, given, full] = NAMED.exec(info) ?? [];
  return full ?? given;
}
