import { SqlStatement } from '@plimsoll/contracts';
import { describe, expect, it } from 'vitest';

import { context, sql } from '../exchange.fixture.js';
import { toSqlStatement } from './sql-statement-event.js';

describe('a statement as an event', () => {
  it('has its structure in every mode, and its text where the mode lets it out', () => {
    const text = "UPDATE notes SET title='hello world' WHERE id=4";
    expect(toSqlStatement(sql(text), context('strict'))).not.toHaveProperty('text');
    const balanced = toSqlStatement(sql(text), context('balanced'));
    expect(SqlStatement.safeParse(balanced).success).toBe(true);
    expect(balanced).toMatchObject({
      text,
      outline: 'update notes set * where id = ?',
      columnsWritten: ['title'],
      key: 'web-1/9:23#4',
    });
  });

  it.each([
    "SELECT id FROM users WHERE name='bob' AND password='planted-1'",
    "UPDATE users SET password='planted-1', note='planted-1' WHERE id=1",
    "SELECT id FROM users WHERE name='O'Brien' AND password='planted-1'",
    "SET PASSWORD FOR 'app' = PASSWORD('planted-1')",
    "INSERT INTO tokens (token) VALUES ('planted-1') -- planted-1",
    "CREATE USER x IDENTIFIED BY 'planted-1' /* password */",
    "INSERT INTO t (a) VALUES ('eyJhbGciOi.planted-1.sig')",
  ])('lets no secret of %j out', (text) => {
    for (const mode of ['strict', 'balanced', 'full'] as const) {
      expect(JSON.stringify(toSqlStatement(sql(text), context(mode)))).not.toContain('planted');
    }
  });
});
