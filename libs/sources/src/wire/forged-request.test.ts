import { describe, expect, it } from 'vitest';

import type { HttpExchange } from '../http/http-exchange.js';
import { context, memory } from '../events/exchange.fixture.js';
import { requestParameters } from '../events/web/request-parameters.js';
import { splitTarget, toWebRequest } from '../events/web/web-request-event.js';
import type { WireOptions } from './wire-observer.js';
import { exchangesOf, runWire } from './wire-run.fixture.js';

const FORGED =
  'GET /admin?by=1%20union%20select%201 HTTP/1.1\r\nHost: x\r\nCookie: PHPSESSID=0123456789abcdef0123456789\r\n\r\n';
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n';

/** Lines of `strace -f -ttt`, a microsecond apart. */
function trace(...lines: readonly string[]): string {
  return lines
    .map(
      (line, i) =>
        `${line.slice(0, line.indexOf(' '))} 1.${String(i).padStart(6, '0')} ${line.slice(line.indexOf(' ') + 1)}\n`,
    )
    .join('');
}

const quoted = (bytes: string): string => JSON.stringify(bytes).replace(/\\u00([0-9a-f]{2})/g, '\\x$1');
const accept = (thread: number, fd: number): string =>
  `${thread} accept4(3, {sa_family=AF_INET, sin_port=htons(${5_000 + fd}), sin_addr=inet_addr("203.0.113.5")}, [16], 0) = ${fd}`;
const read = (thread: number, fd: number | string, bytes: string, moved = bytes.length): string =>
  `${thread} read(${fd}, ${quoted(bytes)}${moved > bytes.length ? '...' : ''}, 8192) = ${moved}`;
const write = (thread: number, fd: number, bytes: string): string =>
  `${thread} write(${fd}, ${quoted(bytes)}, ${bytes.length}) = ${bytes.length}`;
const post = (headers: string, body: string): string => `POST /p HTTP/1.1\r\nHost: x\r\n${headers}\r\n\r\n${body}`;

function requests(text: string, options: WireOptions = {}): HttpExchange[] {
  return exchangesOf(text, options).filter((each) => each.type === 'http');
}

function parametersOf({ request }: HttpExchange): [string, string][] {
  const { query } = splitTarget(request.target);
  return requestParameters(request, query)
    .parameters.filter(({ where }) => where !== 'cookie')
    .map(({ name, value }) => [name, value]);
}

describe('a body that holds a request', () => {
  it.each([
    ['zeros before the length', `Content-Length: 00000000000000000000${FORGED.length}`, FORGED],
    [
      'zeros before a chunk',
      'Transfer-Encoding: chunked',
      `0000000000000${FORGED.length.toString(16)}\r\n${FORGED}\r\n0\r\n\r\n`,
    ],
    [
      'a long extension',
      'Transfer-Encoding: ChunKed',
      `${FORGED.length.toString(16)};${'a'.repeat(9_000)}\r\n${FORGED}\r\n0\r\n\r\n`,
    ],
  ])('is no request with %s', (_, headers, body) => {
    const found = requests(trace(accept(1, 9), read(1, 9, post(headers, body)), write(1, 9, OK)));
    expect(found).toMatchObject([{ request: { method: 'POST', complete: true, unseen: [] } }]);
  });

  it.each([
    ['two lengths', `Content-Length: 0\r\nContent-Length: ${FORGED.length}`],
    ['a length with a sign', `Content-Length: +${FORGED.length}`],
    ['a length beside chunks', `Content-Length: ${FORGED.length}\r\nTransfer-Encoding: xchunked`],
    ['a blank before the colon', `Content-Length : ${FORGED.length}`],
    ['a line that is none before the length', `none\r\nContent-Length: ${FORGED.length}`],
  ])('marks what servers read differently: %s', (_, headers) => {
    const found = requests(trace(accept(1, 9), read(1, 9, post(headers, FORGED)), write(1, 9, OK)));
    expect(found[0]?.request.unseen).toContain('framing');
    for (const { request } of found.slice(1)) expect(request.unseen).toContain('place');
  });

  it('is of no session behind chunks that were not all seen', () => {
    const head = post('Transfer-Encoding: chunked', '1000\r\nabc');
    const [, forged] = requests(
      trace(accept(1, 9), read(1, 9, head, head.length + 4_200), read(1, 9, FORGED), write(1, 9, OK)),
    );
    expect(forged?.request.unseen).toContain('place');
    const known = memory();
    expect(toWebRequest(forged!, context(), known)).toMatchObject({ sessionBy: 'client' });
  });

  it('is of no session behind an eviction, which is announced', () => {
    const crowd = Array.from({ length: 6 }, (_, i) => [
      accept(1, 20 + i),
      read(1, 20 + i, post('Content-Length: 9', '')),
    ]).flat();
    const run = runWire(
      [
        Buffer.from(
          trace(accept(1, 9), read(1, 9, post(`Content-Length: ${FORGED.length}`, '')), ...crowd, read(1, 9, FORGED)),
        ),
      ],
      { connections: 4 },
    );
    const forged = run.exchanges.filter((each) => each.type === 'http' && each.request.method === 'GET');
    expect(forged).toMatchObject([{ request: { unseen: ['bytes', 'place'].slice(1) } }]);
    expect(run.exchanges[0]).toMatchObject({ request: { complete: false, unseen: ['bytes'] } });
  });
});

