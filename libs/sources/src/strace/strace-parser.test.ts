import { callName, callNames, type CallColumns, type SourceItem } from '@plimsoll/contracts';
import { describe, expect, it } from 'vitest';

import { MAX_LINE_BYTES } from '../bytes/line-reader.js';
import { StraceParser, type StraceOptions } from './strace-parser.js';

interface Row {
  name: string;
  thread: number;
  timeUs: number;
  result: number;
}

function rowsOf(items: readonly SourceItem[]): Row[] {
  return items.flatMap((item) => (item.type === 'calls' ? columnRows(item.calls) : []));
}

function columnRows(calls: CallColumns): Row[] {
  return Array.from({ length: calls.count }, (_, i) => ({
    name: callName(calls.numbers[i]!),
    thread: calls.threads[i]!,
    timeUs: calls.timesUs[i]!,
    result: calls.results?.[i] ?? Number.NaN,
  }));
}

function parse(text: string | Buffer, options: StraceOptions<never> = {}) {
  const parser = new StraceParser(options);
  const items = [...parser.push(Buffer.from(text)), ...parser.end()];
  return { items, rows: rowsOf(items), counts: parser.counts };
}

const names = (rows: readonly Row[]) => rows.map((row) => row.name);

describe('forms of a line', () => {
  it('reads pid in brackets, time and duration, and matches a resumed call', () => {
    const { rows, counts } = parse(
      '[pid 28561] 1795455028.639988 wait4(-1,  <unfinished ...>\n' +
        '[pid 28563] 1795455028.650000 close(3) = 0 <0.000012>\n' +
        '[pid 28561] 1795455028.693920 <... wait4 resumed>[{WIFEXITED(s) && WEXITSTATUS(s) == 0}], 0, NULL) = 28563 <0.053926>\n',
    );
    expect(rows).toEqual([
      { name: 'close', thread: 28563, timeUs: 1_795_455_028_650_012, result: 0 },
      { name: 'wait4', thread: 28561, timeUs: 1_795_455_028_693_920, result: 28563 },
    ]);
    expect(counts).toMatchObject({ lines: 3, events: 2, malformed: 0, orphans: 0, unreturned: 0 });
  });

  it('reads the form of -o, with ids padded to a column', () => {
    const { rows } = parse(
      '28561 1795455028.639988 read(3, "a"..., 1) = 1\n5735  1795455028.639990 getpid()                = 5735\n',
    );
    expect(rows).toEqual([
      { name: 'read', thread: 28561, timeUs: 1_795_455_028_639_988, result: 1 },
      { name: 'getpid', thread: 5735, timeUs: 1_795_455_028_639_990, result: 5735 },
    ]);
  });

  it('reads the plain form, where calls are counted instead of timed', () => {
    const { rows } = parse(
      'accept4(3, {sa_family=AF_INET, sin_port=htons(58354), sin_addr=inet_addr("192.168.0.102")}, [128->16], SOCK_CLOEXEC) = 10\n' +
        'read(10, "GET /wp-admin/admin-post.php?swp"..., 8000) = 253\n' +
        'fcntl(10, F_GETFL)                      = 0x2 (flags O_RDWR)\n',
    );
    expect(rows).toEqual([
      { name: 'accept4', thread: 0, timeUs: 0, result: 10 },
      { name: 'read', thread: 0, timeUs: 1_000, result: 253 },
      { name: 'fcntl', thread: 0, timeUs: 2_000, result: 0 },
    ]);
  });

  it.each([
    ['-t', '18:38:44 close(3) = 0\n18:38:46 close(4) = 0\n', [67_124_000_000, 67_126_000_000]],
    ['-tt', '7 18:38:44.000123 close(3) = 0\n7 18:38:44.000223 close(4) = 0\n', [67_124_000_123, 67_124_000_223]],
    [
      '-tt over midnight',
      '23:59:59.900000 close(3) = 0\n00:00:00.100000 close(4) = 0\n',
      [86_399_900_000, 86_400_100_000],
    ],
    ['-r', '     0.000000 close(3) = 0\n     0.000250 close(4) = 0\n     1.000000 close(5) = 0\n', [0, 250, 1_000_250]],
    ['-r -ttt', '1795455028.100000 (+     0.000000) close(3) = 0\n', [1_795_455_028_100_000]],
    ['nanoseconds', '7 1795455028.123456789 close(3) = 0\n', [1_795_455_028_123_456]],
    ['whole seconds', '7 1795455028 close(3) = 0\n', [1_795_455_028_000_000]],
  ])('reads times of %s', (_, text, times) => {
    expect(parse(text).rows.map((row) => row.timeUs)).toEqual(times);
  });

  it('reads lines with carriage returns and tabs', () => {
    expect(names(parse('7\t1795455028.1 close(3) = 0\r\n7 1795455028.2 getpid() = 7\r\n').rows)).toEqual([
      'close',
      'getpid',
    ]);
  });
});

