import { describe, expect, it } from 'vitest';

import type { WireExchange } from './connection.js';
import { DecodedStrings } from '../strace/escapes.js';
import { StraceParser } from '../strace/strace-parser.js';
import { WireObserver } from './wire-observer.js';
import { exchangesOf, runWire } from './wire-run.fixture.js';

/** Lines of `-f -ttt -T -o`: each a thread and a call, a millisecond apart. */
function trace(...lines: readonly string[]): string {
  return lines
    .map((line, i) => {
      const blank = line.indexOf(' ');
      const time = (1_795_455_028_000 + i) / 1_000;
      return `${line.slice(0, blank)} ${time.toFixed(6)} ${line.slice(blank + 1)}\n`;
    })
    .join('');
}

const accept = (thread: number, fd: number, port = 5_000) =>
  `${thread} accept4(3, {sa_family=AF_INET, sin_port=htons(${port}), sin_addr=inet_addr("127.0.0.1")}, [128 => 16], SOCK_CLOEXEC) = ${fd} <0.000100>`;
const read = (thread: number, fd: number, text: string) =>
  `${thread} read(${fd}, "${escape(text)}", 8000) = ${text.length} <0.000010>`;
const write = (thread: number, fd: number, text: string) =>
  `${thread} write(${fd}, "${escape(text)}", ${text.length}) = ${text.length} <0.000010>`;
const escape = (text: string) =>
  text.replaceAll('\r', '\\r').replaceAll('\n', '\\n').replaceAll('"', '\\"').replaceAll('\0', '\\0');
const get = (target: string) => `GET ${target} HTTP/1.1\r\nHost: x\r\n\r\n`;
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

function summary(exchanges: readonly WireExchange[]): string[] {
  return exchanges.map((each) =>
    each.type === 'http'
      ? `${each.side} ${each.connection} ${each.request.target} ${each.response?.status ?? 'none'}`
      : `${each.side} ${each.connection} ${Buffer.from(each.statement).toString()} ${each.response?.kind ?? 'none'}`,
  );
}

