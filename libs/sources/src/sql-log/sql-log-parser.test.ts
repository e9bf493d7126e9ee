import type { SqlStatement } from '@plimsoll/contracts';
import { describe, expect, it } from 'vitest';

import type { SourceContext } from '../source.js';
import { parseText } from '../testing/collect-items.js';
import { SqlLogParser } from './sql-log-parser.js';

const CONTEXT: SourceContext = { application: 'shop', workload: 'db', container: 'db-1', stream: 's', privacy: 'full' };
const BEGIN_US = Date.parse('2026-11-25T18:36:29Z') * 1_000;

/** Lines that MariaDB 10.11 wrote. */
const GENERAL = [
  'mariadbd, Version: 10.11.19-MariaDB-0+deb12u1-log (Debian 12). started with:',
  'Tcp port: 44417  Unix socket: /run/mysqld/mysqld.sock',
  'Time\t\t    Id Command\tArgument',
  '261125 18:36:29\t     5 Connect\tclient@127.0.0.1 on stock using TCP/IP',
  '\t\t     5 Prepare\tSELECT amount FROM item WHERE number = ?',
  '\t\t     5 Query\tUPDATE item',
  '   SET amount = amount + 1,',
  '',
  "       note = 'it''s \\'a0x0u\\''",
  ' WHERE number = 1',
  '\t\t     5 Execute\tSELECT amount FROM item WHERE number = 1',
  '\t\t     5 Close stmt\t',
  '261125 18:36:30\t     6 Query\tSELEC bad',
  "\t\t     5 Init DB\tAccess denied for user 'client'@'127.0.0.1' to database 'mysql'",
  '\t\t     5 Init DB\tother',
  '\t\t     5 Query\tSELECT 3 -- tail',
  'mariadbd, Version: 10.11.19-MariaDB-0+deb12u1-log (Debian 12). started with:',
  'Tcp port: 44417  Unix socket: /run/mysqld/mysqld.sock',
  'Time\t\t    Id Command\tArgument',
  "\t\t     7 Connect\tAccess denied for user 'nobody'@'127.0.0.1' (using password: YES)",
  '\t\t     7 Query\tSELECT 5',
  '\t\t     7 Quit\t',
];
const AUDIT = [
  '20261125 18:36:29,vm,client,127.0.0.1,5,0,CONNECT,stock,,0',
  '20261125 18:36:29,vm,client,127.0.0.1,5,12,READ,stock,item,',
  "20261125 18:36:29,vm,client,127.0.0.1,5,13,QUERY,stock,'UPDATE item\\n   SET amount = amount + 1,\\n\\n       note = \\'it\\'\\'s \\\\\\'a0x0u\\\\\\'\\'\\n WHERE number = 1',0",
  "20261125 18:36:30,vm,client,127.0.0.1,6,33,QUERY,stock,'SELEC bad',1064",
  "20261125 18:36:30,vm,client,127.0.0.1,6,41,QUERY,Access denied for user 'client'@'127.0.0.1' to database 'mysql','SELECT 3 -- tail',0",
  `20261125 18:36:30,vm,client,127.0.0.1,6,42,QUERY,stock,'SELECT \\'${'x'.repeat(1_015)}',0`,
  '20261125 18:36:30,vm,client,127.0.0.1,5,0,DISCONNECT,stock,,0',
];

function statements(parser: SqlLogParser, lines: readonly string[], chunkBytes = 65_536): SqlStatement[] {
  const { events } = parseText(parser, `${lines.join('\n')}\n`, chunkBytes);
  return events.filter((event) => event.type === 'sql-statement');
}

