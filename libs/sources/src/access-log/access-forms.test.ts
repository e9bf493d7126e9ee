import type { SourceItem, WebRequest } from '@plimsoll/contracts';
import { describe, expect, it } from 'vitest';

import { context } from '../events/exchange.fixture.js';
import { AccessLogParser } from './access-log-parser.js';
import { firstAddress } from './line-parts.js';

const PLAIN = '192.0.2.7 - - [20/Nov/2026:10:00:01 +0000] "GET /item?id=1 HTTP/1.1" 200 10 "-" "u"';

function read(...lines: readonly string[]): { requests: WebRequest[]; parser: AccessLogParser } {
  const parser = new AccessLogParser(context(), 'key');
  const items: SourceItem[] = [...parser.push(Buffer.from(`${lines.join('\n')}\n`)), ...parser.end()];
  return {
    requests: items.flatMap((item) => (item.type === 'event' && item.event.type === 'web-request' ? [item.event] : [])),
    parser,
  };
}

const [SAME] = read(PLAIN).requests;
const said = ({ method, path, status, bytes, parameters }: WebRequest) => [
  method,
  path,
  status,
  bytes,
  parameters.map(({ name }) => name).join(),
];

describe('what stands before a line', () => {
  it.each([
    ['CRI', `2026-11-20T10:00:00.000000000Z stdout F ${PLAIN}`],
    ['syslog', `Nov 20 10:00:01 lb1 nginx: ${PLAIN}`],
    ['syslog with a priority', `<190>Nov 20 10:00:01 lb1 nginx[7]: ${PLAIN}`],
    ['syslog by RFC 5424', `<190>1 2026-11-20T10:00:01Z lb1 nginx 7 - - ${PLAIN}`],
    ['rsyslog', `2026-11-20T10:00:01.123456+00:00 lb1 nginx: ${PLAIN}`],
    ['docker compose', `web-1  | ${PLAIN}`],
    ['kubectl --prefix', `[pod/web-7d9f/nginx] ${PLAIN}`],
    ['docker logs -t', `2026-11-20T10:00:00.000000000Z ${PLAIN}`],
    ['Docker', JSON.stringify({ log: `${PLAIN}\n`, stream: 'stdout', time: '2026-11-20T10:00:01.000000000Z' })],
    ['a shipper', JSON.stringify({ '@timestamp': '2026-11-20T10:00:05Z', message: PLAIN, stream: 'stdout' })],
    ['syslog within Docker', JSON.stringify({ log: `Nov 20 10:00:01 lb1 nginx: ${PLAIN}\n` })],
  ])('%s is taken off', (_name, line) => {
    expect(read(line).requests).toEqual([SAME]);
  });

  it('is joined where a runtime cut the line', () => {
    const cut = (mark: string, part: string): string => `2026-11-20T10:00:00.000000000Z stdout ${mark} ${part}`;
    const { requests, parser } = read(
      cut('P', PLAIN.slice(0, 50)),
      cut('P', PLAIN.slice(50, 70)),
      cut('F', PLAIN.slice(70)),
    );
    expect(requests.map(said)).toEqual([said(SAME!)]);
    expect(parser.counts).toMatchObject({ lines: 3, read: 3, events: 1 });
    expect(read(cut('P', PLAIN.slice(0, 50))).parser.counts).toMatchObject({ lines: 1, malformed: 1 });
  });
});

