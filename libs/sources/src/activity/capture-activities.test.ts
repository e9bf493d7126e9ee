import type { ProcessActivity, SourceItem, SourceKind } from '@plimsoll/contracts';
import { describe, expect, it } from 'vitest';

import { context } from '../events/exchange.fixture.js';
import { openParser } from '../kinds.js';

function items(kind: SourceKind, ...lines: readonly string[]): SourceItem[] {
  const parser = openParser(kind, context());
  return [...parser.push(Buffer.from(lines.map((line) => `${line}\n`).join(''))), ...parser.end()];
}

function told(kind: SourceKind, ...lines: readonly string[]): ProcessActivity[] {
  return items(kind, ...lines).flatMap((item) =>
    item.type === 'event' && item.event.type === 'process-activity' ? [item.event] : [],
  );
}

const SHELL = { kind: 'execute', target: '/bin/sh', commands: ['id', 'cat'], marks: ['sensitive-path', 'chained'] };

describe('what programs did, from a capture', () => {
  it.each<[SourceKind, string[]]>([
    [
      'sysdig',
      [
        '1 10:09:01.552081087 0 4a1d8c0f2b3e sh (9) < execve res=0 exe=sh args=-c.id; cat /etc/shadow. tid=9(sh) pid=9(sh) ptid=8(apache2) cwd= env=A=1. trusted_exepath=/bin/sh',
      ],
    ],
    [
      'sysdig-json',
      [
        '{"evt.dir":"<","evt.type":"execve","evt.time":1659087941552081087,"thread.tid":9,"evt.info":"res=0 exe=/bin/sh args=-c.id; cat /etc/shadow. tid=9(sh) pid=9(sh) ptid=8(apache2) cwd= "}',
      ],
    ],
    [
      'tetragon',
      [
        '{"process_exec":{"process":{"pid":9,"binary":"/bin/sh","arguments":"-c \\"id; cat /etc/shadow\\""},"parent":{"pid":8,"binary":"/usr/sbin/apache2"}},"time":"2024-03-05T10:20:30.123456789Z"}',
      ],
    ],
    [
      'auditd',
      [
        'type=SYSCALL msg=audit(1364481363.243:24287): arch=c000003e syscall=59 success=yes exit=0 items=2 ppid=8 pid=9 comm="sh" exe="/bin/sh"',
        'type=EXECVE msg=audit(1364481363.243:24287): argc=3 a0="sh" a1="-c" a2=69643B20636174202F6574632F736861646F77',
      ],
    ],
    [
      'auditd',
      [
        '{"ID":"1364481363.243:24287","SYSCALL":{"arch":"0xc000003e","syscall":59,"success":"yes","exit":0,"ppid":8,"pid":9,"exe":"/bin/sh"},"EXECVE":{"argc":3,"ARGV":["sh","-c","id; cat /etc/shadow"]}}',
      ],
    ],
  ])('%s tells the program and its command', (kind, lines) => {
    const [watched, shell, ...more] = told(kind, ...lines);
    expect(watched).toMatchObject({ kind: 'watched', parameters: true });
    expect(shell).toMatchObject({ ...SHELL, thread: 9 });
    expect(more).toEqual([]);
  });

  it('tells files, addresses and who serves, each with its container', () => {
    const at = (n: number): string => `${n} 10:09:0${n}.552081087 0 4a1d8c0f2b3e`;
    const found = items(
      'sysdig',
      `${at(1)} php (7) < accept4 fd=9(<4t>203.0.113.5:1->10.0.0.2:80) tuple=203.0.113.5:1->10.0.0.2:80`,
      `${at(2)} php (7) < openat fd=3(<f>/etc/shadow) dirfd=-100(AT_FDCWD) name=/etc/shadow flags=1(O_RDONLY) mode=0`,
      `${at(3)} php (7) < connect res=0 tuple=10.0.0.2:34->169.254.169.254:80`,
      `${at(4)} php (7) < execve res=0 exe=id args= tid=8(id) pid=8(id) ptid=7(php) cwd= `,
    ).filter((item) => item.type === 'event');
    expect(found.every(({ of }) => of?.container === '4a1d8c0f2b3e')).toBe(true);
    expect(found.map(({ event }) => event)).toMatchObject([
      { kind: 'watched' },
      { kind: 'open', target: '/etc/shadow', file: { class: 'secret', writes: false }, serving: true },
      { kind: 'connect', address: 'metadata' },
      { kind: 'execute', serving: true },
    ]);
    expect(new Set(found.map(({ event }) => (event as ProcessActivity).id)).size).toBe(4);
  });

  it('tells an execution whatever the programs are called, and by the file that was executed', () => {
    const line = (info: string): string => `1 10:09:01.552081087 0 4a1d8c0f2b3e x (9) < execve res=0 ${info}`;
    const found = told(
      'sysdig',
      line('exe=/tmp/a b args=-x. tid=9(a b) pid=9(a b) ptid=8(c (d) e) cwd=/ env=A= tty=0 trusted_exepath=/tmp/a b'),
      line('exe= args= tid=10(x) pid=10(x) ptid=8(sh) cwd=/ env=A= tty=0 trusted_exepath=/tmp/x pgid=10(x) gid=0'),
      line('exe=sh args=-c.id # trusted_exepath=/usr/bin/php. tid=11(sh) pid=11(sh) ptid=8(a) cwd=/ env=A= tty=0'),
      line('exe=sh args=-c.w. tid=12(sh) pid=12(sh) ptid=8(a) cwd=/ env=UA=x trusted_exepath=/usr/bin/php. tty=0'),
    ).filter(({ kind }) => kind === 'execute');
    expect(found.map(({ target }) => target)).toEqual(['/tmp/a b', '/tmp/x', 'sh', 'sh']);
  });

  it('takes a process from no words that arguments or the environment hold', () => {
    const exec = (thread: number, info: string): string =>
      `1 10:09:01.552081087 0 4a1d8c0f2b3e x (${thread}) < execve res=0 exe=sh ${info}`;
    const own = (thread: number, parent: number): string =>
      `tid=${thread}(sh) pid=${thread}(sh) ptid=${parent}(x) cwd=/ env=`;
    const found = told(
      'sysdig',
      exec(7, `args= ${own(7, 1)} tty=0 trusted_exepath=/usr/sbin/cron`),
      exec(8, `args= ${own(8, 1)} tty=0 trusted_exepath=/usr/sbin/httpd`),
      exec(9, `args=-c. tid=7(x) pid=7(x) ptid=7(x) cwd=/;id. ${own(9, 8)}X= tid=7 pid=7 ptid=7. tty=0`),
      exec(9, `args= ${own(9, 8)} tty=0 trusted_exepath=/bin/date`),
    ).filter(({ kind }) => kind === 'execute');
    expect(found.map(({ thread, actor }) => [thread, actor])).toEqual([
      [7, ''],
      [8, ''],
      [9, '/usr/sbin/httpd'],
      [9, 'sh'],
    ]);
    expect(found[2]?.commands).toContain('id');
  });

  it.each([
    ['whose exit is told', true],
    ['of another maker', false],
  ])('auditd: a number %s is of another process', (_, exits) => {
    const record = (call: number, fields: string): string =>
      `type=SYSCALL msg=audit(1364481363.243:2): arch=c000003e syscall=${call} success=yes exit=0 ${fields}`;
    const exec = (pid: number, program: string, ppid: number): string =>
      record(59, `ppid=${ppid} pid=${pid} comm="x" exe="${program}"`);
    const found = told(
      'auditd',
      exec(7, '/usr/sbin/cron', 1),
      exec(8, '/usr/sbin/httpd', 1),
      exec(9, '/bin/date', 7),
      ...(exits ? [record(231, 'ppid=7 pid=9 comm="x" exe="/bin/date"')] : []),
      exec(9, '/bin/sh', 8),
      exec(9, '/usr/bin/id', 1),
    ).filter(({ kind }) => kind === 'execute');
    // An orphan that init adopted is who it was.
    expect(found.map(({ actor }) => actor).slice(2)).toEqual(['/usr/sbin/cron', '/usr/sbin/httpd', '/bin/sh']);
  });

  it('reads arguments that repeat the words of the form without going back over them', () => {
    const words = ' exe= args='.repeat(1_489);
    const startMs = performance.now();
    expect(told('sysdig', `1 10:09:01.5 0 4a1d8c0f2b3e x (9) < execve res=0${words}`)).toHaveLength(1);
    expect(performance.now() - startMs).toBeLessThan(1_000);
  });

  it.each<[SourceKind, (thread: number) => string, (thread: number, program: string, parent: number) => string]>([
    [
      'sysdig',
      (thread) => `1 10:09:01.5 0 4a1d8c0f2b3e x (${thread}) > procexit status=0`,
      (thread, program, parent) =>
        `1 10:09:01.5 0 4a1d8c0f2b3e x (${thread}) < execve res=0 exe=${program} args= tid=${thread}(x) pid=${thread}(x) ptid=${parent}(x) cwd=/`,
    ],
    [
      'sysdig-json',
      (thread) => `{"evt.type":"procexit","evt.dir":">","evt.time":1659087941552081087,"thread.tid":${thread}}`,
      (thread, program, parent) =>
        `{"evt.type":"execve","evt.dir":"<","evt.time":1659087941552081087,"thread.tid":${thread},"evt.info":"res=0 exe=${program} args= tid=${thread}(x) pid=${thread}(x) ptid=${parent}(x) cwd=/"}`,
    ],
    [
      'tetragon',
      (thread) => `{"process_exit":{"process":{"pid":${thread}}},"time":"2024-03-05T10:20:30Z"}`,
      (thread, program, parent) =>
        `{"process_exec":{"process":{"pid":${thread},"binary":"${program}"},"parent":{"pid":${parent}}},"time":"2024-03-05T10:20:30Z"}`,
    ],
  ])('%s: a number that another process takes over brings no parent along', (kind, exit, exec) => {
    const found = told(
      kind,
      exec(7, '/usr/sbin/cron', 1),
      exec(8, '/usr/sbin/httpd', 1),
      exec(9, '/bin/date', 7),
      exit(9),
      exec(9, '/bin/sh', 8),
    );
    expect(found.at(-1)).toMatchObject({ target: '/bin/sh', actor: '/usr/sbin/httpd' });
  });

  it('keeps each call with its container, however many there are', () => {
    const line = (i: number): string =>
      `${i} 10:09:01.5 0 ${i.toString(16).padStart(12, '0')} x (7) < openat fd=3(<f>/etc/shadow) name=/etc/shadow`;
    const calls = items('sysdig', ...Array.from({ length: 5_000 }, (_, i) => line(i))).filter(
      ({ type }) => type === 'calls',
    );
    expect(calls).toHaveLength(5_000);
    expect(calls.every((item) => item.type === 'calls' && item.of !== undefined)).toBe(true);
  });

  it.each<[SourceKind, string]>([
    ['hids-docker', 'read(3, "x", 1) = 1'],
    ['adfa-ld', '6 6 63 6 42 120'],
    ['sysdig-json', '{"evt.dir":"<","evt.type":"read","evt.time":1659087941552081087,"thread.tid":9}'],
  ])('%s says that nobody saw what programs did', (kind, line) => {
    const found = told(kind, line);
    expect(found.length).toBeGreaterThan(0);
    for (const event of found) expect(event).toMatchObject({ kind: 'watched', parameters: false });
  });
});
