import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';

import { describe, expect, it } from 'vitest';

import { ByteBudget } from '../bytes/byte-budget.js';
import type { HttpExchange } from './http-exchange.js';
import { OpenRequests } from '../wire/open-requests.js';
import { noWireCounts } from '../wire/wire-counts.js';
import { HttpStream } from './http-stream.js';

const FACTS = { side: 'server', connection: '7:11#0', peer: '127.0.0.1:33894' } as const;

/** A connection to which bytes are given as segments of one microsecond each. */
class Line {
  readonly exchanges: HttpExchange[] = [];
  readonly counts = noWireCounts();
  readonly stream: HttpStream;
  private clockUs = 0;

  constructor(bodyBytes = 65_536, heldBytes = 1_048_576) {
    this.stream = new HttpStream(FACTS, {
      open: new OpenRequests(),
      bodyLimitBytes: bodyBytes,
      budget: new ByteBudget(heldBytes),
      counts: this.counts,
      emit: (exchange) => this.exchanges.push(exchange),
    });
  }

  client(bytes: string | Uint8Array, missingBytes = 0): this {
    return this.send('client', bytes, missingBytes);
  }

  server(bytes: string | Uint8Array, missingBytes = 0): this {
    return this.send('server', bytes, missingBytes);
  }

  /** Whatever was asked was asked too long ago. */
  overdue(): this {
    this.stream.overdue(this.clockUs + 5, this.clockUs + 9);
    return this;
  }

  private send(from: 'client' | 'server', bytes: string | Uint8Array, missingBytes: number): this {
    const payload = typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes;
    this.clockUs += 10;
    this.stream.data({ from, payload, missingBytes, thread: 7, timeUs: this.clockUs, endUs: this.clockUs + 1 });
    return this;
  }
}

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
const bodyText = (body: Uint8Array | undefined) => Buffer.from(body ?? []).toString('latin1');

describe('requests and responses', () => {
  it('come with head, body and times', () => {
    const line = new Line().client('POST /a?b=%27 HTTP/1.1\r\nHost: x\r\ncontent-length: 3\r\n\r\na=b').server(OK);
    expect(line.exchanges).toEqual([
      {
        type: 'http',
        ...FACTS,
        ordinal: 0,
        thread: 7,
        startUs: 10,
        endUs: 21,
        request: {
          method: 'POST',
          target: '/a?b=%27',
          version: '1.1',
          headers: [
            ['Host', 'x'],
            ['content-length', '3'],
          ],
          body: Uint8Array.from(Buffer.from('a=b')),
          bodyBytes: 3,
          complete: true,
          unseen: [],
        },
        response: {
          status: 200,
          headers: [['Content-Length', '2']],
          body: Uint8Array.from(Buffer.from('ok')),
          bodyBytes: 2,
          decoded: false,
          complete: true,
          timeUs: 20,
        },
      },
    ]);
  });

  it('are the same in pieces of any size', () => {
    const request =
      'POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n4;ext=1\r\nabcd\r\n2\r\nef\r\n0\r\nTrailer: 1\r\n\r\n';
    const response = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nxyz\r\n0\r\n\r\n';
    for (const size of [1, 2, 3, 7, 200]) {
      const line = new Line();
      for (let at = 0; at < request.length; at += size) line.client(request.slice(at, at + size));
      for (let at = 0; at < response.length; at += size) line.server(response.slice(at, at + size));
      expect(line.exchanges).toHaveLength(1);
      expect(bodyText(line.exchanges[0]?.request.body)).toBe('abcdef');
      expect(bodyText(line.exchanges[0]?.response?.body)).toBe('xyz');
      expect(line.exchanges[0]?.response?.complete).toBe(true);
    }
  });

  it('are paired in order when pipelined, past interim responses', () => {
    const line = new Line()
      .client('GET /1 HTTP/1.1\r\n\r\nGET /2 HTTP/1.1\r\n\r\n\r\nHEAD /3 HTTP/1.1\r\n\r\n')
      .server(`HTTP/1.1 100 Continue\r\n\r\n${OK}HTTP/1.1 304 Not Modified\r\nContent-Length: 99\r\n\r\n`)
      .server('HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n');
    expect(line.exchanges.map((each) => [each.ordinal, each.request.target, each.response?.status])).toEqual([
      [0, '/1', 200],
      [1, '/2', 304],
      [2, '/3', 200],
    ]);
  });

  it('end with the connection where nothing else ends them', () => {
    const line = new Line().client('GET / HTTP/1.0\n\n').server('HTTP/1.0 200 OK\r\n\r\nabc').server('def');
    expect(line.exchanges).toHaveLength(0);
    line.stream.shut('server');
    expect(bodyText(line.exchanges[0]?.response?.body)).toBe('abcdef');
    expect(line.exchanges[0]?.response?.complete).toBe(true);
  });

  it('have no response where the connection ended first', () => {
    const line = new Line().client('GET /a HTTP/1.1\r\n\r\n').client('GET /b HTTP/1.1\r\nHost');
    line.stream.end();
    expect(line.exchanges.map((each) => [each.request.target, each.request.complete, each.response])).toEqual([
      ['/a', true, undefined],
      ['/b', false, undefined],
    ]);
  });
});