describe('descriptors', () => {
  it('are told apart in processes that accept for themselves', () => {
    const text = trace(
      accept(10, 11),
      accept(20, 11),
      read(10, 11, get('/a')),
      read(20, 11, get('/b')),
      write(20, 11, OK),
      write(10, 11, OK),
    );
    expect(summary(exchangesOf(text))).toEqual(['server 20:11#1 /b 200', 'server 10:11#0 /a 200']);
  });

  it('are shared by threads that a clone made', () => {
    const text = trace(
      '1 clone3({flags=CLONE_VM|CLONE_FILES|CLONE_THREAD, child_tid=0x1} => {parent_tid=[2]}, 88) = 2',
      accept(1, 9),
      read(2, 9, get('/a').slice(0, 10)),
      read(1, 9, get('/a').slice(10)),
      write(2, 9, OK),
    );
    expect(summary(exchangesOf(text))).toEqual(['server 1:9#0 /a 200']);
  });

  it('are shared by the threads that the host says are one process', () => {
    const octal = (bytes: string) =>
      [...Buffer.from(bytes, 'latin1')].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('');
    const io = (call: string, bytes: string) =>
      `${call}(30, "${octal(bytes)}", ${bytes.length}) = ${bytes.length} <0.000010>`;
    const statement = 'SELECT ? AS early';
    const text = trace(
      `71 ${io('read', '\x12\0\0\0')}`,
      `71 ${io('read', `\x16${statement}`)}`,
      `71 ${io('write', '\x0c\0\0\x01\0\x07\0\0\0\x01\0\x01\0\0\0\0')}`,
      `72 ${io('read', '\x0a\0\0\0')}`,
      `72 ${io('read', '\x17\x07\0\0\0\0\x01\0\0\0')}`,
    );
    const statements = (told: readonly number[]): string[] => {
      const observer = new WireObserver();
      for (const thread of told) observer.belongs(thread, 70);
      const { exchanges } = runWire([Buffer.from(text)], {}, observer);
      return exchanges.map((each) => (each.type === 'sql' ? Buffer.from(each.statement).toString() : each.type));
    };
    // What one thread only reads may be a file; that another answered there is not known.
    expect(statements([])).toEqual([]);
    expect(statements([70, 71, 72])).toEqual([statement]);
  });

  it('follow a connection that one thread accepts and others serve', () => {
    const text = trace(
      accept(5673, 23),
      accept(5673, 24),
      read(5960, 23, get('/a')),
      write(5960, 23, OK),
      read(5961, 24, get('/b')),
      write(5960, 24, OK),
      read(5961, 23, get('/c')),
      write(5961, 23, OK),
    );
    expect(summary(exchangesOf(text))).toEqual([
      'server 5673:23#0 /a 200',
      'server 5673:24#1 /b 200',
      'server 5673:23#0 /c 200',
    ]);
  });

  it('are shared by threads to which getpid gives one answer', () => {
    const text = trace('1 getpid() = 7', '2 getpid() = 7', accept(1, 9), read(1, 9, get('/a')), write(2, 9, OK));
    expect(summary(exchangesOf(text))).toEqual(['server 1:9#0 /a 200']);
  });

  it('are shared by threads that their process sends a signal to', () => {
    const urgent = '--- SIGURG {si_signo=SIGURG, si_code=SI_TKILL, si_pid=1, si_uid=33} ---';
    const text = trace(`1 ${urgent}`, `2 ${urgent}`, accept(1, 9), read(1, 9, get('/a')), write(2, 9, OK));
    expect(summary(exchangesOf(text))).toEqual(['server 1:9#0 /a 200']);
    const other = text.replaceAll('SI_TKILL', 'SI_USER');
    expect(summary(exchangesOf(other))).toEqual(['server 1:9#0 /a none']);
  });

  it('are not shared by processes of two containers that have one number within', () => {
    const text = trace(
      accept(101, 8),
      accept(202, 8),
      read(101, 8, get('/a')),
      read(202, 8, get('/b')),
      '101 getpid() = 7',
      '202 getpid() = 7',
      write(202, 8, OK),
      write(101, 8, OK),
    );
    expect(summary(exchangesOf(text))).toEqual(['server 202:8#1 /b 200', 'server 101:8#0 /a 200']);
  });

  it('answer the right requests once threads are known to share them', () => {
    const urgent = '--- SIGURG {si_signo=SIGURG, si_code=SI_TKILL, si_pid=1, si_uid=33} ---';
    const text = trace(
      accept(1, 9),
      read(1, 9, get('/a')),
      write(2, 9, OK), // thread 2 is not known to be of the same process
      read(1, 9, get('/b')),
      `1 ${urgent}`,
      `2 ${urgent}`,
      read(1, 9, get('/c')),
      write(2, 9, OK),
    );
    expect(exchangesOf(text)).toMatchObject([
      { request: { target: '/a' }, response: undefined },
      { request: { target: '/b' }, response: undefined },
      { request: { target: '/c' }, response: { status: 200 } },
    ]);
  });

  it('are shared by threads that made threads before they were known to be of one process', () => {
    const text = trace(
      '1 getpid() = 1',
      '2 clone(child_stack=0x7f, flags=CLONE_VM|CLONE_FS|CLONE_FILES|CLONE_THREAD) = 3',
      '2 --- SIGURG {si_signo=SIGURG, si_code=SI_TKILL, si_pid=1, si_uid=33} ---',
      accept(1, 9),
      read(2, 9, get('/a')),
      write(3, 9, OK),
    );
    expect(summary(exchangesOf(text))).toEqual(['server 1:9#0 /a 200']);
  });

  it('are shared by threads that all accept once they are known to be of one process', () => {
    const urgent = '--- SIGURG {si_signo=SIGURG, si_code=SI_TKILL, si_pid=1, si_uid=33} ---';
    const text = trace(
      accept(1, 9),
      read(2, 9, get('/a')), // handed over, as it seems
      accept(2, 10), // a server of its own, as it seems then
      `1 ${urgent}`,
      `2 ${urgent}`,
      accept(1, 11),
      read(2, 11, get('/b')),
      write(1, 11, OK),
    );
    expect(summary(exchangesOf(text))).toContain('server 1:11#2 /b 200');
  });

  it('are shared with the first thread, whichever of them tells its process first', () => {
    const text = trace(
      '2 getpid() = 1',
      '1 clone(child_stack=0x7f, flags=CLONE_VM|CLONE_FS|CLONE_FILES|CLONE_THREAD) = 3',
      '1 getpid() = 1',
      accept(2, 9),
      read(3, 9, get('/a')),
      write(1, 9, OK),
    );
    expect(summary(exchangesOf(text))).toEqual(['server 2:9#0 /a 200']);
  });

  it('are not shared by threaded processes of two containers that have one number within', () => {
    const made = (parent: number, child: number): string =>
      `${parent} clone(child_stack=0x7f, flags=CLONE_VM|CLONE_FS|CLONE_FILES|CLONE_THREAD) = ${child}`;
    const text = trace(
      '101 getpid() = 7',
      made(202, 203),
      '202 getpid() = 7',
      accept(101, 8),
      accept(202, 8),
      read(101, 8, get('/a')),
      read(203, 8, get('/b')),
      write(202, 8, OK),
      write(101, 8, OK),
    );
    expect(summary(exchangesOf(text))).toEqual(['server 202:8#1 /b 200', 'server 101:8#0 /a 200']);
  });

  it('keep their requests while threads of another process are found to belong together', () => {
    const urgent = '--- SIGURG {si_signo=SIGURG, si_code=SI_TKILL, si_pid=1, si_uid=33} ---';
    const text = trace(accept(5, 9), read(5, 9, get('/a')), `1 ${urgent}`, `2 ${urgent}`, write(5, 9, OK));
    expect(summary(exchangesOf(text))).toEqual(['server 5:9#0 /a 200']);
  });

  it('are copied by a fork and live until both have closed them', () => {
    const text = trace(
      accept(1, 9),
      '1 clone(child_stack=NULL, flags=CLONE_CHILD_CLEARTID|SIGCHLD, child_tidptr=0x1) = 2',
      '1 close(9) = 0',
      read(2, 9, get('/a')),
      write(2, 9, OK),
      '2 +++ exited with 0 +++',
    );
    expect(summary(exchangesOf(text))).toEqual(['server 1:9#0 /a 200']);
  });

  it('begin anew when they are used again', () => {
    const text = trace(
      accept(1, 9, 1),
      read(1, 9, get('/a')),
      '1 close(9) = 0',
      accept(1, 9, 2),
      read(1, 9, get('/b')),
      write(1, 9, OK),
    );
    expect(summary(exchangesOf(text))).toEqual(['server 1:9#0 /a none', 'server 1:9#1 /b 200']);
    expect(exchangesOf(text).map((each) => each.peer)).toEqual(['127.0.0.1:1', '127.0.0.1:2']);
  });

  it('are followed over dup, dup2 and fcntl', () => {
    const text = trace(
      accept(1, 9),
      '1 dup2(9, 0) = 0',
      '1 fcntl(9, F_DUPFD_CLOEXEC, 3) = 12',
      '1 close(9) = 0',
      read(1, 0, get('/a')),
      write(1, 12, OK),
    );
    expect(summary(exchangesOf(text))).toEqual(['server 1:9#0 /a 200']);
  });

  it('that hold files are never taken for connections', () => {
    const text = trace('1 openat(AT_FDCWD, "/tmp/x", O_RDONLY) = 4', read(1, 4, get('/a')), write(1, 4, OK));
    expect(exchangesOf(text)).toEqual([]);
  });

  it('are recognised midway, and closed by close_range, exec and exit', () => {
    for (const end of [
      '1 close_range(3, 4294967295, 0) = 0',
      '1 execve("/bin/sh", ["sh"], 0x1) = 0',
      '1 exit_group(0) = ?',
    ]) {
      expect(summary(exchangesOf(trace(read(1, 9, get('/a')), end)))).toEqual(['server 1:9#0 /a none']);
    }
  });
});

