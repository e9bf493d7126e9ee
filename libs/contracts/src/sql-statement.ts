import { z } from 'zod';

import { LogEventBase } from './log-event-base.js';

/** What in a statement an application seldom writes and an injection often needs. */
export const SqlMark = z.enum([
  'comment-tail',
  'comment-inside',
  'conditional-comment',
  'union',
  'stacked',
  'constant-comparison',
  'schema-table',
  'time-function',
  'file-access',
  'sub-select',
  'open-literal',
  'cut',
]);
export type SqlMark = z.infer<typeof SqlMark>;

/** One SQL statement with what the server answered, rebuilt from the calls' buffers or read from the database's log. */
export const SqlStatement = LogEventBase.extend({
  type: z.literal('sql-statement'),
  endUs: z.number().nonnegative(),
  /** `server`: seen by the database; `client`: seen by the program that asks it. */
  side: z.enum(['server', 'client']),
  /** Normalised structure of the statement, literals removed, lists folded. */
  fingerprint: z.string().max(2048),
  /** First word in lower case; `other` where it is none that SQL knows. */
  verb: z.string().max(32),
  tables: z.array(z.string().max(128)).max(32),
  /** Columns that the statement assigns, in the order of their names. */
  columnsWritten: z.array(z.string().max(128)).max(64),
  /** Verb, tables, and the conditions by column and operator: what stays when an application combines columns freely. */
  outline: z.string().max(512),
  functions: z.array(z.string().max(64)).max(32),
  marks: z.array(SqlMark).max(12),
  literals: z.number().int().nonnegative(),
  longestLiteral: z.number().int().nonnegative(),
  lengthBytes: z.number().int().nonnegative(),
  prepared: z.boolean(),
  /** Account and database of the connection, where the source tells. */
  user: z.string().max(128).optional(),
  database: z.string().max(128).optional(),
  connection: z.string().max(256),
  /** Position of the statement on its connection, from 0. */
  ordinal: z.number().int().nonnegative(),
  thread: z.number().int().optional(),
  response: z
    .object({
      kind: z.enum(['ok', 'error', 'rows']),
      errorCode: z.string().max(16).optional(),
      rows: z.number().int().nonnegative().optional(),
      affected: z.number().int().nonnegative().optional(),
      bytes: z.number().nonnegative(),
    })
    .optional(),
  /** Only where the privacy mode lets values out; cut, secrets removed. */
  text: z.string().max(4096).optional(),
});
export type SqlStatement = z.infer<typeof SqlStatement>;
