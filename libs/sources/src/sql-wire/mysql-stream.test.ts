import { describe, expect, it } from 'vitest';

import { ByteBudget } from '../bytes/byte-budget.js';
import { MysqlStream } from './mysql-stream.js';
import type { SqlExchange } from './sql-exchange.js';

const FACTS = { side: 'server', connection: '5673:23#0', peer: '127.0.0.1:42298' } as const;
const PROTOCOL_41 = 1 << 9;
const SECURE = 1 << 15;
const WITH_DB = 1 << 3;

function packet(sequence: number, body: Uint8Array | string): Buffer {
  const bytes = typeof body === 'string' ? Buffer.from(body, 'latin1') : Buffer.from(body);
  const header = Buffer.from([bytes.length & 255, (bytes.length >> 8) & 255, bytes.length >> 16, sequence]);
  return Buffer.concat([header, bytes]);
}

const lengthEncoded = (value: string) => Buffer.concat([Buffer.from([value.length]), Buffer.from(value, 'latin1')]);
const column = (name: string) =>
  Buffer.concat([
    ...['def', 'db', 't', 't', name, name].map(lengthEncoded),
    Buffer.from([12, 33, 0, 0, 0, 0, 0, 253, 0, 0, 0, 0, 0]),
  ]);
const EOF_PACKET = Buffer.from([0xfe, 0, 0, 2, 0]);
const eof = (status: number) => Buffer.from([0xfe, 0, 0, status & 255, status >> 8]);
const ok = (affected: number, status = 2) => Buffer.from([0, affected, 0, status & 255, status >> 8, 0, 0]);
const okAsEof = (status = 2) => Buffer.from([0xfe, 0, 0, status & 255, status >> 8, 0, 0]);
const error = (code: number, text = '#42000no') =>
  Buffer.concat([Buffer.from([0xff, code & 255, code >> 8]), Buffer.from(text)]);

function handshake(capabilities: number, user: string, database: string): Buffer {
  const head = Buffer.alloc(32);
  head.writeUInt32LE(capabilities >>> 0, 0);
  const rest = `${user}\0\x03abc${capabilities & WITH_DB ? `${database}\0` : ''}`;
  return packet(1, Buffer.concat([head, Buffer.from(rest, 'latin1')]));
}

class Line {
  readonly exchanges: SqlExchange[] = [];
  readonly stream: MysqlStream;
  hidden = 0;
  private clockUs = 0;

  constructor(begun = false, limitBytes = 65_536) {
    this.stream = new MysqlStream(
      FACTS,
      begun,
      limitBytes,
      new ByteBudget(1_048_576),
      (each) => this.exchanges.push(each),
      () => this.hidden++,
    );
  }

  login(capabilities = PROTOCOL_41 | SECURE | WITH_DB): this {
    return this.server(packet(0, '\n5.5.5-10.11.19-MariaDB\0\x01\0\0\0abcdefgh'))
      .client(handshake(capabilities, 'seed', 'shop'))
      .server(packet(2, ok(0)));
  }

  client(bytes: Uint8Array, missingBytes = 0): this {
    return this.send('client', bytes, missingBytes);
  }

  server(bytes: Uint8Array, missingBytes = 0): this {
    return this.send('server', bytes, missingBytes);
  }

  private send(from: 'client' | 'server', payload: Uint8Array, missingBytes: number): this {
    this.clockUs += 10;
    this.stream.data({ from, payload, missingBytes, thread: 5960, timeUs: this.clockUs, endUs: this.clockUs + 1 });
    return this;
  }
}

const text = (exchange: SqlExchange | undefined) => Buffer.from(exchange?.statement ?? []).toString();
const query = (sql: string) => packet(0, `\x03${sql}`);
const rows = (...values: string[]) => values.map((value, i) => packet(4 + i, lengthEncoded(value)));
const resultSet = (names: readonly string[], values: readonly string[], end: Buffer, middle?: Buffer) =>
  Buffer.concat([
    packet(1, Buffer.from([names.length])),
    ...names.map((name, i) => packet(2 + i, column(name))),
    ...(middle ? [packet(3, middle)] : []),
    ...rows(...values),
    packet(9, end),
  ]);