describe('the general log', () => {
  it('gives each statement with its lines, its second, and whose it is', () => {
    const parser = new SqlLogParser(CONTEXT);
    const found = statements(parser, GENERAL);
    expect(parser.counts).toMatchObject({ lines: GENERAL.length, events: 5, malformed: 0 });
    expect(found.map(({ id, timeUs, connection, text }) => [id, (timeUs - BEGIN_US) / 1e6, connection, text])).toEqual([
      [
        's:6',
        0,
        '5',
        "UPDATE item\n   SET amount = amount + 1,\n\n       note = 'it''s \\'a0x0u\\''\n WHERE number = 1",
      ],
      ['s:11', 0, '5', 'SELECT amount FROM item WHERE number = 1'],
      ['s:13', 1, '6', 'SELEC bad'],
      ['s:16', 1, '5', 'SELECT 3 -- tail'],
      ['s:21', 1, '7', 'SELECT 5'],
    ]);
    expect(found.map(({ user, database }) => `${user} ${database}`)).toEqual([
      'client stock',
      'client stock',
      'undefined undefined',
      'client other',
      'undefined undefined',
    ]);
    expect(found.map(({ prepared }) => prepared)).toEqual([false, true, false, false, false]);
  });

  it('is read with the times of MySQL 8 too', () => {
    const lines = [
      '2026-11-25T18:36:29.123456Z\t    8 Query\tSELECT 1',
      '2026-11-25T20:36:30.000000+02:00\t    8 Quit\t',
    ];
    expect(statements(new SqlLogParser(CONTEXT), lines)[0]).toMatchObject({
      timeUs: BEGIN_US + 123_456,
      endUs: BEGIN_US + 123_457,
      verb: 'select',
    });
  });

  it('holds what may go on, tells how much, and lets it go when the source is quiet', () => {
    const parser = new SqlLogParser(CONTEXT);
    const text = '261125 18:36:29\t     5 Query\tSELECT 1\n  FROM item\n';
    expect(parser.push(Buffer.from(text))).toEqual([]);
    expect(parser.held).toMatchObject({ lines: 2, bytes: text.length });
    expect(parser.settle()).toHaveLength(1);
    expect(parser.held).toMatchObject({ lines: 0, bytes: 0 });
    parser.push(Buffer.from('  WHERE late = 1\n'));
    expect(parser.counts.malformed).toBe(1);
  });

  it('goes on in the second that an earlier run had read, and passes over entries of no known time', () => {
    const line = '\t\t     5 Query\tSELECT 1';
    const resumed = new SqlLogParser({ ...CONTEXT, firstLine: 10, lastUs: BEGIN_US });
    expect(statements(resumed, [line])[0]).toMatchObject({ id: 's:11', timeUs: BEGIN_US });
    const begun = new SqlLogParser(CONTEXT);
    expect(statements(begun, [line])).toEqual([]);
    expect(begun.counts.malformed).toBe(1);
  });

  it('keeps the beginning of a statement that is too long, marked', () => {
    const parser = new SqlLogParser(CONTEXT);
    const more = Array.from({ length: 400 }, () => `, '${'x'.repeat(1_000)}'`);
    const [statement] = statements(parser, ['261125 18:36:29\t     5 Query\tSELECT 1', ...more]);
    expect(statement?.marks).toEqual(['cut']);
    expect(statement?.lengthBytes).toBe(262_144);
  });
});

