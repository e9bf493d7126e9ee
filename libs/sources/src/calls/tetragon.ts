import {
  callNames,
  callOfAbi,
  parseIsoTime,
  type SyscallAbi,
  UNKNOWN_CALL,
  type ItemContainer,
  type TimeUs,
} from '@plimsoll/contracts';

import { executionOf, tetragonAct } from '../activity/tetragon-act.js';
import { at, list, record, text, type JsonRecord } from '../k8s/json-value.js';
import { CaptureParser } from './capture-parser.js';
import { containerId, HOST } from './container-id.js';
import type { Direction } from './directed-calls.js';

const EXECVE = callNames().get('execve') ?? UNKNOWN_CALL;
const EXIT_GROUP = callNames().get('exit_group') ?? UNKNOWN_CALL;

/** `__x64_sys_openat`, `__do_sys_clone`, `sys_write`: the kernel's function for a call. */
const KERNEL_FUNCTION = /^(?:__(?:x64|ia32|arm64|do|se|compat)_)?(?:compat_)?sys_([a-z0-9_]{1,48})$/;
const TRACEPOINT = /^sys_(enter|exit)(?:_([a-z0-9_]{1,48}))?$/;
const EVENTS = ['process_exec', 'process_exit', 'process_kprobe', 'process_tracepoint'] as const;
const OTHERS = ['process_loader', 'process_uprobe', 'process_lsm', 'process_usdt', 'test'] as const;

/**
 * Calls from Tetragon's JSON export: `process_exec` is an `execve`, `process_exit` an `exit_group`, `process_kprobe` on a
 * call's function and tracepoints of calls are that call; other functions of the kernel are counted as no calls. The
 * container is the pod's, or the one that Docker named; processes in none are `host`'s. `process_throttle` and
 * `rate_limit_info` become gaps.
 *
 * Cost: a few microseconds a line. State: one line of at most 1 MiB, 16,384 calls, 4,096 containers.
 */
export class TetragonParser extends CaptureParser {
  protected line(bytes: Buffer, start: number, end: number, cut: boolean): void {
    const line = bytes.toString('utf8', start, end).trim();
    if (line === '') return;
    this.tally.lines++;
    const event = cut ? undefined : parsed(line);
    if (!event || !this.#event(event)) this.refuse(cut ? 'too long' : 'not of this form', bytes, start, end);
  }

  /** Reads one event; false where the object is none of Tetragon's. */
  #event(event: JsonRecord): boolean {
    const time = text(event['time'], 64);
    const timeUs = time === undefined ? undefined : parseIsoTime(time);
    const kind = EVENTS.find((name) => record(event[name]));
    if (kind !== undefined) {
      const body = record(event[kind]);
      const process = record(body?.['process']);
      if (!body || !process || timeUs === undefined) return false;
      this.#call(kind, body, process, timeUs);
      return true;
    }
    if (record(event['process_throttle']) ?? record(event['rate_limit_info'])) {
      const dropped = Number(at(event, 'rate_limit_info', 'number_of_dropped_process_events'));
      this.dropped(timeUs, Number.isSafeInteger(dropped) && dropped >= 0 ? dropped : undefined);
      return true;
    }
    if (!OTHERS.some((name) => record(event[name]))) return false;
    this.tally.notCalls++;
    return true;
  }

  #call(kind: (typeof EVENTS)[number], body: JsonRecord, process: JsonRecord, timeUs: TimeUs): void {
    const [number, direction] = callOf(kind, body);
    // A process that was there before Tetragon is told as an execution too.
    const before = kind === 'process_exec' && (text(process['flags'], 256) ?? '').includes('procFS');
    if (number < 0 || before) {
      this.tally.notCalls++;
      return;
    }
    const slot = this.#slot(process);
    const thread = integer(process['tid']) ?? integer(process['pid']) ?? 0;
    const result = kind === 'process_exec' ? 0 : integer(at(body, 'return', 'int_arg'));
    this.#act(kind, number, body, process, timeUs, result);
    this.calls.add(direction, slot, number, thread >>> 0, timeUs, result, this.#digest(kind, number, body, process));
  }