describe('content codings', () => {
  const page = Buffer.from('<p>hello</p>'.repeat(50));
  it.each([
    ['gzip', gzipSync(page)],
    ['deflate', deflateSync(page)],
    ['br', brotliCompressSync(page)],
  ])('%s is undone', (coding, coded) => {
    const head = `HTTP/1.1 200 OK\r\nContent-Encoding: ${coding}\r\nContent-Length: ${coded.length}\r\n\r\n`;
    const [exchange] = new Line()
      .client('GET / HTTP/1.1\r\n\r\n')
      .server(Buffer.concat([Buffer.from(head), coded])).exchanges;
    expect(bodyText(exchange?.response?.body)).toBe(page.toString());
    expect(exchange?.response).toMatchObject({ decoded: true, bodyBytes: coded.length });
  });

  it('stays as it is where it is damaged or would grow over the limit', () => {
    const bomb = gzipSync(Buffer.alloc(1_000_000));
    for (const coded of [bomb, Buffer.from('not gzip')]) {
      const head = `HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: ${coded.length}\r\n\r\n`;
      const [exchange] = new Line()
        .client('GET / HTTP/1.1\r\n\r\n')
        .server(Buffer.concat([Buffer.from(head), coded])).exchanges;
      expect(exchange?.response?.decoded).toBe(false);
      expect(exchange?.response?.body).toHaveLength(coded.length);
    }
  });
});

describe('holes', () => {
  it('in a body of known length are counted', () => {
    const line = new Line()
      .client('GET / HTTP/1.1\r\n\r\n')
      .server('HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\nabc', 4_990)
      .server('defghij')
      .client('GET /2 HTTP/1.1\r\n\r\n')
      .server(OK);
    expect(line.exchanges.map((each) => each.response?.complete)).toEqual([false, true]);
    expect(line.exchanges[0]?.response).toMatchObject({ bodyBytes: 5_000 });
    expect(bodyText(line.exchanges[0]?.response?.body)).toBe('abc');
  });

  it('over a chunk’s end lose the place until the next message', () => {
    const line = new Line()
      .client('GET /1 HTTP/1.1\r\n\r\n')
      .server('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab', 100)
      .client('GET /2 HTTP/1.1\r\n\r\n')
      .server(OK);
    expect(line.exchanges.map((each) => [each.request.target, each.response?.status, each.response?.complete])).toEqual(
      [
        ['/1', 200, false],
        ['/2', 200, true],
      ],
    );
  });

  it('in a head leave what was seen of it', () => {
    const line = new Line()
      .client('GET /long HTTP/1.1\r\nHost: a\r\nCookie: b', 3_000)
      .server(OK)
      .client('GET /2 HTTP/1.1\r\n\r\n')
      .server(OK);
    expect(line.exchanges.map((each) => [each.request.target, each.request.complete])).toEqual([
      ['/long', false],
      ['/2', true],
    ]);
  });
});

describe('requests that may be hidden', () => {
  const long = 'GET /1 HTTP/1.1\r\nHost: a\r\nCookie: b';

  it('are counted where the place of the next one is not shown, though nothing answers', () => {
    for (const [shown, missing] of [
      [long, 3_000],
      ['GET /1 HTTP/1.1\r\n\r\n', 3_000],
      ['POST /1 HTTP/1.1\r\nContent-Length: 9\r\n\r\n1', 3_000],
      ['POST /1 HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n1', 3_000],
    ] as const)
      expect(new Line().client(shown, missing).counts.hiddenRequests, shown).toBe(1);
  });

  it('are not where a body of known length is all that is not shown', () => {
    const line = new Line().client('POST /1 HTTP/1.1\r\nContent-Length: 3001\r\n\r\n1', 3_000).server(OK);
    expect(line.counts.hiddenRequests).toBe(0);
  });

  it('are counted once, answered or not, and anew behind an answer', () => {
    const line = new Line().client(long, 3_000).server(OK).server(OK);
    expect(line.counts.hiddenRequests).toBe(1);
    line.server(OK).client(long, 3_000).client('more', 3_000);
    expect(line.counts.hiddenRequests).toBe(3);
  });

  it('are counted whatever status answers them', () => {
    for (const status of ['400 Bad Request', '503 Service Unavailable', '408 Request Timeout']) {
      const line = new Line().client(long, 3_000).server(OK).server(OK);
      line.server(`HTTP/1.1 ${status}\r\nContent-Length: 2\r\n\r\nok`);
      expect(line.counts.hiddenRequests, status).toBe(2);
    }
    expect(new Line().server('HTTP/1.1 408 Request Timeout\r\n\r\n').counts.hiddenRequests).toBe(0);
  });
});

