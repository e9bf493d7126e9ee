import { describe, expect, it } from 'vitest';

import { ByteBudget } from '../bytes/byte-budget.js';
import { PostgresqlStream } from './postgresql-stream.js';
import type { SqlExchange } from './sql-exchange.js';

const FACTS = { side: 'server', connection: '1:9#0', peer: '10.0.0.2:5000' } as const;

function message(type: string, body: string | Uint8Array = ''): Buffer {
  const bytes = typeof body === 'string' ? Buffer.from(body, 'latin1') : Buffer.from(body);
  const header = Buffer.alloc(5);
  header.write(type, 0, 'latin1');
  header.writeUInt32BE(bytes.length + 4, 1);
  return Buffer.concat([header, bytes]);
}

function startup(body: string, version = 196_608): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(8 + body.length, 0);
  head.writeUInt32BE(version, 4);
  return Buffer.concat([head, Buffer.from(body, 'latin1')]);
}

const int16 = (value: number) => String.fromCharCode(value >> 8, value & 255);
const columns = (...names: string[]) =>
  message('T', int16(names.length) + names.map((name) => `${name}\0${'\0'.repeat(18)}`).join(''));
const row = message('D', `${int16(1)}\0\0\0\x011`);
const done = (tag: string) => message('C', `${tag}\0`);
const ready = message('Z', 'I');
const refused = (state: string) => message('E', `SERROR\0C${state}\0Mno\0\0`);

class Line {
  readonly exchanges: SqlExchange[] = [];
  readonly stream: PostgresqlStream;
  hidden = 0;
  private clockUs = 0;

  constructor(begun = false, side: 'server' | 'client' = 'server') {
    this.stream = new PostgresqlStream(
      { ...FACTS, side },
      begun,
      65_536,
      new ByteBudget(1_048_576),
      (each) => this.exchanges.push(each),
      () => this.hidden++,
    );
  }

  client(...parts: Uint8Array[]): this {
    return this.send('client', Buffer.concat(parts), 0);
  }

  server(...parts: Uint8Array[]): this {
    return this.send('server', Buffer.concat(parts), 0);
  }

  send(from: 'client' | 'server', payload: Uint8Array, missingBytes: number): this {
    this.clockUs += 10;
    this.stream.data({ from, payload, missingBytes, thread: 1, timeUs: this.clockUs, endUs: this.clockUs + 1 });
    return this;
  }
}

const text = (exchange: SqlExchange | undefined) => Buffer.from(exchange?.statement ?? []).toString();

describe('simple queries', () => {
  it('come with user, database, columns and rows', () => {
    const line = new Line(true)
      .client(startup('', 80_877_103))
      .server(Buffer.from('N'))
      .client(startup('user\0seed\0database\0shop\0\0'))
      .server(message('R', '\0\0\0\0'), message('S', 'TimeZone\0UTC\0'), ready)
      .client(message('Q', 'SELECT id FROM t\0'))
      .server(columns('id', 'n'), row, row, done('SELECT 2'), ready);
    expect(text(line.exchanges[0])).toBe('SELECT id FROM t');
    expect(line.exchanges).toMatchObject([
      {
        protocol: 'postgresql',
        user: 'seed',
        database: 'shop',
        prepared: false,
        complete: true,
        response: { kind: 'rows', rows: 2, columns: ['id', 'n'], affected: undefined, complete: true },
      },
    ]);
  });

  it('tell alterations and refusals', () => {
    const line = new Line()
      .client(message('Q', 'UPDATE t SET a=1; DELETE FROM u\0'))
      .server(done('UPDATE 3'), done('DELETE 2'), ready)
      .client(message('Q', "SELECT '\0"))
      .server(refused('42601'), ready)
      .client(message('Q', '\0'))
      .server(message('I'), ready);
    expect(line.exchanges.map((each) => each.response)).toMatchObject([
      { kind: 'ok', affected: 5 },
      { kind: 'error', errorCode: '42601' },
      { kind: 'ok' },
    ]);
  });
});