  /** What the record shows that its process did. */
  #act(
    kind: (typeof EVENTS)[number],
    number: number,
    body: JsonRecord,
    process: JsonRecord,
    timeUs: TimeUs,
    result: number | undefined,
  ): void {
    const of = this.calls.columns.container(this.#slot(process));
    const act = kind === 'process_exec' ? executionOf(process) : tetragonAct(number, list(body['args']), result);
    if (act === undefined) {
      this.activities.watched(of, timeUs, true);
      if (kind === 'process_exit') this.activities.ended(of, integer(process['pid']) ?? 0);
      return;
    }
    const parent = kind === 'process_exec' ? integer(at(body, 'parent', 'pid')) : undefined;
    this.activities.act(of, integer(process['pid']) ?? 0, parent, act, timeUs);
  }

  #digest(kind: string, number: number, body: JsonRecord, process: JsonRecord): number {
    if (!this.paths.wants(number)) return 0;
    const path = kind === 'process_exec' ? text(process['binary'], 4_096) : pathArgument(body);
    if (path === undefined) return 0;
    const bytes = Buffer.from(path);
    return this.paths.path(number, bytes, 0, bytes.length);
  }

  #slot(process: JsonRecord): number {
    const id = text(at(process, 'pod', 'container', 'id'), 128) ?? text(process['docker'], 128) ?? HOST;
    return this.calls.slot(id, () => containerOf(process, id));
  }
}

function parsed(line: string): JsonRecord | undefined {
  try {
    return record(JSON.parse(line));
  } catch {
    return undefined;
  }
}

function callOf(kind: (typeof EVENTS)[number], body: JsonRecord): [number: number, direction: Direction] {
  if (kind === 'process_exec') return [EXECVE, 'whole'];
  if (kind === 'process_exit') return [EXIT_GROUP, 'whole'];
  if (kind === 'process_kprobe') {
    const name = KERNEL_FUNCTION.exec(text(body['function_name'], 64) ?? '')?.[1];
    return [name === undefined ? -1 : numberOf(name), 'whole'];
  }
  const point = TRACEPOINT.exec(text(body['event'], 64) ?? '');
  if (!point) return [-1, 'whole'];
  const [, edge, name] = point;
  const number = name === undefined ? numberArgument(body) : numberOf(name);
  return [number, edge === 'enter' ? 'enter' : 'exit'];
}

/** Functions of the kernel whose name is not the call's. */
const FUNCTION_NAMES: Readonly<Record<string, string>> = {
  newstat: 'stat',
  newfstat: 'fstat',
  newlstat: 'lstat',
  newuname: 'uname',
  mmap_pgoff: 'mmap',
};

function numberOf(name: string): number {
  const call = Object.hasOwn(FUNCTION_NAMES, name) ? FUNCTION_NAMES[name]! : name;
  return callNames().get(call) ?? UNKNOWN_CALL;
}

/** Tetragon's names of architectures; older releases tell none and run on x86-64 alone. */
const ABIS: ReadonlyMap<unknown, SyscallAbi> = new Map<unknown, SyscallAbi>([
  [undefined, 'x86-64'],
  ['x64', 'x86-64'],
  ['x86_64', 'x86-64'],
  ['x32', 'x86-64'],
  ['i386', 'i386'],
  ['arm64', 'arm64'],
]);

/** `raw_syscalls` tells the number as first argument, of the architecture that stands beside it: never of another. */
function numberArgument(body: JsonRecord): number {
  const first = list(body['args'])[0];
  const id = integer(at(first, 'long_arg')) ?? integer(at(first, 'size_arg')) ?? integer(at(first, 'syscall_id', 'id'));
  const abi = ABIS.get(at(first, 'syscall_id', 'abi'));
  return id === undefined || id < 0 || abi === undefined ? UNKNOWN_CALL : callOfAbi(abi, id);
}

function pathArgument(body: JsonRecord): string | undefined {
  for (const argument of list(body['args']).slice(0, 8)) {
    const found =
      text(at(argument, 'file_arg', 'path'), 4_096) ??
      text(at(argument, 'path_arg', 'path'), 4_096) ??
      text(at(argument, 'string_arg'), 4_096);
    if (found !== undefined) return found;
  }
  return undefined;
}

function containerOf(process: JsonRecord, id: string): ItemContainer {
  const name = text(at(process, 'pod', 'container', 'name'), 256);
  const image = text(at(process, 'pod', 'container', 'image', 'name'), 256);
  const namespace = text(at(process, 'pod', 'namespace'), 256);
  const pod = text(at(process, 'pod', 'name'), 256);
  const workload = text(at(process, 'pod', 'workload'), 256);
  return {
    container: containerId(id),
    ...(name !== undefined && { name }),
    ...(image !== undefined && { image }),
    ...(namespace !== undefined && { namespace }),
    ...(pod !== undefined && { pod }),
    ...(workload !== undefined && { workload }),
  };
}

/** A number, or the digits of one: the export writes 64-bit numbers as text. */
function integer(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^-?\d{1,15}$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) ? number : undefined;
}