describe('calls', () => {
  it('give their buffers in every form', () => {
    const text = trace(
      accept(1, 9),
      '1 recvfrom(9, "GET ", 4, MSG_PEEK, NULL, NULL) = 4',
      '1 recvmsg(9, {msg_name=NULL, msg_iov=[{iov_base="GET /a HT", iov_len=9}, {iov_base="TP/1.1\\r\\n\\r\\n", iov_len=100}], msg_iovlen=2}, 0) = 19',
      '1 writev(9, [{iov_base="HTTP/1.1 200 OK\\r\\n", iov_len=17}, {iov_base="Content-Length: 9\\r\\n\\r\\n", iov_len=21}], 2) = 38',
      '1 sendfile(9, 12, [0] => [9], 9) = 9',
    );
    const [exchange] = exchangesOf(text);
    expect(exchange).toMatchObject({
      request: { target: '/a' },
      response: { status: 200, bodyBytes: 9, complete: false },
    });
  });

  it('that strace cut leave a hole of known length', () => {
    const text = trace(
      accept(1, 9),
      read(1, 9, get('/a')),
      '1 write(9, "HTTP/1.1 200 OK\\r\\nContent-Length: 100\\r\\n\\r\\nabc"..., 140) = 140',
      read(1, 9, get('/b')),
      write(1, 9, OK),
    );
    expect(summary(exchangesOf(text))).toEqual(['server 1:9#0 /a 200', 'server 1:9#0 /b 200']);
  });

  it.each(['\\r\\nGET /', 'get /', '\\n\\r\\nreport /'])(
    'that cut the first line of a connection hide no connection (%s)',
    (begin) => {
      const text = trace(
        accept(1, 9),
        `1 read(9, "${begin}?pad=xxxx", 100) = ${begin.replaceAll('\\r', '.').replaceAll('\\n', '.').length + 9}`,
        '1 read(9, "xxxxxxxx"..., 4096) = 4000',
        write(1, 9, OK),
        read(1, 9, get('/next')),
        write(1, 9, OK),
      );
      const observer = new WireObserver();
      const exchanges = runWire([Buffer.from(text)], {}, observer).exchanges;
      expect(exchanges.map((each) => each.type === 'http' && each.request.target.slice(0, 5))).toContain('/next');
      expect(observer.counts.unrecognised).toBe(0);
    },
  );

  it('that wrote less than they were given count for what they wrote', () => {
    const text = trace(
      accept(1, 9),
      read(1, 9, get('/a')),
      `1 write(9, "${escape(OK)}", 40) = 10`,
      write(1, 9, OK.slice(10)),
    );
    expect(exchangesOf(text)).toMatchObject([{ response: { complete: true, bodyBytes: 2 } }]);
  });

  it('are joined over unfinished lines, with -y’s words for descriptors and -x’s digits', () => {
    const text = trace(
      accept(1, 9),
      '1 read(9<TCP:[127.0.0.1:80->127.0.0.1:5000]>,  <unfinished ...>',
      '2 getpid() = 2',
      '1 <... read resumed>"\\x47ET /a HTTP/1.1\\r\\n\\r\\n", 8000) = 19 <0.1>',
      '1 write(9<socket:[7]>, "HTTP/1.1 204 No\\r\\n\\r\\n", 19 <unfinished ...>',
      '1 <... write resumed>) = 19 <0.1>',
    );
    expect(summary(exchangesOf(text))).toEqual(['server 1:9#0 /a 204']);
  });

  it('rebuild a client’s own requests and statements', () => {
    const text = trace(
      '1 socket(AF_INET, SOCK_STREAM, IPPROTO_IP) = 4',
      '1 connect(4, {sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr("10.0.0.1")}, 16) = -1 EINPROGRESS (Operation now in progress)',
      write(1, 4, get('/api')),
      read(1, 4, OK),
    );
    expect(exchangesOf(text)).toMatchObject([
      { type: 'http', side: 'client', peer: '10.0.0.1:80', response: { status: 200 } },
    ]);
  });

  it('find statements on a connection that was there before', () => {
    const text = trace(
      '1 recvfrom(30, "\\t\\0\\0\\0", 4, MSG_DONTWAIT, NULL, NULL) = 4',
      '1 recvfrom(30, "\\3SELECT 1", 9, MSG_DONTWAIT, NULL, NULL) = 9',
      '1 sendto(30, "\\7\\0\\0\\1\\0\\0\\0\\2\\0\\0\\0", 11, MSG_DONTWAIT, NULL, 0) = 11',
    );
    expect(summary(exchangesOf(text))).toEqual(['server 1:30#0 SELECT 1 ok']);
  });

  it('find extended queries on a connection of a pool that was there before', () => {
    const parse = 'P\\0\\0\\0\\20\\0SELECT 1\\0\\0\\0';
    const bind = 'B\\0\\0\\0\\f\\0\\0\\0\\0\\0\\0\\0\\0';
    const rest = 'D\\0\\0\\0\\6P\\0E\\0\\0\\0\\t\\0\\0\\0\\0\\0S\\0\\0\\0\\4';
    const text = trace(
      `1 write(9, "${parse}${bind}${rest}", 52) = 52`,
      '1 read(9, "1\\0\\0\\0\\0042\\0\\0\\0\\4n\\0\\0\\0\\4C\\0\\0\\0\\rSELECT 1\\0Z\\0\\0\\0\\5I", 8192) = 35',
    );
    expect(exchangesOf(text)).toMatchObject([
      { protocol: 'postgresql', side: 'client', prepared: true, response: { kind: 'ok' } },
    ]);
    expect(exchangesOf(text.replace('S\\0\\0\\0\\4", 52', 'S\\0\\0\\0\\5", 52'))).toEqual([]);
  });

  it('keep a request that nothing can be made of where it was answered', () => {
    const text = trace(
      accept(1, 9),
      read(1, 9, '??\r\n\r\n'),
      write(1, 9, 'HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n'),
    );
    expect(exchangesOf(text)).toMatchObject([{ request: { target: '??' }, response: { status: 400 } }]);
  });
});

