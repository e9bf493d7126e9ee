import { gzipSync } from 'node:zlib';

import type { SourceItem, WebRequest } from '@plimsoll/contracts';
import { describe, expect, it } from 'vitest';

import { context } from '../events/exchange.fixture.js';
import { openParser } from '../kinds.js';

const ATTACK = "' or 1=1-- -";
const QUERY = `q=${encodeURIComponent(ATTACK)}`;
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
const CONTINUE = 'HTTP/1.1 100 Continue\r\n\r\n';

const octal = (text: string): string =>
  [...Buffer.from(text, 'latin1')].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('');
const accept = (thread: number, fd: number): string =>
  `${thread} accept4(3, {sa_family=AF_INET, sin_port=htons(5000), sin_addr=inet_addr("10.0.0.9")}, [128 => 16], SOCK_CLOEXEC) = ${fd}`;
const read = (thread: number, fd: number, text: string): string =>
  `${thread} read(${fd}, "${octal(text)}", 65536) = ${text.length}`;
const write = (thread: number, fd: number, text: string): string =>
  `${thread} write(${fd}, "${octal(text)}", ${text.length}) = ${text.length}`;
const get = (target: string, headers = ''): string => `GET ${target} HTTP/1.1\r\nHost: x\r\n${headers}\r\n`;
const post = (body: string, headers: string, path = '/p'): string =>
  `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n${headers}\r\n${body}`;

interface Found {
  readonly requests: readonly WebRequest[];
  readonly lost: number;
  readonly notice: string | undefined;
}

function found(...lines: readonly string[]): Found {
  const parser = openParser('strace', context());
  const text = lines
    .map((line, i) => line.replace(' ', ` ${((1_795_455_028_000 + i) / 1_000).toFixed(6)} `))
    .join('\n');
  const items: SourceItem[] = [...parser.push(Buffer.from(`${text}\n`)), ...parser.end()];
  return {
    requests: items.flatMap((item) => (item.type === 'event' && item.event.type === 'web-request' ? [item.event] : [])),
    lost: items.reduce((sum, item) => sum + (item.type === 'gap' ? (item.gap.lost ?? 0) : 0), 0),
    notice: parser.notice,
  };
}

/** On one connection: what the client and the server say by turns. */
function talk(...turns: readonly string[]): Found {
  return found(accept(7, 8), ...turns.map((text, i) => (i % 2 === 0 ? read(7, 8, text) : write(7, 8, text))));
}

const highestSql = ({ requests }: Found): number =>
  Math.max(0, ...requests.flatMap(({ parameters }) => parameters.map(({ sql }) => sql)));

