import { parseIsoTime, US_PER_SECOND } from '@plimsoll/contracts';

import { nameIn, utc, type SqlLogEntry, type SqlSession } from './sql-log-entry.js';

/** MariaDB and old MySQL write the time when its second changes, newer MySQL on every entry. */
const ENTRY =
  /^(?:(\d{6} [ \d]\d:\d\d:\d\d)\t|\t\t|(\d{4}-\d\d-\d\dT[\d:.]{8,15}(?:Z|[+-]\d\d:\d\d))\t) *(\d{1,20}) ([A-Za-z][A-Za-z_ ]{2,47})(?:\t(.*))?$/s;
const COMMANDS = new Set(
  'Binlog Dump,Binlog Dump GTID,Bulk_execute,clone,Clone,Group Replication Data Stream subscription,Change user,Close stmt,Connect,Connect Out,Create DB,Daemon,Debug,Delayed insert,Drop DB,Error,Execute,Fetch,Field List,Init DB,Kill,Long Data,Ping,Prepare,Processlist,Query,Quit,Refresh,Register Replica,Register Slave,Reset Connection,Reset connection,Reset stmt,Set option,Shutdown,Sleep,Statistics,Table Dump,Time'.split(
    ',',
  ),
);
const HEADING =
  /^(?:\S{1,512}, Version: .{1,256} started with:|Tcp port: \d{1,5} {1,2}Unix socket: .{0,512}|Time\s{1,32}Id Command\s{1,8}Argument)$/;

/**
 * A line of the general log of MariaDB or MySQL. A statement may go on over the lines that follow, which nothing marks:
 * whoever can put line feeds into a statement can imitate entries.
 */
export function generalLogLine(line: string): SqlLogEntry | 'heading' | undefined {
  const match = ENTRY.exec(line);
  if (!match) return HEADING.test(line) ? 'heading' : undefined;
  const [, seconds, iso, connection = '', command = '', argument = ''] = match;
  if (!COMMANDS.has(command)) return undefined;
  const timeUs = seconds === undefined ? iso && parseIsoTime(iso) : secondsOf(seconds);
  if (timeUs === undefined ? (seconds ?? iso) !== undefined : timeUs === '') return undefined;
  const common = {
    timeUs: timeUs === '' ? undefined : timeUs,
    precisionUs: iso === undefined ? US_PER_SECOND : 1,
    connection,
  };
  return { ...common, what: whatOf(command, argument) };
}

function secondsOf(text: string): number | undefined {
  const [year, month, day] = [text.slice(0, 2), text.slice(2, 4), text.slice(4, 6)];
  return utc(`20${year}-${month}-${day}`, text.slice(7));
}

function whatOf(command: string, argument: string): SqlLogEntry['what'] {
  switch (command) {
    case 'Query':
    case 'Execute':
    case 'Bulk_execute':
      return { kind: 'statement', text: argument, prepared: command !== 'Query', complete: true };
    case 'Connect':
    case 'Change user': {
      const session = sessionOf(argument);
      return session ? { kind: 'session', session } : { kind: 'other' };
    }
    case 'Init DB': {
      const database = nameIn(argument);
      return database === undefined ? { kind: 'other' } : { kind: 'database', database };
    }
    default:
      return { kind: 'other' };
  }
}

/** `client@127.0.0.1 on stock using TCP/IP`; a refusal, `Access denied for user …`, is none. */
function sessionOf(argument: string): SqlSession | undefined {
  const match = /^([^@]{0,128})@\S{0,255}(?: as .{0,300})? on (\S{0,128}) ?(?:using .{0,32})?$/.exec(argument);
  if (!match) return undefined;
  const [, user = '', database = ''] = match;
  return { user: user === '' ? undefined : user, database: nameIn(database) };
}