describe('requests that strace does not show', () => {
  const cut = (thread: number, fd: number, text: string, length: number) =>
    `${thread} read(${fd}, "${escape(text)}"..., 8000) = ${length} <0.000010>`;
  const lost = (...lines: readonly string[]) => {
    const observer = new WireObserver();
    runWire([Buffer.from(trace(...lines))], {}, observer);
    return observer.lost();
  };

  it('are lost on the connections that a gap names', () => {
    const gap = lost(
      accept(10, 11, 5_001),
      accept(20, 11, 5_002),
      accept(30, 11, 5_003),
      read(10, 11, get('/a')),
      write(10, 11, OK),
      cut(20, 11, get('/b'), 8_000),
      write(20, 11, OK),
      cut(30, 11, 'POST /c HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\na7e\r\nxx', 8_000),
      write(30, 11, OK),
      write(30, 11, 'HTTP/1.1 400 Bad Request\r\nContent-Length: 2\r\n\r\nno'),
    );
    expect(gap).toMatchObject({ lost: 2, connections: ['20:11#1', '30:11#2'] });
  });

  it.each([
    ['empty lines', '\r\n'.repeat(1_000), 2],
    ['zero bytes', '\0\0\0', 1],
    ['a method without an end', 'x'.repeat(2_000), 1],
  ])('are lost behind an opening of %s', (_, opening, count) => {
    const lines = [accept(10, 11), cut(10, 11, opening, 8_000), write(10, 11, OK), write(10, 11, OK)];
    expect(lost(...lines)).toMatchObject({ lost: count, connections: ['10:11#0'] });
  });
});