describe('requests that an adversary sends', () => {
  it.each([
    ['an upgrade that is refused', [get(`/?a=1`, 'Upgrade: websocket\r\nConnection: Upgrade\r\n'), OK]],
    ['an upgrade to h2c that is refused', [get('/', 'Upgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n'), OK]],
    ['a tunnel that is refused', ['CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n', OK]],
    ['a body behind 100 Continue', [post('a=1', 'Expect: 100-continue\r\n').slice(0, -3), CONTINUE, 'a=1', OK]],
    ['100 Continue that nobody asked for', [get('/'), CONTINUE + OK]],
    [
      'trailers that name a length and a cookie',
      [
        'POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nTE: trailers\r\n\r\n1\r\na\r\n0\r\nContent-Length: 900\r\nCookie: a=b\r\n\r\n',
        OK,
      ],
    ],
    ['103 Early Hints', [get('/'), 'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n' + OK]],
    [
      'an answer without a body to HEAD',
      ['HEAD / HTTP/1.1\r\nHost: x\r\n\r\n', 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n'],
    ],
    ['an answer that closes nothing, of HTTP/1.0', ['GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n', OK]],
  ])('are read behind %s', (_, turns) => {
    const seen = talk(...turns, get(`/?${QUERY}`), OK);
    expect([highestSql(seen), seen.lost]).toEqual([4, 0]);
    expect(seen.requests.at(-1)?.status).toBe(200);
  });

  it('are read a byte at a time, with an empty line between each two', () => {
    const bytes = Array.from(`\r\n${get(`/?${QUERY}`)}`).map((byte) => read(7, 8, byte));
    expect(highestSql(found(accept(7, 8), ...bytes, write(7, 8, OK)))).toBe(4);
  });

  it('behind an upgrade and on HTTP/2 are told as not seen', () => {
    const upgraded = talk(
      get('/', 'Upgrade: websocket\r\n'),
      'HTTP/1.1 101 Switching Protocols\r\n\r\n',
      get(`/?${QUERY}`),
    );
    expect(upgraded.notice).toContain('WebSocket');
    expect(talk('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0').notice).toContain('HTTP/2');
  });

  it('whose answers are split by what they reflect leave no request to another’s answer unsaid', () => {
    const split = `HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 0\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok`;
    const seen = talk(get('/?to=x%0d%0aContent-Length:%200'), split, get(`/?${QUERY}`), OK);
    expect(highestSql(seen)).toBe(4);
    expect(seen.lost).toBe(1);
  });

  it.each([
    ['sendfile', `7 sendfile(8, 9, NULL, 3) = 3`],
    ['splice', `7 splice(9, NULL, 8, NULL, 3, 0) = 3`],
    ['sendmsg', `7 sendmsg(8, {msg_name=NULL, msg_iov=[{iov_base="abc", iov_len=3}], msg_iovlen=1}, 0) = 3`],
    ['a descriptor made by dup2', '7 dup2(8, 1) = 1\n7 write(1, "abc", 3) = 3'],
  ])('are told apart though %s answers', (_, answer) => {
    const head = 'HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n';
    const lines = [accept(7, 8), read(7, 8, get('/a')), write(7, 8, head), ...answer.split('\n')];
    const seen = found(...lines, read(7, 8, get(`/?${QUERY}`)), write(7, 8, OK));
    expect([highestSql(seen), seen.lost, seen.requests.length]).toEqual([4, 0, 2]);
  });

  it('are read on a connection that another process was handed by SCM_RIGHTS', () => {
    const handed = `9 recvmsg(4, {msg_name=NULL, msg_iov=[{iov_base="x", iov_len=1}], msg_iovlen=1, msg_control=[{cmsg_len=20, cmsg_level=SOL_SOCKET, cmsg_type=SCM_RIGHTS, cmsg_data=[5]}], msg_controllen=24}, 0) = 1`;
    const seen = found(accept(7, 8), handed, read(9, 5, get(`/?${QUERY}`)), write(9, 5, OK));
    expect([highestSql(seen), seen.requests.length]).toEqual([4, 1]);
    expect(seen.requests[0]?.unseen).toBeUndefined();
  });

  it('are answered by a child that was forked while they were under way', () => {
    const whole = get(`/?${QUERY}`);
    const seen = found(
      accept(7, 8),
      read(7, 8, whole.slice(0, 9)),
      '7 clone(child_stack=NULL, flags=CLONE_CHILD_CLEARTID|SIGCHLD) = 9',
      '7 close(8) = 0',
      read(9, 8, whole.slice(9)),
      write(9, 8, OK),
    );
    expect([highestSql(seen), seen.requests[0]?.status]).toEqual([4, 200]);
  });

  it('of a process that was killed are none of the one that takes its number', () => {
    const seen = found(
      accept(7, 8),
      read(7, 8, 'POST /a HTTP/1.1\r\nContent-Length: 900\r\n\r\n'),
      '7 +++ killed by SIGKILL +++',
      accept(7, 8),
      read(7, 8, get(`/?${QUERY}`)),
      write(7, 8, OK),
    );
    expect([highestSql(seen), seen.requests.length, seen.requests.at(-1)?.status]).toEqual([4, 2, 200]);
  });

  it('are of the client at the other end, whatever addresses their headers claim', () => {
    const claimed = ['X-Forwarded-For', 'Forwarded', 'X-Real-IP', 'True-Client-IP', 'CF-Connecting-IP'];
    const headers = claimed.map((name) => `${name}: ${name === 'Forwarded' ? 'for=1.2.3.4' : '1.2.3.4'}\r\n`).join('');
    const seen = talk(get('/'), OK, get('/', headers), OK);
    expect(seen.requests[1]?.client).toEqual(seen.requests[0]?.client);
    expect(JSON.stringify(seen.requests[1]?.client)).toContain('10.0.0.9');
    expect(seen.requests[1]?.session).toBe(seen.requests[0]?.session);
  });

  it.each([
    ['MSG_PEEK', `MSG_PEEK`],
    ['a quote and MSG_PEEK', `", 9, MSG_PEEK, NULL`],
    ['SHUT_WR and CLONE_FILES', 'SHUT_WR) = 0 CLONE_FILES'],
  ])('are read though they hold %s, as calls do', (_, words) => {
    const text = get(`/?${QUERY}`, `X: ${words}\r\n`);
    const line = `7 recvfrom(8, "${octal(text)}", 65536, 0, NULL, NULL) = ${text.length}`;
    const plain = `7 recvfrom(8, "${text.replace(/["\\]/g, '\\$&').replace(/\r/g, '\\r').replace(/\n/g, '\\n')}", 65536, 0, NULL, NULL) = ${text.length}`;
    const [head, tail] = [text.slice(0, 9), text.slice(9)];
    const buffers = `[{iov_base="${octal(head)}", iov_len=9}, {iov_base="${octal(tail)}", iov_len=9000}]`;
    const inTwo = `7 recvmsg(8, {msg_name=NULL, msg_iov=${buffers}, msg_iovlen=2}, 0) = ${text.length}`;
    const plainInTwo = inTwo.replace(
      octal(tail),
      tail.replace(/["\\]/g, '\\$&').replace(/\r/g, '\\r').replace(/\n/g, '\\n'),
    );
    for (const each of [line, plain, inTwo, plainInTwo])
      expect(highestSql(found(accept(7, 8), each, write(7, 8, OK)))).toBe(4);
  });
});

describe('bodies that an adversary sends', () => {
  const gz = (text: string): string => gzipSync(Buffer.from(text, 'latin1')).toString('latin1');
  const wide = (text: string, big: boolean): string => {
    const bytes = Buffer.from(text, 'utf16le');
    return (big ? bytes.swap16() : bytes).toString('latin1');
  };
  const utf32 = (text: string): string => Array.from(text, (sign) => `\0\0\0${sign}`).join('');
  const json = JSON.stringify({ a: 1, q: ATTACK });
  const part = (mark: string, type: string, content: string): string =>
    `--${mark}\r\nContent-Disposition: form-data; name="q"\r\n${type}\r\n${content}\r\n--${mark}--\r\n`;
  const nested = (depth: number): string =>
    Array.from({ length: depth }).reduce<string>(
      (inner, _, i) => part(`m${i + 1}`, `Content-Type: multipart/mixed; boundary=m${i}\r\n`, inner),
      part('m0', '', ATTACK),
    );

  it.each([
    ['gzip', post(gz(json), 'Content-Type: application/json\r\nContent-Encoding: gzip\r\n')],
    [
      'gzip of a form',
      post(gz(QUERY), 'Content-Type: application/x-www-form-urlencoded\r\nContent-Encoding: gzip\r\n'),
    ],
    ['gzip, in another case', post(gz(json), 'Content-Type: application/json\r\nContent-Encoding: GZip\r\n')],
    ['gzip of gzip', post(gz(gz(json)), 'Content-Type: application/json\r\nContent-Encoding: gzip, gzip\r\n')],
    ['gzip and identity', post(gz(json), 'Content-Type: application/json\r\nContent-Encoding: gzip, identity\r\n')],
    [
      'gzip under two headers',
      post(gz(gz(json)), 'Content-Type: application/json\r\nContent-Encoding: gzip\r\nContent-Encoding: gzip\r\n'),
    ],
    ['UTF-16, little end first', post(wide(json, false), 'Content-Type: application/json; charset=utf-16le\r\n')],
    ['UTF-16, big end first', post(wide(json, true), 'Content-Type: application/json; charset=utf-16be\r\n')],
    ['UTF-32', post(utf32(json), 'Content-Type: application/json; charset=utf-32\r\n')],
    [
      'a key twice, the first the attack',
      post(`{"q":${JSON.stringify(ATTACK)},"q":"x"}`, 'Content-Type: application/json\r\n'),
    ],
    ['parts in parts, three deep', post(nested(3), 'Content-Type: multipart/form-data; boundary=m3\r\n')],
    ['parts in parts, twenty deep', post(nested(20), 'Content-Type: multipart/form-data; boundary=m20\r\n')],
  ])('are read: %s', (_, request) => {
    expect(highestSql(talk(request, OK))).toBe(4);
  });

  it('that gzip makes a thousand times as long cost no more than their limit', () => {
    const bomb = gz('a'.repeat(50_000_000));
    const startMs = performance.now();
    const seen = talk(post(bomb, 'Content-Type: application/json\r\nContent-Encoding: gzip\r\n'), OK);
    expect(performance.now() - startMs).toBeLessThan(2_000);
    expect(seen.requests[0]?.unseen).toEqual(expect.arrayContaining(['coding']));
  });
});
