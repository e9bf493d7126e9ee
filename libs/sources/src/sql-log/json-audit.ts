import { parseIsoTime, US_PER_SECOND } from '@plimsoll/contracts';
import { z } from 'zod';

import { nameIn, utc, type SqlLogEntry } from './sql-log-entry.js';

/** MySQL Enterprise: one record a line, the first behind `[`, the others with a comma at the end. */
const Enterprise = z.object({
  timestamp: z.string(),
  connection_id: z.number(),
  class: z.string(),
  account: z.object({ user: z.string() }).optional(),
  login: z.object({ user: z.string() }).optional(),
  general_data: z
    .object({ command: z.string(), query: z.string().optional(), status: z.number().optional() })
    .optional(),
  connection_data: z.object({ db: z.string().optional() }).optional(),
});
/** Percona's plugin: each record in an object of its own. */
const Percona = z.object({
  audit_record: z.object({
    name: z.string(),
    timestamp: z.string(),
    connection_id: z.union([z.string(), z.number()]),
    status: z.number().optional(),
    sqltext: z.string().optional(),
    user: z.string().optional(),
    db: z.string().optional(),
  }),
});

/** A line of MySQL's audit log in JSON, as MySQL Enterprise and as Percona write it. */
export function jsonAuditLine(line: string): SqlLogEntry | undefined {
  if (!/^[[\s]*\{/.test(line)) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(line, 'latin1').toString('utf8').replace(/^[[\s]+/, '').replace(/[,\]\s]+$/, '')); // prettier-ignore
  } catch {
    // No JSON after all: the caller counts the line.
    return undefined;
  }
  const enterprise = Enterprise.safeParse(value);
  if (enterprise.success) return enterpriseEntry(enterprise.data);
  const percona = Percona.safeParse(value);
  return percona.success ? perconaEntry(percona.data.audit_record) : undefined;
}

function enterpriseEntry(record: z.infer<typeof Enterprise>): SqlLogEntry | undefined {
  const common = commonOf(record.timestamp, record.connection_id);
  if (!common) return undefined;
  const user = record.account?.user ?? record.login?.user;
  const database = record.connection_data?.db;
  const general = record.general_data;
  if (record.class === 'connection') {
    return { ...common, what: { kind: 'session', session: { user, database: database && nameIn(database) } } };
  }
  const executes = general?.command === 'Query' || general?.command === 'Execute';
  if (!executes || general.query === undefined) return { ...common, what: { kind: 'other' } };
  return statement(common, general.query, general.command === 'Execute', general.status, user, undefined);
}

function perconaEntry(record: z.infer<typeof Percona>['audit_record']): SqlLogEntry | undefined {
  const common = commonOf(record.timestamp, record.connection_id);
  if (!common) return undefined;
  const user = record.user?.split('[', 1)[0];
  if (record.name === 'Connect') {
    return { ...common, what: { kind: 'session', session: { user, database: nameIn(record.db ?? '') } } };
  }
  const executes = record.name === 'Query' || record.name === 'Execute';
  if (!executes || record.sqltext === undefined) return { ...common, what: { kind: 'other' } };
  return statement(common, record.sqltext, record.name === 'Execute', record.status, user, nameIn(record.db ?? ''));
}

function statement(
  common: Omit<SqlLogEntry, 'what'>,
  sql: string,
  prepared: boolean,
  errorCode: number | undefined,
  user: string | undefined,
  database: string | undefined,
): SqlLogEntry {
  const text = Buffer.from(sql, 'utf8').toString('latin1');
  const session = { user, database };
  const what = { kind: 'statement', text, prepared, complete: true, session } as const;
  return { ...common, what: errorCode === undefined ? what : { ...what, errorCode } };
}

/** `2026-11-25 18:36:29`, `2026-11-25T18:36:29 UTC` or `…Z`. */
function commonOf(timestamp: string, connection: string | number): Omit<SqlLogEntry, 'what'> | undefined {
  const timeUs =
    parseIsoTime(timestamp) ??
    parseIsoTime(`${timestamp.replace(/ ?(?:UTC|Z)$/, '').replace(' ', 'T')}Z`) ??
    utc(timestamp.slice(0, 10), timestamp.slice(11).replace(/ ?(?:UTC|Z)$/, ''));
  if (timeUs === undefined) return undefined;
  return {
    timeUs,
    precisionUs: /\.\d/.test(timestamp) ? 1 : US_PER_SECOND,
    connection: String(connection).slice(0, 20),
  };
}
