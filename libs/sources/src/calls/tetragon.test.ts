import { describe, expect, it } from 'vitest';

import { context } from '../events/exchange.fixture.js';
import { parseText } from '../testing/collect-items.js';
import { TetragonParser } from './tetragon.js';

const TIME = '2024-03-05T10:20:30.123456789Z';
const process = {
  exec_id: 'x',
  pid: 52_699,
  uid: 0,
  binary: '/usr/bin/curl',
  flags: 'execve rootcwd',
  pod: {
    namespace: 'default',
    name: 'xwing',
    workload: 'xwing',
    container: { id: 'containerd://551e' + 'a'.repeat(60), name: 'spaceship', image: { name: 'quay.io/curl:1' } },
  },
};

function lines(...events: unknown[]): string {
  return events.map((event) => `${JSON.stringify(event)}\n`).join('');
}

describe('raw_syscalls', () => {
  it.each([
    [221, 'arm64', 'execve'],
    [117, 'arm64', 'ptrace'],
    [11, 'i386', 'execve'],
    [59, 'x64', 'execve'],
    [59, undefined, 'execve'],
    [221, 'riscv64', 'unknown'],
  ])('%i of %s is %s', (id, abi, name) => {
    const event = {
      process_tracepoint: {
        process: { pid: 77, tid: 78, docker: '4a1d8c0f2b3e' },
        subsys: 'raw_syscalls',
        event: 'sys_enter',
        args: [{ syscall_id: { id, abi } }],
      },
      time: '2026-11-20T10:00:01.1Z',
    };
    const { calls } = parseText(new TetragonParser(context()), `${JSON.stringify(event)}\n`);
    expect(Object.values(calls)[0]?.names).toEqual([name]);
  });
});

describe('TetragonParser', () => {
  it('reads an execution and an exit, with the pod that they are of', () => {
    const text = lines(
      { process_exec: { process, parent: {} }, node_name: 'n1', time: TIME },
      { process_exit: { process: { ...process, tid: 52_700 }, status: 1 }, node_name: 'n1', time: TIME },
    );
    const { calls } = parseText(new TetragonParser(context()), text);
    expect(calls['551eaaaaaaaa']).toMatchObject({
      of: {
        container: '551eaaaaaaaa',
        name: 'spaceship',
        image: 'quay.io/curl:1',
        namespace: 'default',
        pod: 'xwing',
        workload: 'xwing',
      },
      names: ['execve', 'exit_group'],
      threads: [52_699, 52_700],
      paths: ['/usr/bin/curl', ''],
    });
    expect(calls['551eaaaaaaaa']?.timesUs[0]).toBe(Date.parse('2024-03-05T10:20:30.123Z') * 1_000 + 456);
  });

  it('reads functions and tracepoints of calls, counted once, and passes over other functions', () => {
    const probe = (function_name: string, extra = {}): unknown => ({
      process_kprobe: {
        process: { ...process, pod: undefined, docker: '551e' + 'a'.repeat(27) },
        function_name,
        ...extra,
      },
      time: TIME,
    });
    const point = (event: string, args: unknown[] = []): unknown => ({
      process_tracepoint: { process: { pid: 1 }, subsys: 'syscalls', event, args },
      time: TIME,
    });
    const text = lines(
      probe('__x64_sys_openat', { args: [{ int_arg: -100 }, { string_arg: '/etc/shadow' }], return: { int_arg: -13 } }),
      probe('sys_write'),
      probe('__x64_sys_newstat'),
      probe('tcp_connect'),
      point('sys_enter_connect'),
      point('sys_exit_connect'),
      point('sys_exit', [{ long_arg: '59' }]),
    );
    const parser = new TetragonParser(context());
    const { calls } = parseText(parser, text);
    expect(calls['551eaaaaaaaa']).toMatchObject({ names: ['openat', 'write', 'stat'], results: [-13, 0, 0] });
    expect(calls['551eaaaaaaaa']?.paths[0]).toBe('/etc/shadow');
    expect(calls['host']?.names).toEqual(['connect', 'execve']);
    expect(parser.counts).toMatchObject({ events: 5, notCalls: 1, otherDirection: 1, malformed: 0 });
  });

  it('makes gaps of what Tetragon held back', () => {
    const text = lines(
      { process_exec: { process }, time: TIME },
      { rate_limit_info: { number_of_dropped_process_events: '17' }, time: '2024-03-05T10:20:40Z' },
      { process_throttle: { type: 'THROTTLE_START', cgroup: 'x' }, time: '2024-03-05T10:20:50Z' },
      { process_exec: { process: { ...process, flags: 'procFS auid' } }, time: TIME },
    );
    const parser = new TetragonParser(context());
    const { calls, gaps } = parseText(parser, text);
    expect(calls['551eaaaaaaaa']?.names).toEqual(['execve']);
    expect(gaps.map(({ lost, cause }) => [lost, cause])).toEqual([
      [17, 'source-drop'],
      [undefined, 'source-drop'],
    ]);
    expect(parser.counts).toMatchObject({ notCalls: 1, drops: 2 });
  });

  it('counts what is none of Tetragon’s', () => {
    const parser = new TetragonParser(context());
    parseText(parser, '{}\nnull\n[]\nx\n{"process_exec":{"process":{}}}\n{"process_exec":3,"time":"' + TIME + '"}\n');
    expect(parser.counts).toMatchObject({ lines: 6, malformed: 6, events: 0 });
  });
});