describe('extended queries', () => {
  const parse = (name: string, sql: string) => message('P', `${name}\0${sql}\0${int16(0)}`);
  const bind = (portal: string, name: string, parameters: number) =>
    message('B', `${portal}\0${name}\0${int16(0)}${int16(parameters)}${'\0\0\0\x011'.repeat(parameters)}${int16(0)}`);
  const execute = (portal: string) => message('E', `${portal}\0\0\0\0\0`);
  const sync = message('S');

  it('are known by their text at each execution', () => {
    const line = new Line()
      .client(parse('s1', 'SELECT $1'), message('D', 'Ss1\0'), sync)
      .server(message('1'), message('t', int16(1)), columns('x'), ready)
      .client(bind('', 's1', 1), message('D', 'P\0'), execute(''), sync)
      .server(message('2'), columns('x'), row, done('SELECT 1'), ready)
      .client(bind('', 's1', 1), execute(''), sync)
      .server(message('2'), row, row, done('SELECT 2'), ready);
    expect(
      line.exchanges.map((each) => [text(each), each.parameters, each.response?.rows, each.response?.columns]),
    ).toEqual([
      ['SELECT $1', 1, 1, ['x']],
      ['SELECT $1', 1, 2, []],
    ]);
    expect(line.exchanges.every((each) => each.prepared)).toBe(true);
  });

  it('find their answers again behind one that another thread read', () => {
    const line = new Line()
      .client(parse('', 'SELECT 1'), message('D', 'S\0'), sync)
      .client(parse('', 'SELECT 2'), message('D', 'S\0'), sync)
      .server(message('1'), message('t', int16(0)), columns('x'), ready)
      .client(bind('', '', 0), execute(''), sync)
      .server(message('2'), row, done('SELECT 1'), ready);
    expect(line.exchanges.map((each) => [text(each), each.response?.rows])).toEqual([['SELECT 2', 1]]);
  });

  it('are no exchange where the server skipped them after an error', () => {
    const line = new Line()
      .client(
        parse('', 'SELECT FROM'),
        bind('', '', 0),
        execute(''),
        sync,
        parse('', 'SELECT 2'),
        bind('', '', 0),
        execute(''),
        sync,
      )
      .server(refused('42601'), ready, message('1'), message('2'), row, done('SELECT 1'), ready);
    expect(line.exchanges.map((each) => [text(each), each.response?.kind])).toEqual([
      ['SELECT FROM', 'error'],
      ['SELECT 2', 'rows'],
    ]);
  });
});

describe('connections', () => {
  it('show nothing after they turn to TLS', () => {
    const line = new Line(true)
      .client(startup('', 80_877_103))
      .server(Buffer.from('S'))
      .client(message('Q', 'SELECT 1\0'));
    line.stream.end();
    expect([line.exchanges, line.hidden]).toEqual([[], 1]);
    const refused = new Line(true)
      .client(startup('', 80_877_103))
      .server(Buffer.from('N'))
      .client(startup('user\0a\0\0'));
    expect([
      refused.client(message('Q', 'SELECT 1\0')).server(done('SELECT 1'), ready).exchanges.length,
      refused.hidden,
    ]).toEqual([1, 0]);
  });

  it('are the same in single bytes', () => {
    const line = new Line(true);
    for (const byte of startup('user\0a\0\0')) line.client(Buffer.from([byte]));
    for (const byte of message('Q', 'SELECT 1\0')) line.client(Buffer.from([byte]));
    for (const byte of Buffer.concat([columns('x'), row, done('SELECT 1'), ready])) line.server(Buffer.from([byte]));
    expect(line.exchanges).toMatchObject([{ user: 'a', database: 'a', response: { rows: 1 } }]);
  });

  it('end with a hole in their answers where the program asked, so that the request is still open', () => {
    const line = new Line(false, 'client')
      .client(message('Q', 'SELECT big\0'))
      .send('server', Buffer.concat([columns('x'), row]), 90_000);
    expect(line.exchanges.map((each) => [text(each), each.response?.kind])).toEqual([['SELECT big', 'rows']]);
  });

  it('lose the place over a hole until the client speaks again', () => {
    const line = new Line()
      .client(message('Q', 'SELECT big\0'))
      .send('server', Buffer.concat([columns('x'), row]), 90_000)
      .server(Buffer.from('garbage that is no frame'))
      .client(message('Q', 'SELECT 2\0'))
      .server(columns('y'), row, done('SELECT 1'), ready);
    expect(line.exchanges.map((each) => [text(each), each.response?.complete])).toEqual([
      ['SELECT big', false],
      ['SELECT 2', true],
    ]);
  });
});