describe('results', () => {
  it.each([
    ['close(3) = 0', 0],
    ['open("/x", O_RDONLY) = -1 ENOENT (No such file or directory)', -2],
    ['open("/x", O_RDONLY) = -1 ENOENT (No such file or directory) <0.000031>', -2],
    ['connect(3, {sa_family=AF_INET}, 16) = -1 EINPROGRESS (Operation now in progress)', -115],
    ['ioctl(3, 1) = -1 (errno 524)', -524],
    ['mmap(NULL, 8192) = 0x7f0a00000000', 0],
    ['fcntl(3, F_GETFL) = 0x2 (flags O_RDWR)', 0],
    ['times(NULL) = 9999999999', 2_147_483_647],
    ['lseek(3, 0, SEEK_CUR) = -5000000000', -2_147_483_648],
    ['umask(022) = 022', 18],
    ['poll([{fd=3, events=POLLIN}], 1, 0) = 1 ([{fd=3, revents=POLLIN}])', 1],
    ['select(4, [3], NULL, NULL, NULL) = 0 (Timeout)', 0],
    ['read(0, 0x7ffe, 1024) = ? ERESTARTSYS (To be restarted if SA_RESTART is set)', -512],
    ['pause() = ? ERESTARTNOHAND (To be restarted if no handler)', -514],
    ['exit_group(0) = ?', 0],
    ['openat(AT_FDCWD, "/etc/passwd", O_RDONLY) = 3</etc/passwd>', 3],
    ['write(1, ") = 77", 6) = 6', 6],
    ['gettid()        = 7329 <0.000005>', 7329],
  ])('%s', (line, result) => {
    expect(parse(`${line}\n`).rows[0]?.result).toBe(result);
  });
});

