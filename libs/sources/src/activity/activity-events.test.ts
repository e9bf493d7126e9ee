import type { LogEvent, ProcessActivity } from '@plimsoll/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { context } from '../events/exchange.fixture.js';
import { openParser } from '../kinds.js';

const REQUEST = (target: string, body = ''): string =>
  `${body === '' ? 'GET' : 'POST'} ${target} HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n';
const quoted = (bytes: string): string => JSON.stringify(bytes);

/** Lines of `strace -f -ttt`, a millisecond apart. */
function trace(...lines: readonly string[]): string {
  return lines
    .map((line, i) => {
      const blank = line.indexOf(' ');
      return `${line.slice(0, blank)} ${(1_700_000_000 + i / 1_000).toFixed(6)} ${line.slice(blank + 1)}\n`;
    })
    .join('');
}

function served(target: string, ...during: readonly string[]): string[] {
  return servedAs(REQUEST(target), during);
}

function servedAs(request: string, during: readonly string[]): string[] {
  return [
    '7 accept4(3, {sa_family=AF_INET, sin_port=htons(5001), sin_addr=inet_addr("203.0.113.5")}, [16], 0) = 9',
    `7 read(9, ${quoted(request)}, 8192) = ${request.length}`,
    ...during,
    `7 write(9, ${quoted(OK)}, ${OK.length}) = ${OK.length}`,
    '7 close(9) = 0',
  ];
}

const shell = (parent: number, child: number, command: string): string[] => [
  `${parent} clone(child_stack=NULL, flags=CLONE_CHILD_CLEARTID|SIGCHLD) = ${child}`,
  `${child} execve("/bin/sh", ["sh", "-c", ${quoted(command)}], 0x55d0 /* 7 vars */) = 0`,
];

function events(text: string, chunk = text.length, privacy: 'strict' | 'balanced' | 'full' = 'balanced'): LogEvent[] {
  const parser = openParser('strace', context(privacy));
  const bytes = Buffer.from(text);
  const found: LogEvent[] = [];
  const take = (items: ReturnType<typeof parser.push>): void => {
    for (const item of items) if (item.type === 'event') found.push(item.event);
  };
  for (let at = 0; at < bytes.length; at += chunk) take(parser.push(bytes.subarray(at, at + chunk)));
  take(parser.end());
  return found;
}

function acts(text: string, privacy?: 'strict' | 'balanced' | 'full'): ProcessActivity[] {
  return events(text, text.length, privacy).filter(
    (event): event is ProcessActivity => event.type === 'process-activity' && event.kind !== 'watched',
  );
}

describe('what programs do, from a trace', () => {
  it('joins an injected command, and its children, with the request whose parameter it holds', () => {
    const found = acts(
      trace(
        ...served(
          '/ping?host=a.example%3Bid',
          ...shell(7, 8, 'ping -c1 a.example;id'),
          '8 vfork( <unfinished ...>',
          '10 execve("/usr/bin/id", ["id"], 0x55d0 /* 7 vars */) = 0',
          '8 <... vfork resumed>) = 10',
        ),
      ),
    );
    expect(found).toMatchObject([
      {
        kind: 'execute',
        target: '/bin/sh',
        serving: true,
        commands: ['ping', 'id'],
        marks: ['chained'],
        request: { method: 'GET', path: '/ping' },
        tainted: { parameter: 'host', relation: 'part', syntax: true },
      },
      { kind: 'execute', actor: '/bin/sh', target: '/usr/bin/id', request: { path: '/ping' } },
    ]);
  });

  it('tells a command that is a parameter from one that a parameter holds as code', () => {
    const [whole] = acts(trace(...served('/up.php?c=ls', ...shell(7, 8, 'ls'))));
    expect(whole?.tainted).toEqual({ parameter: 'c', relation: 'whole', syntax: true });
    const [code] = acts(trace(...served('/t?name=%7B%7Bpopen(%27id%20-u%27)%7D%7D', ...shell(7, 8, 'id -u'))));
    expect(code?.tainted).toEqual({ parameter: 'name', relation: 'code', syntax: true });
  });

  it("takes a number for an argument, not for a command, and a short one for nobody's", () => {
    const report = (number: string): string[] => [
      '7 clone(child_stack=NULL, flags=CLONE_CHILD_CLEARTID|SIGCHLD) = 8',
      `8 execve("/usr/bin/report", ["report", "${number}"], 0x55d0 /* 7 vars */) = 0`,
    ];
    expect(acts(trace(...served('/list?limit=12', ...report('12'))))[0]?.tainted).toBeUndefined();
    const [year] = acts(trace(...served('/list?year=2031', ...report('2031'))));
    expect(year?.tainted).toEqual({ parameter: 'year', relation: 'whole', syntax: false });
  });

  it.each([
    ['old+town+hall', 'find old town hall', false],
    ['old+town+-exec', 'find old town -exec', true],
    ['old+/etc/group', 'find old /etc/group', true],
    ['old%3Bid', 'find old;id', true],
    ['old+*', 'find old *', true],
  ])('takes words for words in a command, and for syntax what more they are: %s', (sent, command, syntax) => {
    const [found] = acts(trace(...served(`/find?q=${sent}`, ...shell(7, 8, command))));
    expect(found?.tainted).toEqual({ parameter: 'q', relation: 'part', syntax });
  });

  it.each([
    ['a name within double quotes', '/up?f=who%27s+%26+what.txt', `sha1sum "/data/who's & what.txt"`, false],
    ['a name within single quotes', '/up?f=a+%26+%24b.txt', "sha1sum '/data/a & $b.txt'", false],
    ['a name, complaints thrown away', '/up?f=a+(2).txt', "file -b '/data/a (2).txt' 2>/dev/null", false],
    ['a command within double quotes', '/up?f=a%24(id).txt', 'sha1sum "/data/a$(id).txt"', true],
    ['a name within a substitution', '/up?f=a%3Bid', 'cat "$(stat /data/a;id)"', true],
    ['a name within backticks', '/up?f=a%3Bid', 'cat "`stat /data/a;id`"', true],
    ['what ends the double quotes', '/up?f=a%22%3Bid%3B%22', 'sha1sum "/data/a";id;""', true],
    ['what ends the single quotes', '/up?f=a%27%3Bid%3B%27', "sha1sum '/data/a';id;''", true],
    ['a name once quoted and once not', '/up?f=a+%26+b.txt', 'cp "/data/a & b.txt" /out/a & b.txt', true],
    ['an option within quotes', '/up?f=-O%2Fvar%2Fx%3B', 'file "-O/var/x;"', true],
    ['a command for another host', '/up?f=a%3Bid', 'ssh backup "store a;id"', true],
    ['a command behind a keyword', '/up?f=x+a%3Bid', 'if true; then bash "x a;id"; fi', true],
    ['a quote within a comment', '/up?f=a%3Bid', "cat x # don't\nls a;id", true],
    ['a text within quotes, led to a file', '/up?f=Plan+%234.pdf', 'echo "Plan #4.pdf" >> /var/log/up.log', false],
    ['a text within quotes, and a call after it', '/up?f=a+%26+b', `echo 'a & b' >> log 2>&1 && true`, false],
    ['the same text without quotes behind it', '/up?f=a+%26+b', 'echo "a & b" >> log; convert a & b', true],
    ['the same text for another program', '/up?f=a;b', `echo "a;b" && bash -c "a;b"`, true],
    ['a text that is written and then run', '/up?f=a;b', `echo "a;b" > x; sh x`, true],
    ['where a text is led to', '/up?f=a;b.php', `echo hello > "a;b.php"`, true],
    ['what ends the quotes and leads on', '/up?f=a"%3Bid>b%3B"', `echo "a";id>b;"" >> log`, true],
    ['a text within quotes of quotes', '/up?f=a%3Bid', `echo "x '" a;id "' y" >> log`, true],
    ['a text that a shell is sent', '/up?f=a%3Bid', `echo "a;id" | sh`, true],
    ['a command for a database', '/up?f=a%3Bid', 'sqlite3 x.db "a;id"', true],
  ])('takes a value for a name where a shell calls a program that takes names: %s', (_, target, command, syntax) => {
    const [found] = acts(trace(...served(target, ...shell(7, 8, command))));
    expect(found?.tainted).toEqual({ parameter: 'f', relation: 'part', syntax });
  });

  it.each([
    ['the name of a file', ['file', '-b', '/data/6-bag (2).png'], '6-bag+(2).png', false],
    ['an option', ['file', '-f/etc/hosts;x', '/data/-f/etc/hosts;x'], '-f%2Fetc%2Fhosts%3Bx', true],
    ['code for an interpreter', ['python3', '/app/run.py', 'print(2);x'], 'print(2)%3Bx', true],
    ['a query behind an option', ['psql', '--command', "select 'a'; drop"], 'a%27%3B+drop', true],
  ])('takes what stays one argument for a name: %s', (_, argv, sent, syntax) => {
    const run = [
      '7 clone(child_stack=NULL, flags=CLONE_CHILD_CLEARTID|SIGCHLD) = 8',
      `8 execve("/usr/bin/${argv[0]!}", ${JSON.stringify(argv)}, 0x55d0 /* 7 vars */) = 0`,
    ];
    const [found] = acts(trace(...served(`/up?f=${sent}`, ...run)));
    expect(found?.tainted).toMatchObject({ parameter: 'f', syntax });
  });

  it('names no request of several that an event loop serves at once, unless a parameter tells', () => {
    const two = (command: string): string => {
      const [accept, read, ...rest] = served('/a?x=one');
      const second = REQUEST('/b?x=two%7Cid');
      return trace(
        accept!,
        read!,
        accept!.replace('= 9', '= 10').replace('5001', '5002'),
        `7 read(10, ${quoted(second)}, 8192) = ${second.length}`,
        ...shell(7, 8, command),
        ...rest,
        `7 write(10, ${quoted(OK)}, ${OK.length}) = ${OK.length}`,
      );
    };
    expect(acts(two('date'))[0]?.request).toBeUndefined();
    expect(acts(two('grep two|id'))[0]?.request).toMatchObject({ path: '/b' });
  });

  it('tells files by class and addresses by whose they are', () => {
    const found = acts(
      trace(
        ...served(
          '/get?file=..%2F..%2Fetc%2Fshadow&url=http%3A%2F%2F2130706433%3A8080%2F',
          '7 openat(AT_FDCWD, "/lib/x86_64-linux-gnu/libc.so.6", O_RDONLY|O_CLOEXEC) = 4',
          '7 openat(AT_FDCWD, "/srv/app/files/../../../etc/shadow", O_RDONLY) = -1 EACCES (Permission denied)',
          '7 connect(4, {sa_family=AF_INET, sin_port=htons(8080), sin_addr=inet_addr("127.0.0.1")}, 16) = 0',
          '7 openat(AT_FDCWD, "/srv/app/uploads/a1.php", O_WRONLY|O_CREAT, 0666) = 5',
        ),
      ),
    );
    expect(found).toMatchObject([
      {
        kind: 'open',
        target: '/etc/shadow',
        failed: true,
        file: { class: 'secret', writes: false, climbs: true },
        tainted: { parameter: 'file', syntax: true },
      },
      { kind: 'connect', target: 'loopback:8080', address: 'loopback', tainted: { parameter: 'url' } },
      { kind: 'open', target: '/srv/app/uploads/*.php', file: { class: 'code', writes: true } },
    ]);
  });

  it('takes an address for what the parameter names by host and port, however a socket writes it', () => {
    const connect = (query: string, host: string, port: number, family = 'mapped'): unknown => {
      const to =
        family === 'mapped'
          ? `{sa_family=AF_INET6, sin6_port=htons(${port}), sin6_flowinfo=htonl(0), inet_pton(AF_INET6, "::ffff:${host}", &sin6_addr), sin6_scope_id=0}, 28`
          : `{sa_family=AF_INET, sin_port=htons(${port}), sin_addr=inet_addr("${host}")}, 16`;
      const [found] = acts(trace(...served(`/get?url=${encodeURIComponent(query)}`, `7 connect(4, ${to}) = 0`)));
      return found?.tainted?.parameter;
    };
    expect(connect('http://0x7f000009:8080/', '127.0.0.9', 8080)).toBe('url');
    expect(connect('http://0x7f000009:8080/', '127.0.0.9', 8080, 'plain')).toBe('url');
    expect(connect('http://127.0.0.1:8080/', '127.0.0.1', 5432)).toBeUndefined();
    expect(connect('http://127.0.0.1/', '127.0.0.1', 80)).toBe('url');
    expect(connect('http://127.0.0.1/', '127.0.0.1', 5432)).toBeUndefined();
    expect(connect('127.0.0.1', '127.0.0.1', 5432)).toBe('url');
  });

  it('takes no address for what the browser says of where it is', () => {
    const whereabouts = 'Host: 127.0.0.1:5432\r\nOrigin: http://127.0.0.1:5432\r\nReferer: http://127.0.0.1:5432/';
    const to = '7 connect(4, {sa_family=AF_INET, sin_port=htons(5432), sin_addr=inet_addr("127.0.0.1")}, 16) = 0';
    const [found] = acts(trace(...servedAs(REQUEST('/get').replace('Host: x', whereabouts), [to])));
    expect(found).toMatchObject({ kind: 'connect', request: { path: '/get' } });
    expect(found?.tainted).toBeUndefined();
    const [other] = acts(trace(...servedAs(REQUEST('/get').replace('Host: x', 'X-Callback: 127.0.0.1:5432'), [to])));
    expect(other?.tainted).toMatchObject({ parameter: 'X-Callback' });
  });

  it('lets no name of a session out, where files are named by it', () => {
    const text = trace(
      ...served(
        '/profile',
        '7 openat(AT_FDCWD, "/var/lib/php/sessions/sess_25vg6bkvjvaqftfusp49h8l0u1", O_RDWR|O_CREAT, 0600) = 5',
        '7 openat(AT_FDCWD, "/srv/app/data/h9q4frsi315i07h0dtn2mpc53k", O_RDONLY) = 6',
      ),
    );
    expect(acts(text, 'full').map(({ text: shown }) => shown)).toEqual([
      '/var/lib/php/sessions/*',
      '/srv/app/data/[removed]',
    ]);
    expect(JSON.stringify(acts(text, 'full'))).not.toMatch(/25vg6bkv|h9q4frsi/);
  });

  it('lets no password out, and in strict mode no text at all', () => {
    const text = trace(
      ...shell(7, 8, 'mysqldump -pHunter22 --password=hunter23 shop; curl -u bob:hunter24 http://a:hunter25@h/'),
    );
    expect(JSON.stringify(acts(text, 'full'))).not.toMatch(/hunter2/i);
    expect(acts(text, 'strict')[0]).not.toHaveProperty('text');
    expect(JSON.stringify(acts(text, 'strict'))).not.toMatch(/hunter2/i);
  });

  it.each([
    'mysqldump -phunterTwo shop',
    "mysqldump -p'hunterTwo hunterTwo' shop",
    'curl -uadmin:hunterTwo http://h/',
    'app --client-secret hunterTwo',
    'redis-cli -a hunterTwo ping',
    'sshpass -p hunterTwo ssh h',
  ])('lets no password out of %s', (command) => {
    for (const privacy of ['strict', 'balanced', 'full'] as const) {
      expect(JSON.stringify(acts(trace(...shell(7, 8, command)), privacy))).not.toMatch(/hunterTwo/);
    }
  });

  it('gives the same events in any split', () => {
    const text = trace(
      ...served('/ping?host=x%3Bid', ...shell(7, 8, 'ping x;id'), '8 exit_group(0) = ?'),
      ...served('/', ...shell(7, 11, 'date')),
    );
    const whole = events(text);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 400 }), (chunk) => {
        expect(events(text, chunk)).toEqual(whole);
      }),
      { numRuns: 20 },
    );
  });

  it('tells at most 500 at once and 50 a second, and announces the rest', () => {
    const storm = Array.from({ length: 3_000 }, (_, i) =>
      shell(
        7,
        100 + i,
        i.toString(26).replace(/\d/g, (digit) => 'qrstuvwxyz'[Number(digit)]!),
      ),
    ).flat();
    const all = events(trace(...storm, ...shell(7, 9_000, 'last')));
    const told = all.filter(({ type }) => type === 'process-activity').length;
    expect(told).toBeLessThan(500 + 50 * 7 + 2);
    expect(told).toBeGreaterThan(500);
    expect(all.some((event) => event.type === 'gap' && event.of === 'process-activity' && event.gap.lost! > 0)).toBe(
      true,
    );
  });

  it('repeats no ordinary file or address more than eight times a minute', () => {
    const lines = Array.from({ length: 200 }, (_, i) => `7 openat(AT_FDCWD, "/srv/data/${i}.csv", O_RDONLY) = 5`);
    expect(acts(trace(...lines)).length).toBeLessThanOrEqual(8);
  });

  it('looks for a parameter in acts beyond those that are told of one target', () => {
    const include = (path: string): string => `7 openat(AT_FDCWD, ${quoted(path)}, O_RDONLY) = 5`;
    const noise = Array.from({ length: 40 }, () => include('/srv/data/report.csv'));
    const found = acts(trace(...noise, ...served('/?f=report.csv', include('/srv/data/report.csv'))));
    expect(found.filter(({ tainted }) => tainted?.parameter === 'f')).toHaveLength(1);
    expect(found.filter(({ tainted }) => tainted === undefined).length).toBeLessThanOrEqual(1);
  });
});
