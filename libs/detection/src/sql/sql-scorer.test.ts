import type { SqlStatement } from '@plimsoll/contracts';
import { describe, expect, it } from 'vitest';

import { SmoothedCounts } from '../scoring/smoothed-counts.js';
import { statement } from './sql.fixture.js';
import { scoreStatement, learnStatement } from './sql-scorer.js';

const PAY = 'update pay set * where id = ?';

const update = (outline: string, columnsWritten: string[]): SqlStatement =>
  statement({ outline, columnsWritten, fingerprint: outline + columnsWritten.join() });

function newColumnWeight(others: (n: number) => SqlStatement): number {
  const table = new SmoothedCounts();
  for (let n = 0; n < 4; n++) learnStatement(table, update(PAY, ['iban', 'city']));
  for (let n = 0; n < 200; n++) learnStatement(table, others(n));
  const { observations } = scoreStatement(table, update(PAY, ['iban', 'salary']), {
    known: 1,
    unknown: 0,
    minute: undefined,
  });
  return observations.find(({ evidence }) => evidence.kind === 'new-column')?.weight ?? 0;
}

describe('a new column in a form of statement that was seen four times', () => {
  it('speaks loudly where the tables of the workload are written in stable columns', () => {
    expect(newColumnWeight(() => update('update notes set * where id = ?', ['title', 'text']))).toBeGreaterThan(3.5);
  });

  it('says little where statements write other columns all the time', () => {
    const weight = newColumnWeight((n) => update('update notes set * where id = ?', [`field${n}`]));
    expect(weight).toBeLessThan(1.5);
  });
});