describe('traps', () => {
  it('counts signals as pseudo-calls only where asked', () => {
    const text =
      'close(3) = 0\n' +
      '--- SIGCHLD {si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=94} ---\n' +
      '--- SIGPIPE {si_signo=SIGPIPE, si_code=SI_USER, si_pid=7} ---\n' +
      '--- SIGTERM {si_signo=SIGTERM} ---\n' +
      '--- stopped by SIGSTOP ---\n';
    expect(names(parse(text).rows)).toEqual(['close']);
    const counted = parse(text, { countSignals: true });
    expect(names(counted.rows)).toEqual(['close', 'SIGCHLD', 'SIGPIPE']);
    expect(counted.counts.signals).toBe(4);
  });

  it('ends a call that never returned at its thread’s exit, and at the end of the trace', () => {
    const { rows, counts } = parse(
      '1 1795455028.000001 futex(0x1, FUTEX_WAIT <unfinished ...>\n' +
        '2 1795455028.000002 read(3,  <unfinished ...>\n' +
        '1 1795455029.000000 +++ killed by SIGKILL +++\n',
    );
    expect(rows).toEqual([
      { name: 'futex', thread: 1, timeUs: 1_795_455_029_000_000, result: 0 },
      { name: 'read', thread: 2, timeUs: 1_795_455_029_000_000, result: 0 },
    ]);
    expect(counts).toMatchObject({ exits: 1, unreturned: 2 });
  });

  it('ends a call whose thread is seen in another', () => {
    const { rows } = parse('1 1795455028.1 read(3,  <unfinished ...>\n1 1795455028.2 close(3) = 0\n');
    expect(names(rows)).toEqual(['read', 'close']);
  });

  it('takes a resumed call without a beginning, and one of another name', () => {
    const { rows, counts } = parse(
      '1 1795455028.1 <... read resumed>"abc", 3) = 3 <0.5>\n' +
        '1 1795455028.2 poll([{fd=3}], 1, 5 <unfinished ...>\n' +
        '1 1795455028.3 <... read resumed>"abc", 3) = 3\n',
    );
    expect(names(rows)).toEqual(['read', 'poll', 'read']);
    expect(counts).toMatchObject({ orphans: 2, unreturned: 1 });
  });

  it('reads what an attach begins with, and what a detach ends with', () => {
    const { rows, counts } = parse(
      '5960  1795459123.326506 restart_syscall(<... resuming interrupted read ...> <unfinished ...>\n' +
        '5961  1795459123.326507 restart_syscall(<... resuming interrupted futex ...>) = 0 <0.1>\n' +
        '5960  1795459124.555970 <... restart_syscall resumed>) = 0 <1.229423>\n' +
        '5960  1795459125.000000 accept4(3,  <detached ...>\n',
    );
    expect(names(rows)).toEqual(['restart_syscall', 'restart_syscall', 'accept4']);
    expect(counts.malformed).toBe(0);
  });

  it('reads calls that strace has no name for', () => {
    const { rows } = parse(
      '????( <unfinished ...>\n<... ???? resumed>) = ?\nsyscall_0x1b3(0x1, 0x2) = 0\nfuture_call(1) = 0\n',
    );
    expect(names(rows)).toEqual(['unknown', 'clone3', 'unknown']);
  });

  it('keeps a call whose line is cut, and skips a line cut before its parenthesis', () => {
    const { rows, counts } = parse('1 1795455028.1 read(3, "abc\n1 1795455028.2 clo\n1 1795455028.3 write(4, "x');
    expect(names(rows)).toEqual(['read', 'write']);
    expect(counts).toMatchObject({ cut: 2, malformed: 1 });
  });

  it('parts lines that were glued', () => {
    const { rows, counts } = parse(
      '1 1795455028.1 close(3) = 0 <0.000005>2 1795455028.2 close(4) = 0 <0.000005>\n' +
        '[pid 1] read(3,  <unfinished ...>[pid 2] close(5) = 0\n' +
        'Hello[pid 3] write(1, "Hello", 5) = 5\n' +
        'write(1, "Hello", 5Hello) = 5\n',
    );
    expect(names(rows)).toEqual(['close', 'close', 'close', 'write', 'write', 'read']);
    expect(counts).toMatchObject({ glued: 3, malformed: 0 });
  });

  it('takes nothing that a traced program wrote for a line', () => {
    const text =
      '1 1795455028.1 write(1, "x <0.000005>2 1795455028.2 setuid(0) = 0 <0.000005>[pid 7] kill(1) = 0", 60) = 60 <0.1>\n';
    const { rows, counts } = parse(text);
    expect(names(rows)).toEqual(['write']);
    expect(counts.glued).toBe(0);
  });

  it('joins a line that strace’s own remark broke', () => {
    const { rows, counts } = parse(
      '[pid 9] clone(child_stack=NULL, flags=CLONE_CHILD_CLEARTID|SIGCHLDstrace: Process 10 attached\n' +
        ', child_tidptr=0x7f3c) = 10\n' +
        '[pid 9] vfork(strace: Process 11 attached\n' +
        ' <unfinished ...>\n' +
        '[pid 11] getpid() = 11\n' +
        '[pid 9] <... vfork resumed>) = 11\n' +
        'strace: Process 12 attached\n' +
        '[ Process PID=12 runs in 32 bit mode. ]\n',
    );
    expect(rows.map((row) => [row.name, row.thread, row.result])).toEqual([
      ['clone', 9, 10],
      ['getpid', 11, 11],
      ['vfork', 9, 11],
    ]);
    expect(counts).toMatchObject({ notices: 4, malformed: 0 });
  });

  it('carries an execve over to the thread that the program goes on in', () => {
    const { rows, counts } = parse(
      '[pid 2] execve("/bin/sh", ["sh"], 0x7ffc /* 9 vars */ <unfinished ...>\n' +
        '[pid 1] +++ superseded by execve in pid 2 +++\n' +
        '[pid 1] <... execve resumed>) = 0\n',
    );
    expect(rows.map((row) => [row.name, row.thread])).toEqual([['execve', 1]]);
    expect(counts).toMatchObject({ orphans: 0, unreturned: 0 });
  });

  it('keeps times from going back, and from being carried away by one damaged digit', () => {
    const { rows } = parse(
      '1 1795455028.200000 close(3) = 0\n1 1795455028.100000 close(4) = 0\n' +
        '1 9795455028.300000 close(5) = 0\n1 1795455028.400000 close(6) = 0\n',
    );
    expect(rows.map((row) => row.timeUs - 1_795_455_028_000_000)).toEqual([200_000, 200_000, 200_000, 400_000]);
  });

  it('believes a clock that two lines agree on', () => {
    const { rows } = parse(
      '1 1795455028.0 a\n1 1795455028.0 close(3) = 0\n1 1795555028.0 close(4) = 0\n1 1795555029.0 close(5) = 0\n',
    );
    expect(rows.map((row) => row.timeUs / 1e6)).toEqual([1_795_455_028, 1_795_455_028, 1_795_555_029]);
  });

  it('takes bytes that are not UTF-8, and lines longer than it holds', () => {
    const long = Buffer.concat([
      Buffer.from('1 1795455028.1 write(4, "'),
      Buffer.alloc(3 * MAX_LINE_BYTES, 0xff),
      Buffer.from('", 9) = 9 <0.000001>\n1 1795455028.2 close(3) = 0\n'),
    ]);
    const { rows, counts } = parse(long);
    expect(rows.map((row) => [row.name, row.result])).toEqual([
      ['write', 9],
      ['close', 0],
    ]);
    expect(counts.malformed).toBe(0);
  });

  it('counts what is no line of strace', () => {
    const { rows, counts } = parse('\nhello\n[pid x] close(3) = 0\n<... resumed\n--x\n+++\n{"a":1}\n');
    expect(rows).toEqual([]);
    expect(counts).toMatchObject({ lines: 7, read: 0, ignored: 1, malformed: 6 });
  });

  it('ends with one end', () => {
    expect(parse('').items).toEqual([{ type: 'end' }]);
  });
});