describe('an answer that takes long', () => {
  const ask = 'GET /1 HTTP/1.1\r\n\r\n';
  const begun = 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n12';
  const told = ({ exchanges }: Line): unknown[] =>
    exchanges.map(({ request, response }) => [request.target, response?.status, response?.bodyBytes]);

  it('does not hold its request back, and its rest is no other answer', () => {
    const line = new Line().client(ask).server(begun).overdue();
    expect(told(line)).toEqual([['/1', 200, 2]]);
    line.server('3456789').client('GET /2 HTTP/1.1\r\n\r\n').server(OK);
    expect(told(line).slice(1)).toEqual([['/2', 200, 2]]);
  });

  it('is none of the next request where it begins later still', () => {
    const line = new Line().client(ask).overdue();
    line
      .server(`${begun}3456789`)
      .client('GET /2 HTTP/1.1\r\n\r\n')
      .server('HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n');
    expect(told(line)).toEqual([
      ['/1', undefined, undefined],
      ['/2', 404, 0],
    ]);
    expect(line.counts.hiddenRequests).toBe(0);
  });

  it('is waited for while the request itself goes on', () => {
    expect(told(new Line().client('POST /1 HTTP/1.1\r\nContent-Length: 9\r\n\r\n12').overdue())).toEqual([]);
  });
});

describe('answers that are not shown', () => {
  it('are counted where requests are hidden as well', () => {
    const line = new Line()
      .client('GET /1 HTTP/1.1\r\n\r\n', 3_000)
      .server('HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab', 4_000);
    expect(line.counts.hiddenRequests).toBe(1);
  });

  it('are not counted behind a page that is long itself', () => {
    const line = new Line()
      .client('GET /1 HTTP/1.1\r\n\r\n')
      .server('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab', 4_000);
    expect(line.counts.hiddenRequests).toBe(0);
  });
});

describe('limits', () => {
  it('cut bodies and say so', () => {
    const [exchange] = new Line(10)
      .client('POST / HTTP/1.1\r\nContent-Length: 30\r\n\r\n' + 'x'.repeat(30))
      .server(OK).exchanges;
    expect(exchange?.request).toMatchObject({ bodyBytes: 30, complete: false });
    expect(exchange?.request.body).toHaveLength(10);
  });

  it('hold over all bodies together, and are given back', () => {
    const line = new Line(65_536, 2_000);
    for (let i = 0; i < 5; i++)
      line.client(`POST /${i} HTTP/1.1\r\nContent-Length: 900\r\n\r\n` + 'x'.repeat(900)).server(OK);
    expect(line.exchanges.map((each) => each.request.body.length)).toEqual([900, 900, 900, 900, 900]);
    line.client('POST / HTTP/1.1\r\nContent-Length: 9000\r\n\r\n' + 'x'.repeat(9_000)).server(OK);
    expect(line.exchanges[5]?.request.body.length).toBeLessThanOrEqual(2_000);
  });

  it('end the oldest of too many waiting requests', () => {
    const line = new Line().client('GET / HTTP/1.1\r\n\r\n'.repeat(4_100));
    expect(line.exchanges).toHaveLength(4_096);
    line.server(OK.repeat(4_097));
    expect(line.exchanges[4_096]).toMatchObject({ ordinal: 4_096, response: { status: 200 } });
  });

  it('give up heads without an end', () => {
    const line = new Line();
    for (let i = 0; i < 40; i++) line.client('x'.repeat(4_000));
    line.client('GET /after HTTP/1.1\r\n\r\n').server(OK);
    line.stream.end();
    expect(line.exchanges.length).toBeLessThanOrEqual(2);
  });
});

describe('what is not HTTP/1', () => {
  it('is left alone after an upgrade', () => {
    const line = new Line()
      .client('GET /ws HTTP/1.1\r\nUpgrade: websocket\r\n\r\n')
      .server('HTTP/1.1 101 Switching Protocols\r\n\r\n')
      .client('GET /not-a-request HTTP/1.1\r\n\r\n');
    line.stream.end();
    expect(line.exchanges.map((each) => each.request.target)).toEqual(['/ws']);
  });

  it('keeps a malformed request line as it came', () => {
    const line = new Line()
      .client("GET /a b'<script> HTTP/1.1\r\n\r\n")
      .server('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n');
    expect(line.exchanges[0]?.request).toMatchObject({ method: 'GET', target: "/a b'<script>", version: '1.1' });
  });

  it('reads folded headers, and passes over lines without a colon', () => {
    const line = new Line().client('GET / HTTP/1.1\r\nA: 1\r\n 2\r\nnonsense\r\nB:3\r\n\r\n').server(OK);
    expect(line.exchanges[0]?.request.headers).toEqual([
      ['A', '1 2'],
      ['B', '3'],
    ]);
  });
});
