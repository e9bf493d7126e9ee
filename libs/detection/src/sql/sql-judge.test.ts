import type { SqlStatement } from '@plimsoll/contracts';
import { describe, expect, it } from 'vitest';

import { ChanceTable } from '../chance/chance-table.js';
import { judgeStatement, learnStatement } from './sql-judge.js';

const PAY = 'update pay set * where id = ?';

function update(outline: string, columnsWritten: readonly string[]): SqlStatement {
  return {
    type: 'sql-statement',
    schema: 1,
    application: 'shop',
    workload: 'db',
    container: 'db-1',
    id: 's',
    stream: 'test',
    key: 'db-1/c1',
    timeUs: 1_000_000_000,
    endUs: 1_000_002_000,
    side: 'server',
    outline,
    fingerprint: outline + columnsWritten.join(),
    verb: 'update',
    tables: ['pay'],
    columnsWritten: [...columnsWritten],
    functions: [],
    marks: [],
    literals: 1,
    longestLiteral: 8,
    lengthBytes: 60,
    prepared: false,
    user: 'app',
    connection: 'c1',
    ordinal: 1,
  };
}

function newColumnNats(others: (n: number) => SqlStatement): number {
  const table = new ChanceTable();
  for (let n = 0; n < 4; n++) learnStatement(table, update(PAY, ['iban', 'city']));
  for (let n = 0; n < 200; n++) learnStatement(table, others(n));
  const { clues } = judgeStatement(table, update(PAY, ['iban', 'salary']), { known: 1, unknown: 0, minute: undefined });
  return clues.find(({ evidence }) => evidence.kind === 'new-column')?.nats ?? 0;
}

describe('a new column in a form of statement that was seen four times', () => {
  it('speaks loudly where the tables of the workload are written in stable columns', () => {
    expect(newColumnNats(() => update('update notes set * where id = ?', ['title', 'text']))).toBeGreaterThan(3.5);
  });

  it('says little where statements write other columns all the time', () => {
    const nats = newColumnNats((n) => update('update notes set * where id = ?', [`field${n}`]));
    expect(nats).toBeLessThan(1.5);
  });
});
