import { parseIsoTime } from '@plimsoll/contracts';
import { z } from 'zod';

import { nameIn, type SqlLogEntry, type SqlSession } from './sql-log-entry.js';

/** `log_line_prefix` of the server (`%m [%p] `) and of Debian's (`%m [%p] %q%u@%d `), or the time and process alone. */
const LINE =
  /^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,6})?) ([A-Z]{1,5}|[+-]\d\d(?::?\d\d)?) \[(\d{1,10})(?:-\d{1,10})?\]:? (?:([^@\s]{1,128})@(\S{1,128}) )?(?:[^:]{0,256} )?(LOG|ERROR|FATAL|PANIC|WARNING|NOTICE|INFO|STATEMENT|DETAIL|HINT|CONTEXT|QUERY|LOCATION|DEBUG\d?): {1,2}(.*)$/s;
/** `statement: …` with log_statement, `duration: 0.1 ms  statement: …` with durations, `execute NAME: …` when prepared. */
const STATEMENT =
  /^(?:duration: [\d.]{1,20} ms {2})?(statement|execute (?:fetch from )?[^:]{1,200}|bind [^:]{1,200}|parse [^:]{1,200}): (.*)$/s;
/** A prefix may hold the application's name, 63 bytes of the client's choice: with `ERROR:  ` in it no statement hides. */
const BEHIND_NAME = /^(?:.{0,63} )?LOG: {1,2}(.*)$/s;
const FAILURE = /^(?:ERROR|FATAL|PANIC)$/;
const Json = z.object({
  timestamp: z.string(),
  pid: z.number(),
  user: z.string().optional(),
  dbname: z.string().optional(),
  error_severity: z.string(),
  message: z.string().optional(),
  statement: z.string().optional(),
  state_code: z.string().optional(),
});

/**
 * A line of PostgreSQL's log, as text or as JSON (`jsonlog`). Statements are there with `log_statement = all`; one that
 * goes on has a tab before each further line, so that none can imitate an entry. What came of a statement the log tells
 * of those that failed, by an entry after the one of the statement, if that has one.
 */
export function postgresLine(line: string): SqlLogEntry | undefined {
  if (line.startsWith('{')) return jsonEntry(line);
  const match = LINE.exec(line);
  if (!match) return undefined;
  const [, clock = '', zone = '', connection = '', user, database, severity, message = ''] = match;
  const timeUs = timeOf(clock, zone);
  if (timeUs === undefined) return undefined;
  const common = { timeUs, precisionUs: clock.includes('.') ? 1_000 : 1_000_000, connection };
  if (severity === 'STATEMENT') return { ...common, what: failed(message, '', user, database) };
  const logged = severity === 'LOG' ? message : BEHIND_NAME.exec(message)?.[1];
  return { ...common, what: logged === undefined ? { kind: 'other' } : whatOf(logged, user, database) };
}

function jsonEntry(line: string): SqlLogEntry | undefined {
  const entry = Json.safeParse(parsed(line));
  if (!entry.success) return undefined;
  const { timestamp, pid, user, dbname, error_severity: severity, message = '', statement } = entry.data;
  const [day = '', clock = '', zone = ''] = timestamp.split(' ');
  const timeUs = timeOf(`${day} ${clock}`, zone);
  if (timeUs === undefined) return undefined;
  const common = { timeUs, precisionUs: 1_000, connection: String(pid) };
  if (FAILURE.test(severity) && statement !== undefined) {
    return { ...common, what: failed(latin1(statement), entry.data.state_code ?? '', user, dbname) };
  }
  return { ...common, what: severity === 'LOG' ? whatOf(latin1(message), user, dbname) : { kind: 'other' } };
}

function latin1(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(Buffer.from(line, 'latin1').toString('utf8'));
  } catch {
    // No JSON after all: the caller refuses the line.
    return undefined;
  }
}

/** A zone by name is taken as UTC: what other letters stand for nobody knows for sure. */
function timeOf(clock: string, zone: string): number | undefined {
  const offset = /^[+-]\d\d(?::?\d\d)?$/.test(zone)
    ? `${zone.slice(0, 3)}:${zone.slice(3).replace(':', '') || '00'}`
    : 'Z';
  return parseIsoTime(`${clock.replace(' ', 'T')}${offset}`);
}

type Told = SqlLogEntry['what'];

function whatOf(message: string, user: string | undefined, database: string | undefined): Told {
  const found = STATEMENT.exec(message);
  // What is only parsed or bound is executed by an entry of its own.
  if (!found || /^(?:bind|parse) /.test(found[1]!)) return { kind: 'other' };
  const session = sessionOf(user, database);
  return { kind: 'statement', text: found[2]!, prepared: found[1] !== 'statement', complete: true, session };
}

/** A statement that failed: one with an error in its syntax has no other entry. */
function failed(text: string, code: string, user: string | undefined, database: string | undefined): Told {
  const session = sessionOf(user, database);
  return { kind: 'statement', text, prepared: false, complete: true, errorCode: code, perhapsTold: true, session };
}

function sessionOf(user: string | undefined, database: string | undefined): SqlSession {
  return { user: user === '[unknown]' ? undefined : user, database: database && nameIn(database) };
}