describe('connections', () => {
  it('with nothing under way are evicted before one whose body is awaited', () => {
    const idle = Array.from({ length: 50 }, (_, i) => [accept(1, 20 + i), read(1, 20 + i, 'G')]).flat();
    const text = trace(
      accept(1, 9),
      read(1, 9, post('Content-Length: 3', '')),
      ...idle,
      read(1, 9, 'a=b'),
      write(1, 9, OK),
    );
    const found = requests(text, { connections: 10 });
    expect(found).toMatchObject([{ request: { complete: true, unseen: [] }, response: { status: 200 } }]);
  });

  it('are read from their first byte on, however few come at a time', () => {
    const bytes = post('Content-Length: 3', 'a=b')
      .split('')
      .map((byte) => read(1, 9, byte));
    expect(requests(trace(accept(1, 9), ...bytes, write(1, 9, OK))).map(parametersOf)).toEqual([[['a', 'b']]]);
  });

  it('pair answers with requests behind thousands that were sent at once', () => {
    const many = 'GET / HTTP/1.1\r\n\r\n'.repeat(300);
    const text = trace(
      accept(1, 9),
      read(1, 9, `${many}GET /last HTTP/1.1\r\n\r\n`),
      write(1, 9, OK.repeat(300)),
      write(1, 9, OK.replace('200', '404')),
    );
    expect(requests(text).at(-1)).toMatchObject({ request: { target: '/last' }, response: { status: 404 } });
  });
});

describe('what is no socket', () => {
  const piped = trace(
    '1 pipe2([5, 6], O_CLOEXEC) = 0',
    '1 clone(child_stack=NULL, flags=SIGCHLD) = 2',
    '2 dup2(5, 0) = 0',
    '2 execve("/bin/gzip", ["gzip"], 0x1) = 0',
    read(2, 0, FORGED),
    read(2, 5, FORGED),
    write(2, 1, OK),
  );

  it('speaks no HTTP, also across fork, dup and exec', () => {
    expect(exchangesOf(piped)).toEqual([]);
  });

  it('speaks none through a pair of sockets', () => {
    const text = trace('1 socketpair(AF_UNIX, SOCK_STREAM, 0, [5, 6]) = 0', read(1, 5, FORGED), write(1, 5, OK));
    expect(exchangesOf(text)).toEqual([]);
  });

  it('speaks none where strace tells so, and does where it tells of a socket', () => {
    expect(exchangesOf(trace(read(1, '7<pipe:[81]>', FORGED)))).toEqual([]);
    expect(requests(trace(read(1, '7<TCP:[10.0.0.1:80->10.0.0.2:4000]>', FORGED)))[0]?.request.unseen).toEqual([]);
  });

  it('is not known of a descriptor that nothing tells of: the request says so and is of no session', () => {
    const [found] = requests(trace(read(1, 7, FORGED)));
    expect(found?.request.unseen).toEqual(['origin']);
    expect(toWebRequest(found!, context(), memory()).sessionBy).toBe('client');
    expect(requests(trace(read(1, 7, FORGED), write(1, 7, OK)))[0]?.request.unseen).toEqual([]);
  });

  it('sends no statements', () => {
    const statement = 'SELECT 1 UNION SELECT 2';
    const packet = `${String.fromCharCode(statement.length + 1)}\0\0\0\x03${statement}`;
    expect(exchangesOf(trace(write(1, 7, packet)))).toEqual([]);
  });
});