it('tells a request whose answer is read slowly some minutes after it was asked', () => {
  const begun = `HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n`;
  const lines = [accept(10, 8), read(10, 8, get('/a')), write(10, 8, begun), accept(20, 8), read(20, 8, 'GET')];
  const later = (minutes: number, line: string) =>
    trace(line).replace(/ \d+\.\d+ /, ` ${(1_795_455_028 + minutes * 60).toFixed(6)} `);
  const text = trace(...lines) + later(4, read(20, 8, ' ')) + later(7, read(20, 8, '/b'));
  const observer = new WireObserver();
  new StraceParser({ observer }).push(Buffer.from(text));
  const [slow, ...more] = observer.drain();
  expect(slow).toMatchObject({ request: { target: '/a' }, response: { status: 200, complete: false } });
  expect((slow as WireExchange).endUs - (slow as WireExchange).startUs).toBeGreaterThan(400_000_000);
  expect(more).toEqual([]);
});

describe('limits', () => {
  it('end the connection longest silent', () => {
    const many = Array.from({ length: 20 }, (_, i) => [accept(1, 10 + i), read(1, 10 + i, get(`/${i}`))]).flat();
    const { exchanges } = runWire([Buffer.from(trace(...many))], { connections: 5 });
    expect(summary(exchanges).slice(0, 2)).toEqual(['server 1:10#0 /0 none', 'server 1:11#1 /1 none']);
    expect(exchanges).toHaveLength(20);
  });

  it('end a connection that was silent too long', () => {
    const text =
      trace(accept(1, 9), read(1, 9, get('/a'))) + '1 1795465028.0 close(77) = 0\n1 1795465028.1 close(78) = 0\n';
    const later = '1 1795465029.0 accept4(3, NULL, NULL, 0) = 10\n';
    expect(summary(runWire([Buffer.from(text + later)], { silentUs: 1_000_000 }).exchanges)).toEqual([
      'server 1:9#0 /a none',
    ]);
  });
});

it('undoes every escape that strace writes', () => {
  const decoded = new DecodedStrings();
  const read = (text: string, limit: number): string => {
    decoded.begin();
    decoded.add(Buffer.from(text), 0, text.length, limit);
    return Buffer.from(decoded.view()).toString('latin1');
  };
  expect(read('a\\n\\t\\r\\v\\f\\"\\\\\\0\\0012\\3777\\x41\\x4g', 100)).toBe('a\n\t\r\v\f"\\\0\x012\xff7A\x04g');
  expect(read('cut\\', 100)).toBe('cut\\');
  expect(read('abcdef', 3)).toBe('abc');
  // A quote ends it, unless it is escaped; behind what is kept, too.
  expect(read('a\\"b", 3', 100)).toBe('a"b');
  expect(decoded.close).toBe(4);
  expect(read('a\\"b", 3', 1)).toBe('a');
  expect(decoded.close).toBe(4);
  decoded.add(Buffer.from('cd"'), 0, 3, 70_000);
  decoded.add(Buffer.from('e'.repeat(70_000)), 0, 70_000, 70_000);
  expect(Buffer.from(decoded.view()).toString('latin1')).toBe(`acd${'e'.repeat(70_000)}`);
});