describe('text statements', () => {
  it('come with user, database, columns and rows', () => {
    const line = new Line(true)
      .login()
      .client(query("SELECT id FROM t WHERE n='x'"))
      .server(resultSet(['id'], ['1', '2'], EOF_PACKET, EOF_PACKET));
    expect(line.exchanges).toHaveLength(1);
    expect(text(line.exchanges[0])).toBe("SELECT id FROM t WHERE n='x'");
    expect(line.exchanges[0]).toMatchObject({
      ...FACTS,
      protocol: 'mysql',
      user: 'seed',
      database: 'shop',
      prepared: false,
      complete: true,
      startUs: 40,
      endUs: 51,
      response: { kind: 'rows', rows: 2, columns: ['id'], errorCode: undefined, complete: true },
    });
  });

  it('are the same with the header read apart and in single bytes', () => {
    const asked = query('UPDATE t SET a=1');
    const answered = packet(1, ok(3));
    for (const size of [1, 3, 4]) {
      const line = new Line();
      for (let at = 0; at < asked.length; at += size) line.client(asked.subarray(at, at + size));
      for (let at = 0; at < answered.length; at += size) line.server(answered.subarray(at, at + size));
      expect(line.exchanges[0]).toMatchObject({
        complete: true,
        response: { kind: 'ok', affected: 3, bytes: answered.length },
      });
    }
  });

  it('end with an OK in place of EOF where the client asked for it', () => {
    const line = new Line().client(query('SELECT a')).server(resultSet(['a'], ['1', '2', '3'], okAsEof()));
    expect(line.exchanges[0]?.response).toMatchObject({ kind: 'rows', rows: 3, complete: true });
  });

  it('are told apart from those that are refused', () => {
    const line = new Line().client(query("SELECT '")).server(packet(1, error(1064)));
    expect(line.exchanges[0]?.response).toMatchObject({ kind: 'error', errorCode: 1064, rows: undefined });
  });

  it('sum several results of one statement', () => {
    const line = new Line()
      .client(query('CALL p()'))
      .server(
        Buffer.concat([
          resultSet(['a'], ['1'], eof(8), eof(8)),
          packet(10, ok(2, 8)),
          resultSet(['b'], ['1', '2'], EOF_PACKET, EOF_PACKET),
        ]),
      );
    expect(line.exchanges).toHaveLength(1);
    expect(line.exchanges[0]?.response).toMatchObject({ kind: 'rows', rows: 3, affected: 2, columns: ['a'] });
  });

  it('count rows over the wrap of the packets’ numbers', () => {
    const many = Array.from({ length: 600 }, (_, i) => packet((4 + i) & 255, lengthEncoded('x')));
    const line = new Line()
      .client(query('SELECT a'))
      .server(
        Buffer.concat([
          packet(1, Buffer.from([1])),
          packet(2, column('a')),
          packet(3, EOF_PACKET),
          ...many,
          packet(9, EOF_PACKET),
        ]),
      );
    expect(line.exchanges[0]?.response?.rows).toBe(600);
  });

  it('pass over a file that the server asks for', () => {
    const line = new Line()
      .client(query('LOAD DATA LOCAL INFILE "x" INTO TABLE t'))
      .server(packet(1, '\xfbx'))
      .client(packet(2, '\x03not a statement'))
      .client(packet(0, '\x03nor this'))
      .client(packet(3, ''))
      .server(packet(4, ok(7)));
    expect(line.exchanges.map(text)).toEqual(['LOAD DATA LOCAL INFILE "x" INTO TABLE t']);
    expect(line.exchanges[0]?.response?.affected).toBe(7);
  });
});

