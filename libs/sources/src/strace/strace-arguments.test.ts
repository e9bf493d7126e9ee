import { describe, expect, it } from 'vitest';

import { CARRYING_CALLS, straceArguments } from './strace-arguments.js';

describe('arguments of strace', () => {
  it('attach to processes', () => {
    expect(straceArguments({ pids: [7, 8] }, '/run/t')).toEqual([
      '-f',
      '-q',
      '-ttt',
      '-T',
      '-s',
      '2048',
      '-o',
      '/run/t',
      '-p',
      '7,8',
    ]);
  });

  it('start a command, whose own options they leave alone', () => {
    const args = straceArguments({ command: ['sh', '-c', 'ls'] }, '/run/t', {
      bufferBytes: 0,
      calls: ['read', 'openat'],
    });
    expect(args).toEqual([
      '-f',
      '-q',
      '-ttt',
      '-T',
      '-s',
      '0',
      '-o',
      '/run/t',
      '--seccomp-bpf',
      '-e',
      'trace=?read,?openat',
      '-I',
      '2',
      '--',
      'sh',
      '-c',
      'ls',
    ]);
  });

  it('filter in strace itself where it attaches', () => {
    const args = straceArguments({ pids: [7] }, '/run/t', { calls: CARRYING_CALLS });
    expect(args).not.toContain('--seccomp-bpf');
    expect(args.at(-3)).toContain('?recvfrom');
  });

  it.each([
    [() => straceArguments({ pids: [] }, 'x'), /no process/],
    [() => straceArguments({ pids: [-1] }, 'x'), /positive/],
    [() => straceArguments({ command: [] }, 'x'), /no command/],
    [() => straceArguments({ pids: [1] }, 'x', { calls: ['read,write'] }), /no system call/],
    [() => straceArguments({ pids: [1] }, 'x', { calls: ['nonsense'] }), /no system call/],
    [() => straceArguments({ pids: [1] }, 'x', { bufferBytes: 1e9 }), /bufferBytes/],
  ])('refuse what cannot be (%#)', (make, message) => {
    expect(make).toThrow(message);
  });
});
