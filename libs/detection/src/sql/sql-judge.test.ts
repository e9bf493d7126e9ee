import type { SqlStatement } from '@plimsoll/contracts';
import { describe, expect, it } from 'vitest';

import { ChanceTable } from '../chance/chance-table.js';
import { statement } from './sql.fixture.js';
import { judgeStatement, learnStatement } from './sql-judge.js';

const PAY = 'update pay set * where id = ?';

const update = (outline: string, columnsWritten: string[]): SqlStatement =>
  statement({ outline, columnsWritten, fingerprint: outline + columnsWritten.join() });

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