describe('prepared statements', () => {
  const prepared = (id: number, parameters: number) =>
    packet(1, Buffer.from([0, id, 0, 0, 0, 0, 0, parameters, 0, 0, 0, 0]));
  const execute = (id: number) => packet(0, Buffer.from([0x17, id, 0, 0, 0, 0, 1, 0, 0, 0]));

  it('are known by their text at each execution', () => {
    const line = new Line()
      .client(packet(0, '\x16UPDATE t SET a=? WHERE b=?'))
      .server(Buffer.concat([prepared(5, 2), packet(2, column('?')), packet(3, column('?')), packet(4, EOF_PACKET)]))
      .client(execute(5))
      .server(packet(1, ok(1)))
      .client(packet(0, Buffer.from([0x19, 5, 0, 0, 0])))
      .client(execute(5))
      .server(packet(1, error(1243)));
    expect(line.exchanges.map((each) => [text(each), each.prepared, each.parameters, each.response?.kind])).toEqual([
      ['UPDATE t SET a=? WHERE b=?', true, 2, 'ok'],
      ['', true, 0, 'error'],
    ]);
  });

  it('are found when MariaDB’s client executes before the answer', () => {
    const line = new Line()
      .client(
        Buffer.concat([packet(0, '\x16SELECT ?'), packet(0, Buffer.from([0x17, 255, 255, 255, 255, 0, 1, 0, 0, 0]))]),
      )
      .server(
        Buffer.concat([
          prepared(1, 1),
          packet(2, column('?')),
          packet(3, EOF_PACKET),
          resultSet(['?'], ['1'], EOF_PACKET, EOF_PACKET),
        ]),
      );
    expect(line.exchanges.map((each) => [text(each), each.response?.rows])).toEqual([['SELECT ?', 1]]);
  });

  it('are an exchange of their own where they are refused', () => {
    const line = new Line().client(packet(0, '\x16SELECT FROM')).server(packet(1, error(1064)));
    expect(line.exchanges[0]).toMatchObject({ prepared: true, response: { kind: 'error', errorCode: 1064 } });
  });
});

describe('connections', () => {
  it('change user and database', () => {
    const line = new Line(true)
      .login()
      .client(packet(0, '\x02other'))
      .server(packet(1, ok(0)))
      .client(query('SELECT 1'))
      .server(packet(1, ok(0)))
      .client(packet(0, '\x11root\0\x00third\0'))
      .server(packet(1, ok(0)))
      .client(query('SELECT 2'))
      .server(packet(1, ok(0)));
    expect(line.exchanges.map((each) => [each.user, each.database])).toEqual([
      ['seed', 'other'],
      ['root', 'third'],
    ]);
  });

  it('show nothing after they turn to TLS', () => {
    const line = new Line(true)
      .server(packet(0, '\n8.0\0'))
      .client(packet(1, Buffer.from([0, 10, 0, 0, ...new Array<number>(28).fill(0)])));
    line.client(query('SELECT 1')).server(packet(1, ok(0)));
    expect([line.exchanges, line.hidden]).toEqual([[], 1]);
  });

  it('leave a statement without an answer where they end', () => {
    const line = new Line().client(query('SELECT SLEEP(9)'));
    line.stream.end();
    expect(line.exchanges.map((each) => [text(each), each.response])).toEqual([['SELECT SLEEP(9)', undefined]]);
  });

  it('keep no password', () => {
    const line = new Line(true)
      .login()
      .client(query('SELECT 1'))
      .server(packet(1, ok(0)));
    expect(JSON.stringify(line.exchanges)).not.toContain('abc');
  });
});

describe('holes', () => {
  it('in a result leave its columns, and the next statement whole', () => {
    const answer = resultSet(['id'], ['1'], EOF_PACKET, EOF_PACKET);
    const line = new Line()
      .client(query('SELECT big'))
      .server(answer.subarray(0, answer.length - 9), 5_000)
      .client(query('SELECT 2'))
      .server(packet(1, ok(0)));
    expect(line.exchanges.map((each) => each.response)).toMatchObject([
      { kind: 'rows', columns: ['id'], rows: undefined, complete: false },
      { kind: 'ok', complete: true },
    ]);
  });

  it('in a statement leave its beginning', () => {
    const sent = query(`SELECT '${'x'.repeat(500)}'`);
    const line = new Line().client(sent.subarray(0, 100), sent.length - 100).server(packet(1, ok(0)));
    expect(line.exchanges[0]).toMatchObject({ complete: false, response: { kind: 'ok' } });
    expect(line.exchanges[0]?.statement).toHaveLength(95);
  });

  it('and limits cut statements', () => {
    const line = new Line(false, 64);
    for (const part of [query(`SELECT '${'x'.repeat(500)}'`)])
      line.client(part.subarray(0, 10)).client(part.subarray(10));
    line.server(packet(1, ok(0)));
    expect(line.exchanges[0]).toMatchObject({ complete: false });
    expect(line.exchanges[0]?.statement.length).toBeLessThanOrEqual(64);
  });
});