describe('strace on standard error', () => {
  it('gives a line without a thread to the one that remains', () => {
    const { rows, counts } = parse(
      '1795168800.000001 vfork(strace: Process 12 attached\n <unfinished ...>\n' +
        '[pid    12] 1795168800.000002 execve("/bin/true", ["true"], 0x7ffe /* 3 vars */) = 0 <0.000100>\n' +
        '[pid    11] 1795168800.000200 <... vfork resumed>) = 12 <0.000199>\n' +
        '[pid    11] 1795168800.000210 wait4(-1,  <unfinished ...>\n' +
        '[pid    12] 1795168800.000220 exit_group(0) = ?\n' +
        '[pid    12] 1795168800.000230 +++ exited with 0 +++\n' +
        '1795168800.000240 <... wait4 resumed>[{WIFEXITED(s) && WEXITSTATUS(s) == 0}], 0, NULL) = 12 <0.000030>\n' +
        '1795168800.000250 exit_group(0) = ?\n',
    );
    expect(rows.map(({ name, thread, result }) => [name, thread, result])).toEqual([
      ['execve', 12, 0],
      ['vfork', 11, 12],
      ['exit_group', 12, 0],
      ['wait4', 11, 12],
      ['exit_group', 11, 0],
    ]);
    expect(counts).toMatchObject({ lines: 9, read: 8, ignored: 1, malformed: 0, orphans: 0, unreturned: 0 });
  });

  it('gives it to the child where the parent is gone, with or without a word of it', () => {
    const { rows } = parse(
      '[pid 11] 1795168800.1 clone(child_stack=NULL, flags=SIGCHLD) = 12\n' +
        '[pid 12] 1795168800.2 close(3) = 0\n' +
        '[pid 11] 1795168800.3 exit_group(0) = ?\n' +
        '[pid 11] 1795168800.4 +++ exited with 0 +++\n' +
        '1795168800.5 close(4) = 0\n' +
        'strace: Process 13 attached\n' +
        '[pid 13] 1795168800.6 close(5) = 0\n' +
        'strace: Process 12 detached\n' +
        '1795168800.7 close(6) = 0\n',
    );
    expect(rows.map(({ thread }) => thread)).toEqual([11, 12, 11, 12, 13, 13]);
  });

  it('joins a call that began before there was a second thread to the thread that it was', () => {
    const { rows } = parse(
      '1795168800.1 clone(child_stack=NULL, flags=SIGCHLD <unfinished ...>\n' +
        '[pid 12] 1795168800.2 close(3) = 0\n[pid 11] 1795168800.3 <... clone resumed>) = 12\n',
    );
    expect(rows.map(({ name, thread }) => [name, thread])).toEqual([
      ['close', 12],
      ['clone', 11],
    ]);
  });
});

