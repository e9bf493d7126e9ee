import { US_PER_SECOND } from '@plimsoll/contracts';

import { nameIn, utc, type SqlLogEntry } from './sql-log-entry.js';

/** `20261125 18:36:30,host,user,127.0.0.1,6,33,QUERY,stock,'SELEC bad',1064`, also behind syslog's own words. */
const ENTRY =
  /^(?:(\d{8} \d\d:\d\d:\d\d|\d{16}),|(?=.{0,256}server_auditing: ).{0,256}server_auditing: )([^,]{0,255}),([^,]{0,128}),([^,]{0,255}),(\d{1,20}),(\d{1,20}),([A-Z_]{3,24}),(.*)$/s;
/** RDS writes two more fields, mostly empty, at the end. */
const STATEMENT = /^(.{0,300}?),'(.*)',(-?\d{1,6})(?:,[^,']{0,64}){0,2}$/s;
/** The plugin cuts a statement to `server_audit_query_log_limit` characters, by default 1,024, and does not say so. */
const LIMIT_STEP = 1_024;
/** Digits of microseconds since the epoch, as Aurora's advanced auditing has them. */
const MICROSECONDS = 16;

/**
 * A line of MariaDB's `server_audit` plugin, as MariaDB, RDS and Aurora (with microseconds since the epoch) write it.
 * Statements are written when they have ended, with line feeds escaped.
 */
export function serverAuditLine(line: string): SqlLogEntry | undefined {
  const match = ENTRY.exec(line);
  if (!match) return undefined;
  const [, clock, , user = '', , connection = '', , operation = '', rest = ''] = match;
  const timeUs = clock === undefined ? undefined : secondsOf(clock);
  if (clock !== undefined && timeUs === undefined) return undefined;
  const precisionUs = clock?.length === MICROSECONDS ? 1 : US_PER_SECOND;
  const common = { timeUs, precisionUs, connection };
  if (!operation.startsWith('QUERY')) return { ...common, what: { kind: 'other' } };
  const statement = STATEMENT.exec(rest);
  if (!statement) return undefined;
  const [, database = '', text = '', code = ''] = statement;
  const maybeCut = text.length >= LIMIT_STEP - 1 && (text.length + 1) % LIMIT_STEP <= 1;
  return {
    ...common,
    what: {
      kind: 'statement',
      text: unescaped(text),
      prepared: false,
      complete: !maybeCut,
      errorCode: Number(code),
      session: { user: user === '' ? undefined : user, database: nameIn(database) },
    },
  };
}

function secondsOf(text: string): number | undefined {
  if (text.length === MICROSECONDS) return Number(text);
  return utc(`${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6, 8)}`, text.slice(9));
}

function unescaped(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(/\\(.)/gs, (_, sign: string) => {
    const at = 'ntrb0'.indexOf(sign);
    return at < 0 ? sign : '\n\t\r\b\0'[at]!;
  });
}
