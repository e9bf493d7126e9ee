import type { SqlStatement } from '@plimsoll/contracts';

/** A statement for tests, `n` hundredths of a second into them; what is not given is what an ordinary one has. */
export function statement(parts: Partial<SqlStatement> & { readonly outline: string }, n = 0): SqlStatement {
  return {
    type: 'sql-statement',
    schema: 1,
    application: 'shop',
    workload: 'db',
    container: 'db-1',
    id: `s${n}`,
    stream: 'test',
    key: 'db-1/c1',
    timeUs: 1_000_000_000 + n * 10_000,
    endUs: 1_000_002_000 + n * 10_000,
    side: 'server',
    fingerprint: parts.outline,
    verb: parts.outline.split(' ')[0] ?? '',
    tables: ['notes'],
    columnsWritten: [],
    functions: [],
    marks: [],
    literals: 1,
    longestLiteral: 8,
    lengthBytes: 60,
    prepared: false,
    user: 'app',
    connection: 'c1',
    ordinal: n,
    response: { kind: 'ok', affected: 1, bytes: 11 },
    ...parts,
  };
}