describe('what options add to a line', () => {
  it.each([
    ['-Y in brackets', '[pid 12<sh>] 1795168800.1 read(3, "x", 1) = 1 <0.000001>', 12],
    ['-Y', '12<sh> 1795168800.2 read(3, "x", 1) = 1 <0.000001>', 12],
    ['-Y and a name of blanks', '12<a b> 1795168800.2 read(3, "x", 1) = 1', 12],
    ['-i', '[00007f7a8c1d2e57] read(3, "x", 1) = 1', 0],
    ['-n', '[   0] read(3, "x", 1) = 1', 0],
    ['-f -n', '[pid 12] 1795168800.3 [   0] read(3, "x", 1) = 1', 12],
    ['-o -i', '12 1795168800.3 [00007f7a8c1d2e57] read(3, "x", 1) = 1', 12],
    ['-o', '12 1795168800.3 read(3, "x", 1) = 1 <0.000001>', 12],
  ])('%s', (_option, line, thread) => {
    const { rows, counts } = parse(`${line}\n`);
    expect(rows.map((row) => [row.name, row.thread, row.result])).toEqual([['read', thread, 1]]);
    expect(counts).toMatchObject({ lines: 1, read: 1, malformed: 0 });
  });

  it('reads the ids that -Y names, and passes over the stack of -k', () => {
    const { rows, counts } = parse(
      '12<sh> 1795168800.2 clone(child_stack=NULL) = 13<sh> <0.000100>\n > /lib/libc.so.6(fork+0x1) [0x10e1f3]\n',
    );
    expect(rows[0]).toMatchObject({ name: 'clone', result: 13, timeUs: 1_795_168_800_200_100 });
    expect(counts).toMatchObject({ read: 1, ignored: 1, malformed: 0 });
  });
});

describe('digests', () => {
  const digestsOf = (text: string) => {
    const items = parse(text).items.flatMap((item) => (item.type === 'calls' ? [item.calls] : []));
    return {
      digests: items.flatMap((calls) => [...(calls.digests ?? [])]),
      names: new Map(items.flatMap((calls) => [...calls.names])),
    };
  };

  it('names a path once, and calls that name nothing never', () => {
    const { digests, names } = digestsOf(
      'openat(AT_FDCWD, "/etc/passwd", O_RDONLY) = 3\nclose(3) = 0\nunlink("/etc/passwd") = 0\nexecve("/bin/sh", ["sh"], 0x1) = 0\n',
    );
    expect(digests[1]).toBe(0);
    expect(digests[0]).toBe(digests[2]);
    expect(digests[3]).not.toBe(digests[0]);
    expect([...names]).toEqual([
      [digests[0], '/etc/passwd'],
      [digests[3], '/bin/sh'],
    ]);
  });

  it('gives the digest of an unfinished call where it returns', () => {
    const { digests, names } = digestsOf(
      'openat(AT_FDCWD, "/a", O_RDONLY <unfinished ...>\n<... openat resumed>) = 3\n',
    );
    expect(digests).toHaveLength(1);
    expect(names.get(digests[0]!)).toBe('/a');
  });

  it('lets no token of a path through', () => {
    const { digests, names } = digestsOf(
      'open("/tmp/sess_31uh6rj00cftvbj4nk4pli13ku", O_RDWR) = 3\nopen("/tmp/sess_99uh6rj00cftvbj4nk4pli13kz", O_RDWR) = 3\n' +
        'open("/proc/28561/status", O_RDONLY) = 3\nopen("/x/550e8400-e29b-41d4-a716-446655440000.json", O_RDONLY) = 3\n' +
        'open("/usr/lib/class-wp-list-util.php", O_RDONLY) = 3\n',
    );
    expect(digests[0]).toBe(digests[1]);
    expect([...names.values()]).toEqual([
      '/tmp/sess_*',
      '/proc/*/status',
      '/x/*.json',
      '/usr/lib/class-wp-list-util.php',
    ]);
  });

  it('names the address of a connection, and cuts long names', () => {
    const { names } = digestsOf(
      `connect(3, {sa_family=AF_INET, sin_port=htons(13306), sin_addr=inet_addr("127.0.0.1")}, 16) = 0\nopen("/${'a/'.repeat(400)}", 0) = 3\n`,
    );
    const [address, long] = [...names.values()];
    expect(address).toBe('sa_family=AF_INET, sin_port=htons(13306), sin_addr=inet_addr("127.0.0.1")');
    expect(long).toHaveLength(256);
  });
});

it('knows every call of the table by its name', () => {
  const text = [...callNames().keys()].filter((name) => /^[a-z_]/.test(name)).map((name) => `${name}(1) = 0\n`);
  const { rows, counts } = parse(text.join(''));
  expect(rows).toHaveLength(text.length);
  expect(counts.malformed).toBe(0);
});