describe('whatever a client sends', () => {
  it.each([
    ['a user with a bracket', '127.0.0.1 - [a [20/Nov/2026:10:00:01 +0000] "GET /item?id=1 HTTP/1.1" 200 10 "-" "u"'],
    [
      'a user with half a time',
      '127.0.0.1 - a [01/Jan/2100 [20/Nov/2026:10:00:01 +0000] "GET /item?id=1 HTTP/1.1" 200 10 "-" "u"',
    ],
    [
      'a user with a whole time',
      String.raw`127.0.0.1 - a [01/Jan/2100:00:00:00 +0000] \x22GET / [20/Nov/2026:10:00:01 +0000] "GET /item?id=1 HTTP/1.1" 200 10 "-" "u"`,
    ],
    ['no user', '127.0.0.1 - "" [20/Nov/2026:10:00:01 +0000] "GET /item?id=1 HTTP/1.1" 200 10 "-" "u"'],
    [
      'a quoted user',
      String.raw`127.0.0.1 - jo\"e [20/Nov/2026:10:00:01 +0000] "GET /item?id=1 HTTP/1.1" 200 10 "-" "u"`,
    ],
    [
      'forwarded addresses with a time',
      String.raw`[2001:db8::1] x - - [01/Jan/2100:00:00:00 +0000] \x22GET - - [20/Nov/2026:10:00:01 +0000] "GET /item?id=1 HTTP/1.1" 200 10 "-" "u"`,
    ],
    [
      'a referer with a quote',
      '192.0.2.7 - - [20/Nov/2026:10:00:01 +0000] "GET /item?id=1 HTTP/1.1" 200 10 "http://a"b" "u"',
    ],
    [
      'what looks cut',
      '2026-11-20T10:00:00Z stdout P - - [20/Nov/2026:10:00:01 +0000] "GET /item?id=1 HTTP/1.1" 200 10 "-" "u"',
    ],
    [
      'a quote in JSON that nginx did not escape for it',
      String.raw`{"time":"2026-11-20T10:00:01+00:00","request":"GET /item?id=1 HTTP/1.1","status":200,"bytes_sent":10,"http_user_agent":"a\x22b"}`,
    ],
  ])('%s: the line is read', (_what, line) => {
    const { requests } = read(line);
    expect(requests.map(said)).toEqual([['GET', '/item', 200, 10, 'id']]);
    expect(requests[0]!.timeUs).toBe(SAME!.timeUs);
  });

  it.each([
    ['combined', PLAIN.replace(' - - ', ' - frank ')],
    [
      'a virtual host, several addresses and a name with blanks',
      PLAIN.replace('192.0.2.7 - - ', 'shop.test:443 192.0.2.7, 10.0.0.1 - frank of sales '),
    ],
    [
      'nginx as JSON',
      '{"time":"2026-11-20T10:00:01+00:00","remote_addr":"192.0.2.7","remote_user":"frank","request":"GET /item?id=1 HTTP/1.1","status":200,"bytes_sent":10}',
    ],
    [
      'Caddy',
      '{"ts":1795168801.0,"request":{"remote_ip":"192.0.2.7","method":"GET","uri":"/item?id=1","headers":{}},"user_id":"frank","status":200,"size":10}',
    ],
  ])('%s: the account is known, unless it was refused', (_what, line) => {
    expect(read(line).requests[0]?.client?.account).toMatch(/^frank/);
    const refused = line.replace(/200( |,"(?:size|bytes_sent))/, '401$1');
    expect(read(refused).requests[0]).toMatchObject({ status: 401 });
    expect(read(refused).requests[0]?.client).not.toHaveProperty('account');
    expect(read(PLAIN).requests[0]?.client).not.toHaveProperty('account');
  });

  it('tells clients apart by the first of several addresses', () => {
    const from = (remote: string): string | undefined => read(PLAIN.replace('192.0.2.7', remote)).requests[0]?.session;
    for (const remote of ['192.0.2.7, 198.51.100.2', '192.0.2.7:51000', 'shop.test:443 192.0.2.7', '_ 192.0.2.7']) {
      expect(from(remote)).toBe(SAME!.session);
    }
    expect(from('192.0.2.8, 192.0.2.7')).not.toBe(SAME!.session);
    expect(from('[2001:db8::1]')).toBe(from('2001:db8::1'));
    expect(firstAddress('[2001:db8::1]:443, 192.0.2.1')).toBe('2001:db8::1');
    expect(firstAddress('-')).toBe('');
  });
});

describe('forms of proxies', () => {
  it.each([
    [
      'Caddy',
      '{"level":"info","ts":1795168801,"logger":"http.log.access","msg":"handled request","request":{"remote_ip":"192.0.2.7","remote_port":"5","proto":"HTTP/2.0","method":"GET","host":"shop.test","uri":"/item?id=1","headers":{"User-Agent":["u"],"Referer":["https://shop.test/"]}},"duration":0.001,"size":10,"status":200}',
    ],
    [
      'Traefik',
      '{"ClientAddr":"192.0.2.7:51000","ClientHost":"192.0.2.7","DownstreamStatus":200,"DownstreamContentSize":10,"RequestHost":"shop.test","RequestMethod":"GET","RequestPath":"/item?id=1","StartUTC":"2026-11-20T10:00:01Z","request_User-Agent":"u","level":"info","msg":""}',
    ],
    [
      'Traefik as text',
      '192.0.2.7 - - [20/Nov/2026:10:00:01 +0000] "GET /item?id=1 HTTP/1.1" 200 10 "-" "u" 1 "web@docker" "http://172.17.0.2:80" 2ms',
    ],
    [
      'HAProxy',
      '<134>Nov 20 10:00:01 lb haproxy[3796]: 192.0.2.7:34238 [20/Nov/2026:10:00:01.000] web app/s1 0/0/0/3/3 200 10 - - ---- 1/1/0/0/0 0/0 "GET /item?id=1 HTTP/1.1"',
    ],
    [
      'HAProxy with captures',
      '192.0.2.7:34238 [20/Nov/2026:10:00:01.000] web~ app/s1 0/0/0/3/3 200 10 - - ---- 1/1/0/0/0 0/0 {shop.test} {} "GET /item?id=1 HTTP/1.1"',
    ],
    [
      'Envoy',
      '[2026-11-20T10:00:01.000Z] "GET /item?id=1 HTTP/2" 200 - 154 10 226 100 "192.0.2.7" "u" "cc21d9b0" "shop.test" "tcp://10.0.2.1:80"',
    ],
    [
      'Istio',
      '[2026-11-20T10:00:01.000Z] "GET /item?id=1 HTTP/1.1" 200 - via_upstream - "-" 0 10 5 4 "192.0.2.7" "u" "3fd7" "httpbin:8000" "10.44.1.27:80" outbound',
    ],
    [
      'Envoy in JSON',
      '{"start_time":"2026-11-20T10:00:01.000Z","method":"GET","path":"/item?id=1","response_code":200,"bytes_sent":10,"user_agent":"u","x_forwarded_for":"192.0.2.7","authority":"shop.test"}',
    ],
    [
      'ingress-nginx',
      '192.0.2.7 - - [20/Nov/2026:10:00:01 +0000] "GET /item?id=1 HTTP/1.1" 200 10 "-" "u" 480 0.003 [default-web-80] [] 10.0.0.7:80 10 0.003 200 abc',
    ],
    [
      'ingress-nginx, path and query apart',
      '{"time":"2026-11-20T10:00:01+00:00","remote_addr":"192.0.2.7","method":"GET","vhost":"shop.test","path":"/item","request_query":"id=1","status":200,"bytes_sent":10,"http_user_agent":"u"}',
    ],
    [
      'nginx, beside the address that it rewrote',
      '{"msec":"1795168801.000","remote_addr":"192.0.2.7","request_method":"GET","request_uri":"/item?id=1","uri":"/index.php","status":200,"body_bytes_sent":10,"http_user_agent":"u"}',
    ],
    [
      'Elastic',
      '{"@timestamp":"2026-11-20T10:00:01Z","source":{"address":"192.0.2.7"},"http":{"request":{"method":"GET"},"response":{"status_code":200,"body":{"bytes":10}}},"url":{"path":"/item","query":"id=1"},"user_agent":{"original":"u"},"message":"x"}',
    ],
    [
      "Google's load balancer",
      '{"timestamp":"2026-11-20T10:00:01Z","httpRequest":{"requestMethod":"GET","requestUrl":"https://shop.test/item?id=1","status":200,"responseSize":"10","userAgent":"u","remoteIp":"192.0.2.7"}}',
    ],
  ])('%s', (_name, line) => {
    const { requests, parser } = read(line);
    expect(requests.map(said)).toEqual([['GET', '/item', 200, 10, 'id']]);
    expect(requests[0]!.timeUs).toBe(SAME!.timeUs);
    expect(parser.counts).toMatchObject({ read: 1, ignored: 0, malformed: 0 });
  });

  // Lines of Envoy 1.40, to which a client sent quotes in the path, and what looks like a line in its agent.
  it.each([
    '[2026-11-20T10:00:01.000Z] "OPTIONS /q?a="b" HTTP/1.1" 200 - 0 5 0 0 "203.0.113.9, 10.0.0.1,192.0.2.2" "Mozilla/5.0 (X11) x" "916b4856" "shop.example" "127.0.0.1:18081"',
    '[2026-11-20T10:00:01.000Z] "OPTIONS /q?a="b" HTTP/1.1" 200 - 0 5 11 10 "203.0.113.9" "[1/Jan/2020] "GET / HTTP/1.1" 200 1" "15f3d381" "shop.example" "127.0.0.1:18081"',
    '[2026-11-20T10:00:01.000Z] "OPTIONS /q?a="b" HTTP/1.1" 200 - 0 5 11 10 "203.0.113.9" "a" "b" "c" "15f3d381" "shop.example" "127.0.0.1:18081"',
  ])('reads a line of Envoy in which a client put quotes', (line) => {
    expect(read(line).requests.map(said)).toEqual([['OPTIONS', '/q', 200, 5, 'a']]);
  });

  it('reads the agent of Envoy’s line whole, whatever it holds', () => {
    const agents = ['u', 'a" "b', '[1/Jan/2020] "GET / HTTP/1.1" 200 1'];
    const sessions = agents.map((agent) => {
      const line = `[2026-11-20T10:00:01.000Z] "GET / HTTP/1.1" 200 - 0 5 1 1 "192.0.2.7" "${agent}" "i" "h" "u"`;
      return read(line).requests[0]!.session;
    });
    expect(new Set(sessions).size).toBe(3);
    expect(sessions[0]).toBe(SAME!.session);
  });

  it('reads a request that a proxy could not read, and tells only that it came', () => {
    const { requests } = read(
      '{"start_time":"2026-11-20T10:00:01.000Z","method":null,"path":null,"response_code":400,"bytes_sent":11,"user_agent":null,"downstream_remote_address":"192.0.2.7:42126"}',
    );
    expect(requests.map(said)).toEqual([['', '/', 400, 11, '']]);
  });

  it('takes a remark whose path is null for no request, and a line within nulls for the line', () => {
    const remark = '{"level":"info","time":"2026-11-20T10:00:01Z","msg":"started","path":null}';
    expect(read(remark).parser.counts).toMatchObject({ read: 0, ignored: 1, malformed: 0 });
    const shipped = JSON.stringify({ path: null, request: null, time: null, log: PLAIN });
    expect(read(shipped).requests.map(said)).toEqual([said(SAME!)]);
  });

  it('passes over what servers write between requests', () => {
    const { parser } = read(
      '/docker-entrypoint.sh: Configuration complete; ready for start up',
      '2026/11/20 10:00:01 [error] 7#7: *1 open() "/x" failed (2: No such file or directory)',
      '[Fri Nov 20 10:00:01.123456 2026] [mpm_event:notice] [pid 7:tid 1] AH00489: configured',
      '{"level":"info","ts":1795168800,"msg":"shutting down","signal":"SIGTERM"}',
      PLAIN,
      'no such line',
    );
    expect(parser.counts).toMatchObject({ lines: 6, read: 1, ignored: 4, malformed: 1 });
    expect(parser.refusals).toEqual([{ cause: 'not of this form', count: 1, example: 'no such line' }]);
  });
});
