import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { readAsSql } from './sql-fragment.js';

describe('a value read as a piece of SQL', () => {
  it.each([
    "O'Brien",
    "d'Arc",
    "it's",
    'a < b and so on <3',
    "I'd select the best; drop by -- we'll see",
    "5 o'clock; I'll drop the table",
    '1 or 2 items',
    '+1 (234) 555-1234',
    'Flat 1, 98 West Rd; 2nd floor',
    'Price: $5 -- or 10% off',
    'for (i=0;i<10;i++) { x += i; }',
    "let's group by age, order by name",
    'WHERE is it?',
    '王芳喜欢这个产品 😀',
  ])('leaves %j alone', (value) => {
    expect(readAsSql(value).grade).toBe(0);
  });

  it.each([
    "rock 'n' roll",
    "print('hello'); print('x')",
    "db.query('SELECT * FROM t WHERE id=' + id);",
    'SELECT * FROM users WHERE id = 1 -- all',
    'He said "yes" and "no"',
    "dogs' or cats' food",
    "INSERT INTO pets (kind, age) VALUES ('fish', 2); UPDATE pets SET age = 3 WHERE kind = 'fish';",
    "the log says: delete from t where a in ('x', 'y'); select last_insert_id(); then 'duplicate key'",
    '5" = 12.7 cm',
    'Union select 3 delegates for the congress',
    'union was a great select',
    "they're to waitfor the 'green light'",
    "'quoted', name = 'x'",
    'sleep(walk) is what I do = badly',
    'rest = sleep(9 h), eat = 3 times',
    "Tom's plan' or sleep(ing)",
  ])('takes %j for prose or code', (value) => {
    expect(readAsSql(value).grade).toBeLessThanOrEqual(2);
  });

  it.each([
    '1 OR 1=1',
    '5 AND SLEEP(5)',
    '5 and sleep(2*2)',
    '5 and sleep(if(1=1,4,0))',
    '5 and sleep(null)',
    '5 and sleep(3',
    '-1 UNION SELECT 1,2,3',
    '1; DROP TABLE users',
    'price,(select sleep(2))',
    '(CASE WHEN 1=1 THEN name ELSE id END)',
    '1/**/OR/**/1=1',
    '1/**/union/**/select/**/1,2',
    'union select 1,2',
    '/**/union/**/all/**/select (1),(2)',
    'union(select+null,null)',
    '1/*!50000union*/ select 1,2',
    '1 union#x\nselect 1,2',
    '-5661union select 1,2',
    '1) or true-- -',
  ])('sees what %j does where no quotes are', (value) => {
    expect(readAsSql(value).grade).toBe(4);
  });

  it.each(['1 or true', 'foo AND 8301=2222', '1 order by 4', '@@version'])(
    'takes %j for what might be a piece',
    (value) => {
      expect(readAsSql(value).grade).toBe(3);
    },
  );

  it.each(['"!"', 'wow "!" nice', '" / w / s', 'Thanks." -- Author', 'see <a href="/privacy/">here</a>', '"#1 fan"'])(
    'takes %j for a quotation',
    (value) => {
      expect(readAsSql(value).grade).toBeLessThanOrEqual(2);
    },
  );

  it.each([
    "x' OR '1'='1",
    "x' OR name='Admin' #",
    "admin' -- ",
    "x', role='admin' WHERE id=7 -- ",
    "zz%' UNION ALL SELECT a,b FROM t-- -",
    "') OR ('a'='a",
    "x'||(SELECT 1)||'",
    "1'; DROP TABLE users;--",
    '" OR ""="',
    "' waitfor delay '0:0:8'--",
    "x' AND (SELECT 1 FROM (SELECT(SLEEP(5)))a)-- b",
  ])('sees %j end its literal', (value) => {
    expect(readAsSql(value).grade).toBe(4);
  });

  it('never throws, and shows no literal', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.constantFrom(
            "'",
            '"',
            '`',
            '\\',
            ' or ',
            ' union select ',
            '--',
            '/*',
            '#',
            '(',
            ')',
            ',',
            ';',
            '=',
            'hunter2',
            '1',
            '\0',
            'é',
          ),
        ),
        (parts) => {
          const { tokens } = readAsSql(parts.join(''));
          expect(tokens).not.toContain('hunter2');
          expect(tokens.length).toBeLessThanOrEqual(96);
        },
      ),
      { numRuns: 2_000 },
    );
  });
});

describe('what few injections use', () => {
  it.each([
    "x' union table staff-- -",
    "x' union all table shop.staff order by 1-- -",
    "x'; handler staff open; handler staff read first;-- -",
    "x'; pragma writable_schema=1-- -",
    "x'; attach database '/srv/www/a.php' as a-- -",
    "x'||utl_inaddr.get_host_address((user))||'",
    "x' and dbms_pipe.receive_message('a',9)='a",
    "x' and name rlike '^a",
  ])('is read in %j', (value) => {
    expect(readAsSql(value).grade).toBeGreaterThanOrEqual(3);
  });

  it.each([
    "the workers' union table was near the door",
    "our 'handler' opens the door; handler of the day is Bob",
    "log('a' + user.name('b') + 'c')",
    "x' + utl.format('a') + 'b",
    "that's a pragma; attach the file",
    "it's not what I regexp for",
  ])('is not in %j', (value) => {
    expect(readAsSql(value).grade).toBeLessThanOrEqual(2);
  });
});
