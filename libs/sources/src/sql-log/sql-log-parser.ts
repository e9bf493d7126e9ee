import type { SourceItem, SqlStatement } from '@plimsoll/contracts';

import { LineReader } from '../bytes/line-reader.js';
import { RecentMap } from '../bytes/recent-map.js';
import { toSqlStatement } from '../events/sql/sql-statement-event.js';
import { Refusals, type Refusal } from '../refusals.js';
import { noCounts, type HeldLines, type SourceContext, type SourceCounts, type SourceParser } from '../source.js';
import type { SqlResponse } from '../sql-wire/sql-exchange.js';
import { generalLogLine } from './general-log.js';
import { LiteralScan } from './literal-scan.js';
import { postgresLine } from './postgresql-log.js';
import { jsonAuditLine } from './json-audit.js';
import { serverAuditLine } from './server-audit.js';
import type { SqlLogEntry, SqlLogForm, SqlSession } from './sql-log-entry.js';

/** Bytes of one statement that are kept; one that is longer is marked `cut`. */
const MAX_STATEMENT = 262_144;
/** How far a time within what may be an open literal may lie ahead to be believed. */
const BELIEVED_US = 600_000_000;
/** Connections whose user and database are remembered; beyond it the one longest silent is forgotten. */
const MAX_CONNECTIONS = 4_096;
/** Characters of a statement by which its repetition is known. */
const TOLD_LENGTH = 256;

type Statement = Extract<SqlLogEntry['what'], { kind: 'statement' }>;

/** A statement that may go on in the lines that follow. */
interface Open extends HeldLines {
  readonly entry: SqlLogEntry;
  readonly what: Statement;
  readonly timeUs: number;
  readonly line: number;
  readonly parts: string[];
  length: number;
  lines: number;
  bytes: number;
}

/**
 * Reads a database's log of statements: the general log of MariaDB and MySQL, `server_audit` of MariaDB, RDS and
 * Aurora, MySQL's audit log in JSON, PostgreSQL's log (text and JSON). The first line that is of one of these forms
 * decides for the stream. A statement becomes the event that it would be had it been rebuilt from calls, its answer as
 * far as the log tells; preparing alone is none.
 *
 * The general log escapes nothing: what stands within a literal can look like entries. Each is read as the statement
 * that it may be, so that nothing hides behind an open quote, but a time within a statement is no line's time: it is
 * believed only where it hardly differs from the one before.
 *
 * Memory: one statement of at most 256 KiB; of at most 4,096 connections user, database and the last statement's beginning.
 */
