import { Verdict, type SqlStatement } from '@plimsoll/contracts';
import { describe, expect, it } from 'vitest';

import { statement } from './sql.fixture.js';
import { sqlDetector } from './sql-detector.js';
import { sqlLearner } from './sql-learner.js';
import type { SqlModel } from './sql-model.js';

const usual = (n: number): SqlStatement =>
  n % 3 === 0
    ? statement(
        { outline: 'update notes set * where id = ?', columnsWritten: n % 2 === 0 ? ['title'] : ['text', 'title'] },
        n,
      )
    : statement(
        {
          outline:
            n % 3 === 1
              ? 'select * from notes where id = ?'
              : 'select * from notes where owner = ? order by id limit ?',
        },
        n,
      );

function learnt(): SqlModel {
  const learner = sqlLearner({ application: 'shop', workload: 'db' });
  for (let n = 0; n < 400; n++) learner.learn(usual(n));
  for (let n = 400; n < 600; n++) learner.calibrate(usual(n));
  return sqlDetector.prepare(learner.finish(), { falseAlertsPerDay: 1 });
}
const model = learnt();

function detect(...events: readonly SqlStatement[]): Verdict[] {
  const state = sqlDetector.start();
  return events
    .flatMap((event) => [...sqlDetector.step(state, event, model)])
    .filter((message) => message.type === 'verdict');
}

describe('the SQL detector', () => {
  it('says nothing of learned statements', () => {
    expect(detect(...Array.from({ length: 60 }, (_, n) => usual(n + 700)))).toEqual([]);
  });

  it('names an injected update, and counts the columns that it altered', () => {
    const injected = statement({
      outline: 'update notes set * where name = ? --',
      columnsWritten: ['owner', 'salary', 'title'],
      marks: ['comment-tail'],
    });
    const [verdict] = detect(injected);
    expect(Verdict.safeParse(verdict).success).toBe(true);
    expect(verdict).toMatchObject({
      path: 'sqli',
      finding: 'injected-statement',
      severity: 3,
      impact: { columns: ['owner', 'salary', 'title'] },
      cwe: ['CWE-89'],
      joins: { connection: 'c1' },
    });
    expect(verdict?.evidence.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['comment-tail', 'new-outline']));
  });

  it.each([
    [
      'union',
      {
        outline: 'select * from notes where owner = ? union select ?+ from users --',
        marks: ['union', 'comment-tail'],
      },
    ],
    ['constants compared', { outline: 'select * from notes where id = ? or ? = ?', marks: ['constant-comparison'] }],
    [
      'waiting',
      { outline: 'select * from notes where id = ? and sleep ( ? )', marks: ['time-function'], functions: ['sleep'] },
    ],
    ['stacked', { outline: 'select * from notes where id = ? ; drop table users', marks: ['stacked'] }],
  ] as const)('names %s', (_, parts) => {
    expect(
      detect(
        statement({ ...parts, marks: [...parts.marks], functions: 'functions' in parts ? [...parts.functions] : [] }),
      ),
    ).toMatchObject([{ path: 'sqli' }]);
  });

  it.each([
    ['a new filter', [{ outline: 'select * from notes where owner = ? and id < ? order by id limit ?' }]],
    [
      'an apostrophe that breaks the quoting',
      [
        {
          outline: 'select * from notes where owner = ? _ ?',
          marks: ['open-literal'],
          response: { kind: 'error', bytes: 50 },
        },
      ],
    ],
    ['a bulk update', [{ outline: 'update notes set * where id in ( ?+ )', columnsWritten: ['title'] }]],
    [
      'a backup',
      [
        { outline: 'set names utf8mb4', user: 'backup' },
        { outline: 'show create table notes', user: 'backup' },
        {
          outline: 'select * from information_schema.files where t = ? and i in ( select distinct f from x )',
          marks: ['schema-table', 'sub-select'],
          user: 'backup',
        },
        { outline: 'select * from notes', marks: ['conditional-comment'], user: 'backup' },
      ],
    ],
    [
      'a backup under the account of the application',
      [
        { outline: 'set names utf8mb4' },
        { outline: 'show create table notes' },
        { outline: 'select * from notes', marks: ['conditional-comment'] },
      ],
    ],
  ] as const)('lets %s pass', (_, statements) => {
    const events = statements.map((parts, n) => {
      const {
        marks = [],
        columnsWritten = [],
        ...rest
      }: {
        outline: string;
        marks?: readonly SqlStatement['marks'][number][];
        columnsWritten?: readonly string[];
      } & Partial<Pick<SqlStatement, 'user' | 'response'>> = parts;
      return statement({ ...rest, marks: [...marks], columnsWritten: [...columnsWritten] }, n);
    });
    expect(detect(...events)).toEqual([]);
  });

  it('refuses a profile that is not its own, and a state that it does not know', () => {
    expect(() => sqlDetector.decode(Buffer.from('no'))).toThrow(/not readable/);
    expect(sqlDetector.decode(sqlDetector.encode({ known: 2, unknown: 1, minute: undefined }))).toEqual({
      known: 2,
      unknown: 1,
      minute: undefined,
    });
    expect(() => sqlLearner({ application: 'a', workload: 'w' }).finish()).toThrow(
      'w: not enough SQL statements: 0 read, 0 to learn from (at least 20) and 0 to calibrate with (at least 10); trace its database, or give a longer log; what a web server asks for a request is scored with the request',
    );
  });
});