describe('a time within a statement', () => {
  const FUTURE = '991231 23:55:00\t   999 Query\tSELECT id FROM products';
  const at = (found: readonly SqlStatement[]): number[] => found.map(({ timeUs }) => (timeUs - BEGIN_US) / 1e6);

  it('is no time of a line, and what stands there is scored all the same', () => {
    const found = statements(new SqlLogParser(CONTEXT), [
      "261125 18:36:29\t     5 Query\tSELECT id FROM products WHERE title LIKE '%rope",
      FUTURE,
      'mysqld, Version: 8.0.36 (MySQL). started with:',
      FUTURE,
      FUTURE,
      "%' OR descr LIKE '%rope",
      FUTURE,
      "%') ORDER BY title LIMIT 0, 8",
      '\t\t     5 Query\tSELECT 2',
      '261125 18:36:31\t     5 Query\tSELECT 3',
    ]);
    expect(at(found)).toEqual([0, 0, 0, 0, 0, 0, 2]);
  });

  it.each(["SELECT '5''", 'SELECT "a', 'SELECT 1 /* x', 'SELECT `a'])(
    'does not stop the clock behind %s, which ends nowhere',
    (probe) => {
      const entries = Array.from({ length: 8 }, (_, i) => `261125 18:36:3${i}\t     6 Query\tSELECT '${i}' FROM t`);
      const found = statements(new SqlLogParser(CONTEXT), [`261125 18:36:29\t     5 Query\t${probe}`, ...entries]);
      expect(at(found)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    },
  );

  it('is believed again after a silence', () => {
    const parser = new SqlLogParser(CONTEXT);
    parser.push(Buffer.from("261125 18:36:29\t     5 Query\tSELECT '\n"));
    parser.settle();
    expect(at(statements(parser, ['261125 20:36:29\t     5 Query\tSELECT 1']))).toEqual([7_200]);
  });
});

describe("dialects of MySQL's logs", () => {
  it('knows the commands of MySQL 8', () => {
    const lines = [
      '2026-11-25T18:36:29.000002Z\t    8 Query\tSET @source_uuid = "x"',
      '2026-11-25T18:36:29.000005Z\t    8 Binlog Dump GTID\tLog: x Pos: 4',
      '2026-11-25T18:36:29.000006Z\t    8 Query\tSELECT 2',
      '2026-11-25T18:36:29.000007Z\t    9 clone\t',
      '2026-11-25T18:36:29.000007Z\t    9 Group Replication Data Stream subscription\t',
      '2026-11-25T18:36:29.000008Z\t    9 Register Replica\tx',
    ];
    const parser = new SqlLogParser(CONTEXT);
    expect(statements(parser, lines).map(({ text }) => text)).toEqual(['SET @source_uuid = "x"', 'SELECT 2']);
    expect(parser.counts).toMatchObject({ lines: 6, read: 2, ignored: 4 });
  });

  it.each([
    ['RDS', "20261125 18:36:29,h,u,192.0.2.7,6,31,QUERY,stock,'SELECT 1',0,,", 1_000_000],
    ['Aurora', "1795631789000123,h,u,192.0.2.7,6,31,QUERY,stock,'SELECT 1',0", 1],
    [
      'MySQL with microseconds',
      '{"timestamp":"2026-11-25 18:36:29.000123","id":1,"class":"general","event":"status","connection_id":6,"account":{"user":"u","host":"h"},"general_data":{"command":"Query","sql_command":"select","query":"SELECT 1","status":0}}',
      1,
    ],
  ])('reads %s', (_name, line, precisionUs) => {
    const parser = new SqlLogParser(CONTEXT);
    const [found] = statements(
      parser,
      ['20261125 18:36:29,h,u,192.0.2.7,6,0,CONNECT,stock,,0,SOCKET', line].slice(line.startsWith('{') ? 1 : 0),
    );
    expect(found).toMatchObject({ text: 'SELECT 1', user: 'u', connection: '6', response: { kind: 'ok' } });
    expect(found!.endUs - found!.timeUs).toBe(precisionUs);
    expect(parser.counts.malformed).toBe(0);
  });
});

describe("PostgreSQL's log", () => {
  it('is read as text, with the lines of a statement that goes on', () => {
    const parser = new SqlLogParser(CONTEXT);
    const found = statements(parser, [
      '2026-11-25 18:36:28.000 UTC [11] LOG:  database system is ready to accept connections',
      '2026-11-25 18:36:29.100 UTC [12] shop@stock LOG:  statement: SELECT a',
      '\t  FROM item',
      '2026-11-25 20:36:29.200 +02 [12] shop@stock LOG:  execute S_1: UPDATE item SET a = $1',
      "2026-11-25 18:36:29.200 UTC [12] shop@stock DETAIL:  parameters: $1 = '1'",
      '2026-11-25 18:36:29.300 UTC [12] shop@stock LOG:  duration: 0.120 ms  statement: SELECT 3',
      '2026-11-25 18:36:29.400 UTC [12] shop@stock ERROR:  syntax error at or near "x"',
      '2026-11-25 18:36:29.400 UTC [12] shop@stock STATEMENT:  SELEC x',
    ]);
    expect(found.map(({ text, user, prepared }) => [text, user, prepared])).toEqual([
      ['SELECT a\n  FROM item', 'shop', false],
      ['UPDATE item SET a = $1', 'shop', true],
      ['SELECT 3', 'shop', false],
      ['SELEC x', 'shop', false],
    ]);
    expect(found.map(({ timeUs }) => timeUs - BEGIN_US)).toEqual([100_000, 200_000, 300_000, 400_000]);
    expect(parser.counts).toMatchObject({ lines: 8, read: 5, ignored: 3, malformed: 0 });
  });

  it('tells a statement that failed once, also where it has an entry of its own', () => {
    const found = statements(new SqlLogParser(CONTEXT), [
      '2026-11-25 18:36:29.100 UTC [12] shop@stock LOG:  statement: SELECT 1/0',
      '\t  FROM item',
      '2026-11-25 18:36:29.100 UTC [13] shop@stock LOG:  statement: SELECT 2',
      '2026-11-25 18:36:29.400 UTC [12] shop@stock ERROR:  division by zero',
      '2026-11-25 18:36:29.400 UTC [12] shop@stock STATEMENT:  SELECT 1/0',
      '\t  FROM item',
    ]);
    expect(found.map(({ text }) => text)).toEqual(['SELECT 1/0\n  FROM item', 'SELECT 2']);
  });

  it('tells a statement with an error in its syntax, which has no entry but its error’s', () => {
    const line = JSON.stringify({ timestamp: '2026-11-25 18:36:29.100 UTC', user: 'shop', dbname: 'stock', pid: 12, error_severity: 'ERROR', state_code: '42601', message: 'syntax error', statement: "SELECT '''" }); // prettier-ignore
    const [found] = statements(new SqlLogParser(CONTEXT), [line]);
    expect(found).toMatchObject({ text: "SELECT '''", response: { kind: 'error', errorCode: '42601' } });
  });

  // As PostgreSQL 15 writes a parameter with line feeds: nothing in it is a line of its own.
  it('passes over the parameters of a prepared statement, whatever a client put into them', () => {
    const parser = new SqlLogParser(CONTEXT);
    const found = statements(parser, [
      '2026-11-25 18:36:29.100 UTC [12] shop@stock LOG:  execute <unnamed>: SELECT $1',
      "2026-11-25 18:36:29.100 UTC [12] shop@stock DETAIL:  parameters: $1 = 'o''brien",
      '\tLOG:  statement: x',
      "\t2099-01-01 00:00:00.000 UTC [1] a@b LOG:  statement: DROP TABLE item'",
      '2026-11-25 18:36:29.300 UTC [12] shop@stock LOG:  statement: SELECT 3',
      '\t  FROM item',
    ]);
    expect(found.map(({ text }) => text)).toEqual(['SELECT $1', 'SELECT 3\n  FROM item']);
    expect(parser.counts).toMatchObject({ lines: 6, read: 3, ignored: 3, malformed: 0 });
  });

  it('is read as JSON', () => {
    const line = JSON.stringify({ timestamp: '2026-11-25 18:36:29.100 UTC', user: 'shop', dbname: 'stock', pid: 12, error_severity: 'LOG', message: "statement: SELECT 'é'" }); // prettier-ignore
    expect(statements(new SqlLogParser(CONTEXT), [line])[0]).toMatchObject({ text: "SELECT 'é'", database: 'stock' });
  });
});

describe('the audit log', () => {
  it('gives statements with their answers, unescaped', () => {
    const parser = new SqlLogParser(CONTEXT);
    const found = statements(parser, AUDIT);
    expect(parser.counts).toMatchObject({ lines: AUDIT.length, events: 4, malformed: 0 });
    const general = statements(new SqlLogParser(CONTEXT), GENERAL);
    expect(found[0]).toMatchObject({ text: general[0]!.text, fingerprint: general[0]!.fingerprint, user: 'client' });
    expect(found.map(({ response }) => [response?.kind, response?.errorCode])).toEqual([
      ['ok', undefined],
      ['error', '1064'],
      ['ok', undefined],
      ['ok', undefined],
    ]);
    expect(found.map(({ database }) => database)).toEqual(['stock', 'stock', undefined, 'stock']);
  });

  it('marks what the plugin cut, whose open literal means nothing', () => {
    expect(statements(new SqlLogParser(CONTEXT), AUDIT)[3]?.marks).toEqual(['cut']);
  });

  it('is read as MySQL Enterprise and as Percona write it', () => {
    const enterprise = [
      '[',
      '{ "timestamp": "2026-11-25 18:36:29", "id": 0, "class": "connection", "event": "connect", "connection_id": 12, "account": { "user": "client", "host": "localhost" }, "login": { "user": "client", "os": "", "ip": "::1", "proxy": "" }, "connection_data": { "connection_type": "ssl", "status": 0, "db": "stock" } },',
      '{ "timestamp": "2026-11-25 18:36:30", "id": 1, "class": "general", "event": "status", "connection_id": 12, "account": { "user": "client", "host": "localhost" }, "general_data": { "command": "Query", "sql_command": "select", "query": "SELECT \\u0027é\\u0027", "status": 1064 } }',
      ']',
    ];
    const percona =
      '{"audit_record":{"name":"Query","record":"4_2026-11-25T18:36:00","timestamp":"2026-11-25T18:36:30 UTC","command_class":"select","connection_id":"12","status":1064,"sqltext":"SELECT \'é\'","user":"client[client] @ localhost []","host":"localhost","os_user":"","ip":"","db":"stock"}}';
    const expected = { timeUs: BEGIN_US + 1e6, text: "SELECT 'é'", user: 'client', response: { errorCode: '1064' } };
    expect(statements(new SqlLogParser(CONTEXT), enterprise)[0]).toMatchObject({ ...expected, database: 'stock' });
    expect(statements(new SqlLogParser(CONTEXT), [percona])[0]).toMatchObject({ ...expected, database: 'stock' });
  });
});

describe('secrets in statements', () => {
  const SECRET = 'hunter2-Correct';
  const lines = [
    `261125 18:36:29\t     5 Query\tCREATE USER x IDENTIFIED BY '${SECRET}'`,
    `\t\t     5 Query\tUPDATE account SET password = '${SECRET}'`,
    ` WHERE token = '${SECRET}'`,
    `\t\t     5 Query\tSELECT 1 FROM account WHERE password = '' OR '${SECRET}`,
    `\t\t     5 Query\tSET PASSWORD FOR x = PASSWORD('${SECRET}')`,
  ];

  it.each(['strict', 'balanced', 'full'] as const)('leave in no event, %s', (privacy) => {
    const events = statements(new SqlLogParser({ ...CONTEXT, privacy }), lines);
    expect(events).toHaveLength(4);
    expect(JSON.stringify(events)).not.toContain('hunter2');
    expect(events.every(({ text }) => (text === undefined) === (privacy === 'strict'))).toBe(true);
  });
});

it('gives the same however the bytes are cut', () => {
  for (const lines of [GENERAL, AUDIT]) {
    const whole = statements(new SqlLogParser(CONTEXT), lines);
    for (const size of [1, 7, 64, 200]) expect(statements(new SqlLogParser(CONTEXT), lines, size)).toEqual(whole);
  }
});
