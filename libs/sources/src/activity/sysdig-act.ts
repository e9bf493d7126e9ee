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
/** What an execution tells; the words that a process may choose, its environment, stand behind. */
const EXECUTED =
  /(?:^| )exe=(.{1,4096}?) args=(.{0,8192}?) tid=\d{1,10}\S{0,64} pid=(\d{1,10})\S{0,64} ptid=(\d{1,10})/s;
const EXE_PATH = /(?:^| )trusted_exepath=(\S{1,4096})/;
/** `fd=3(<f>/etc/passwd)`, and the name as the program gave it. */
const OPENED = /(?:^| )fd=-?\d{1,10}\(<f>([^)]{1,4096})\)/;
const NAMED = /(?:^| )name=([^ (]{1,4096})(?:\(([^)]{1,4096})\))?/;
const WRITES = /O_(?:WRONLY|RDWR|TRUNC|CREAT)\b/;
const REFUSED = /^(?:fd|res)=-(?:1|13)\b/;
const CONNECTED = /->((?:\d{1,3}\.){3}\d{1,3}:\d{1,5}|\[?[0-9a-fA-F:]{2,39}\]?:\d{1,5})/;
const BOUND = /(?:^| )addr=((?:\d{1,3}\.){3}\d{1,3}:\d{1,5}|\[?[0-9a-fA-F:]{2,39}\]?:\d{1,5})/;

/** What a call's return did, by sysdig's words for its arguments; undefined where they tell nothing of an act. */
export function sysdigAct(number: number, result: number | undefined, words: string): SysdigAct | undefined {
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
      return failed ? undefined : executed(info);
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

function executed(info: string): SysdigAct | undefined {
  const found = EXECUTED.exec(info);
  if (!found) return undefined;
  const [, exe = '', args = '', process, parent] = found;
  const target = EXE_PATH.exec(info)?.[1] ?? exe;
  return {
    act: { kind: 'execute', target, argv: [exe, ...argumentsOf(args)], writes: false, failed: false },
    process: Number(process),
    parent: Number(parent),
  };
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
