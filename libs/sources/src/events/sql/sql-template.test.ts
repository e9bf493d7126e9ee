import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { sqlOutline } from './sql-template.js';

const read = (text: string): ReturnType<typeof sqlOutline> => sqlOutline(text, 'mysql', true);

describe('the outline of a statement', () => {
  it('is the same however columns and lists are combined', () => {
    const outlines = ["UPDATE t SET a='1' WHERE id=4;", "UPDATE `t` SET b='x', c=-7 WHERE id = 9"].map(
      (text) => read(text).outline,
    );
    expect(new Set(outlines)).toEqual(new Set(['update t set * where id = ?']));
    expect(read('SELECT a FROM t WHERE id IN (1,2,3)').outline).toBe(
      read('SELECT b, c FROM t WHERE id IN (9)').outline,
    );
    expect(read("INSERT INTO t (a,b) VALUES (1,'x'),(2,'y')").outline).toBe('insert into t * values ( ?+ )');
  });

  it('changes where an injection changed the statement', () => {
    const attacked = read("UPDATE t SET a='x',salary='9' WHERE name='Bob' #',b='y' WHERE id=4");
    expect(attacked.outline).toBe('update t set * where name = ? --');
    expect(attacked.columnsWritten).toEqual(['a', 'salary']);
    expect(attacked.marks).toContain('comment-tail');
  });

  it('hides nothing behind a comment that no statement stands before', () => {
    for (const text of ['-- ping', '/* ping */', '-- are you there?;', ';']) expect(read(text).marks).toEqual([]);
    expect(read('-- name: find\nSELECT a FROM t').marks).not.toContain('comment-tail');
    expect(read("SELECT a FROM t WHERE b = 'x'-- ping").marks).toContain('comment-tail');
    expect(read('/*!50000 DROP TABLE t */').marks).toContain('conditional-comment');
  });

  it.each([
    ["SELECT a FROM t WHERE n='x' OR '1'='1'", 'constant-comparison'],
    ['SELECT a FROM t WHERE id=1 UNION SELECT 1', 'union'],
    ['SELECT 1; DROP TABLE t', 'stacked'],
    ['SELECT a FROM information_schema.tables', 'schema-table'],
    ['SELECT SLEEP(5)', 'time-function'],
    ["SELECT LOAD_FILE('/etc/passwd') INTO OUTFILE '/x'", 'file-access'],
    ['SELECT a FROM t WHERE id=(SELECT 1)', 'sub-select'],
    ["SELECT a FROM t WHERE n='x", 'open-literal'],
  ] as const)('marks %s', (text, mark) => {
    expect(read(text).marks).toContain(mark);
  });

  it('takes a semicolon that words follow for no second statement', () => {
    expect(read("SELECT a FROM t WHERE n LIKE '%D'Angelo; vinyl%'").marks).not.toContain('stacked');
    expect(read('SELECT 1; -- then\n (SELECT 2)').marks).toContain('stacked');
  });

  it('does not mark what a mysqldump or a report needs as an injection', () => {
    expect(read('SELECT /*!40001 SQL_NO_CACHE */ * FROM `t`')).toMatchObject({
      outline: 'select * from t',
      marks: ['conditional-comment'],
    });
    expect(read('SELECT a FROM t WHERE b + 1 = 1 ORDER BY a').marks).toEqual([]);
  });

  it('shows nothing of literals, also where an apostrophe turned the quotes inside out', () => {
    const broken = read("SELECT a FROM u WHERE name='O'Brien' AND password='hunter2secret'");
    expect(JSON.stringify(broken)).not.toContain('hunter2');
    expect(JSON.stringify(broken)).not.toContain('brien');
  });

  it('never throws on what is no SQL, and stays within its bounds', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300 }), (text) => {
        const { fingerprint, outline } = read(text);
        expect(fingerprint.length).toBeLessThanOrEqual(2048);
        expect(outline.length).toBeLessThanOrEqual(512);
      }),
    );
    expect(read(`SELECT ${'('.repeat(60_000)}`).marks).toContain('cut');
  });
});
