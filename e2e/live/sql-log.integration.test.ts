import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

import type { SourceItem, SqlStatement } from '@plimsoll/contracts';
import { openParser, traceLive, type SourceContext } from '@plimsoll/sources';
import { describe, expect, it } from 'vitest';

import { hasProgram } from '../servers/index.js';
import { askDatabase, stockedDatabase } from './live-count.js';

const PROGRAMS = ['strace', 'mariadbd', 'php'];
const present = (await Promise.all(PROGRAMS.map((program) => hasProgram(program)))).every(Boolean);
if (!present && process.env['CI'] === 'true') throw new Error(`the tests of SQL logs need ${PROGRAMS.join(', ')}`);

const CONTEXT: SourceContext = { application: 'shop', workload: 'db', container: 'db', stream: 's', privacy: 'full' };
const SETTINGS = [
  '--general-log=1',
  '--general-log-file=general.log',
  '--plugin-load-add=server_audit',
  '--server-audit-logging=ON',
  '--server-audit-file-path=audit.log',
];
const BEGIN = 'from here';
const ODD = [
  `SELECT '${BEGIN}'`,
  String.raw`SELECT name FROM stock.item WHERE name = 'it''s \'\\' OR 1=1 -- rest`,
  'SELECT amount\n\n  FROM stock.item\n WHERE name = "a\tb\r\nc é"',
  "UPDATE stock.item SET note = 'x', amount = 2 WHERE number IN (1, 2, 3)",
  "SELECT name FROM stock.item WHERE name = '' UNION SELECT table_name FROM information_schema.tables WHERE 1=0",
];

function statementsOf(items: readonly SourceItem[]): SqlStatement[] {
  const events = items.flatMap((item) => (item.type === 'event' ? [item.event] : []));
  const statements = events.filter((event) => event.type === 'sql-statement');
  return statements.slice(statements.findIndex(({ text }) => text?.includes(BEGIN)));
}

/** What a detector scores by. */
function structures(statements: readonly SqlStatement[]): string[] {
  return statements
    .map(({ verb, tables, columnsWritten, fingerprint, outline, functions, marks, prepared }) =>
      JSON.stringify([verb, tables, columnsWritten, fingerprint, outline, functions, marks, prepared]),
    )
    .sort();
}

describe.skipIf(!present)('the logs that a real MariaDB writes', () => {
  it('give the statements that its traced calls give', async () => {
    const database = await stockedDatabase(SETTINGS);
    const folder = await mkdtemp(join(tmpdir(), 'plimsoll-sql-log-'));
    try {
      const stop = new AbortController();
      const trace = await traceLive({ pid: database.pid }, CONTEXT, stop.signal);
      const rebuilt: SourceItem[] = [];
      const read = (async () => {
        for await (const item of trace.items) rebuilt.push(item);
      })();
      await wait(1_000);
      for (const statement of ODD) await database.execute(statement);
      await writeFile(join(folder, 'go'), '');
      await askDatabase(database.port, 'a0', 5, join(folder, 'ready'), join(folder, 'go'));
      await wait(500);
      stop.abort();
      await read;

      const parsed = async (name: string): Promise<SqlStatement[]> => {
        const parser = openParser('sql-log', CONTEXT);
        const items = [...parser.push(await readFile(join(database.directory, 'data', name))), ...parser.end()];
        expect(parser.counts.malformed).toBe(0);
        return statementsOf(items);
      };
      const calls = statementsOf(rebuilt);
      const [general, audit] = [await parsed('general.log'), await parsed('audit.log')];
      expect(calls.length).toBeGreaterThanOrEqual(ODD.length + 4 * 5);
      expect(structures(general)).toEqual(structures(calls));
      // The plugin does not tell what was prepared.
      const unprepared = (list: readonly SqlStatement[]) =>
        structures(list.map((one) => ({ ...one, prepared: false })));
      expect(unprepared(audit)).toEqual(unprepared(calls));
      const byClient = (list: readonly SqlStatement[]) => list.filter(({ user, database: of }) => user === 'client' && of === 'stock').length; // prettier-ignore
      expect([byClient(general), byClient(audit)]).toEqual([20, 20]);
    } finally {
      await database.close();
      await rm(folder, { recursive: true, force: true });
    }
  });
});