export class SqlLogParser implements SourceParser {
  readonly counts: SourceCounts = noCounts();
  readonly #refusals = new Refusals();
  readonly #context: SourceContext;
  readonly #sessions = new RecentMap<string, SqlSession>(MAX_CONNECTIONS);
  /** The last statement of each connection, by its beginning and length. */
  readonly #told = new RecentMap<string, string>(MAX_CONNECTIONS);
  readonly #reader = new LineReader((bytes, start, end, cut) => {
    this.#line(bytes, start, end, cut);
  });
  #form: SqlLogForm | undefined;
  #open: Open | undefined;
  /** The entry before is passed over, and so are the lines in which it goes on. */
  #passing = false;
  /** Where quotes and comments stand, were everything since the last sure entry one statement. */
  readonly #literal = new LiteralScan();
  /** The time of the entries that follow, until one says another. */
  #timeUs: number | undefined;
  #items: SourceItem[] = [];

  constructor(context: SourceContext) {
    this.#context = context;
    this.#timeUs = context.lastUs;
  }

  get refusals(): readonly Refusal[] {
    return this.#refusals.list;
  }

  get held(): HeldLines {
    return this.#open ?? { lines: 0, bytes: 0 };
  }

  push(chunk: Uint8Array): readonly SourceItem[] {
    this.#reader.push(chunk);
    return this.#take();
  }

  settle(): readonly SourceItem[] {
    // A server writes an entry at once: after a silence the next line begins one.
    this.#literal.reset();
    this.#close();
    return this.#take();
  }

  end(): readonly SourceItem[] {
    this.#reader.end();
    this.#close();
    return [...this.#take(), { type: 'end' }];
  }

  #take(): SourceItem[] {
    const items = this.#items;
    this.#items = [];
    return items;
  }

  #line(bytes: Buffer, start: number, end: number, cut: boolean): void {
    const line = bytes.toString('latin1', start, end);
    const text = line.endsWith('\r') ? line.slice(0, -1) : line;
    this.counts.lines += 1;
    const entry = this.#read(text);
    if (entry === undefined) {
      if (!this.#continue(line, cut)) this.#refusals.add(this.counts, 'not of this form', bytes, start, end);
    } else if (entry === 'heading') {
      this.counts.ignored += 1;
      // Within what may be an open literal a heading proves nothing.
      if (this.#literal.open) this.#literal.feed(`\n${line}`);
      else this.#literal.reset();
      this.#close();
    } else if (!this.#begin(entry, line, cut)) {
      this.#refusals.add(this.counts, 'no time is known', bytes, start, end);
    }
  }

  #read(line: string): SqlLogEntry | 'heading' | undefined {
    if (this.#form) return this.#form(line);
    for (const form of [generalLogLine, serverAuditLine, postgresLine, jsonAuditLine]) {
      const entry = form(line);
      if (entry === undefined) continue;
      this.#form = form;
      return entry;
    }
    return undefined;
  }

  /** A line that begins nothing: the entry before it goes on, where this form lets it. */
  #continue(line: string, cut: boolean): boolean {
    const open = this.#open;
    if (this.#passing && this.#form === postgresLine && line.startsWith('\t')) {
      this.counts.ignored += 1;
      return true;
    }
    if (!open) return false;
    const more =
      this.#form === generalLogLine
        ? line
        : this.#form === postgresLine && line.startsWith('\t')
          ? line.slice(1)
          : undefined;
    if (more === undefined) return false;
    this.counts.read += 1;
    if (this.#form === generalLogLine) this.#literal.feed(`\n${line}`);
    this.#add(open, `\n${more}`, line.length + 1, cut);
    return true;
  }

  #begin(entry: SqlLogEntry, line: string, cut: boolean): boolean {
    this.#close();
    if (this.#form !== generalLogLine || this.#believes(entry, line)) this.#timeUs = entry.timeUs ?? this.#timeUs;
    const { what, connection } = entry;
    this.#passing = what.kind === 'other';
    if (what.kind === 'session') this.#sessions.set(connection, what.session);
    if (what.kind === 'database') {
      this.#sessions.set(connection, { user: this.#sessions.get(connection)?.user, database: what.database });
    }
    if (what.kind !== 'statement') {
      this.counts.ignored += 1;
      return true;
    }
    // Of a log that begins in the middle of a second nobody knows which.
    if (this.#timeUs === undefined) return false;
    this.counts.read += 1;
    const lineNumber = (this.#context.firstLine ?? 0) + this.counts.lines;
    const open: Open = {
      entry,
      what,
      timeUs: this.#timeUs,
      line: lineNumber,
      parts: [],
      length: 0,
      lines: 0,
      bytes: 0,
    };
    this.#open = open;
    this.#add(open, what.text, line.length + 1, cut);
    if (this.#form !== generalLogLine && this.#form !== postgresLine) this.#close();
    return true;
  }

  /** Whether an entry's time counts: within what may be an open literal, only one that moves on by little. */
  #believes({ timeUs, what }: SqlLogEntry, line: string): boolean {
    const within = this.#literal.open;
    if (within) this.#literal.feed(`\n${line}`);
    else {
      this.#literal.reset();
      if (what.kind === 'statement') this.#literal.feed(what.text);
    }
    if (!within || timeUs === undefined || this.#timeUs === undefined) return true;
    return timeUs >= this.#timeUs && timeUs - this.#timeUs <= BELIEVED_US;
  }

  #add(open: Open, text: string, readBytes: number, cut: boolean): void {
    open.lines += 1;
    // Of a line whose middle was dropped nobody knows the length: its place cannot be read again.
    open.bytes += cut ? Number.POSITIVE_INFINITY : readBytes;
    if (open.length < MAX_STATEMENT) open.parts.push(text.slice(0, MAX_STATEMENT - open.length));
    open.length += text.length;
    if (cut) open.length = Number.POSITIVE_INFINITY;
  }

  #close(): void {
    const open = this.#open;
    if (!open) return;
    this.#open = undefined;
    if (this.#form === postgresLine && this.#toldAgain(open)) return;
    this.counts.events += 1;
    this.#items.push({ type: 'event', event: this.#event(open) });
  }

  #event({ entry, what, timeUs, line, parts, length }: Open): SqlStatement {
    const { stream } = this.#context;
    const remembered = this.#sessions.get(entry.connection);
    const exchange = {
      type: 'sql',
      side: 'server',
      protocol: this.#form === postgresLine ? 'postgresql' : 'mysql',
      connection: entry.connection,
      ordinal: line,
      thread: 0,
      peer: '',
      startUs: timeUs,
      endUs: timeUs + entry.precisionUs,
      user: what.session?.user ?? remembered?.user,
      database: what.session?.database ?? remembered?.database,
      statement: Buffer.from(parts.join(''), 'latin1'),
      prepared: what.prepared,
      parameters: 0,
      complete: what.complete && length <= MAX_STATEMENT,
      response: responseOf(what),
    } as const;
    const { thread: _, ...event } = toSqlStatement(exchange, this.#context);
    return { ...event, id: `${stream}:${line}`.slice(0, 512) };
  }

  /** Whether the entry before of this connection told the statement; remembers it. */
  #toldAgain({ entry, what, parts, length }: Open): boolean {
    const told = `${length}:${parts.join('').slice(0, TOLD_LENGTH)}`;
    const again = what.perhapsTold === true && this.#told.get(entry.connection) === told;
    this.#told.set(entry.connection, told);
    return again;
  }
}

/** A log tells whether a statement failed, at most: not what it gave. */
function responseOf({ errorCode }: Statement): SqlResponse | undefined {
  if (errorCode === undefined) return undefined;
  const failed = errorCode !== 0;
  return {
    kind: failed ? 'error' : 'ok',
    errorCode: failed && errorCode !== '' ? errorCode : undefined,
    rows: undefined,
    affected: undefined,
    columns: [],
    bytes: 0,
    complete: true,
  };
}
