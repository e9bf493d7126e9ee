import type { SourceItem, SqlStatement } from '@plimsoll/contracts';

import { LineReader } from '../bytes/line-reader.js';
import { toSqlStatement } from '../events/sql/sql-statement-event.js';
import type { HeldLines, SourceContext, SourceCounts, SourceParser } from '../source.js';
import type { SqlResponse } from '../sql-wire/sql-exchange.js';
import { generalLogLine } from './general-log.js';
import { jsonAuditLine } from './json-audit.js';
import { serverAuditLine } from './server-audit.js';
import type { SqlLogEntry, SqlLogForm, SqlSession } from './sql-log-entry.js';

/** Bytes of one statement that are kept; one that is longer is marked `cut`. */
const MAX_STATEMENT = 262_144;
/** Connections whose user and database are remembered; beyond it the one longest silent is forgotten. */
const MAX_CONNECTIONS = 4_096;

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
 * Reads a database's log of statements: the general log of MariaDB and MySQL, MariaDB's `server_audit`, MySQL's audit
 * log in JSON. The first line that is of one of these forms decides for the stream. A statement becomes the event that
 * it would be had it been rebuilt from calls, its answer as far as the log tells; preparing alone is none.
 *
 * Memory: one statement of at most 256 KiB, user and database of at most 4,096 connections.
 */
export class SqlLogParser implements SourceParser {
  readonly counts: SourceCounts = { lines: 0, events: 0, malformed: 0 };
  readonly #context: SourceContext;
  readonly #sessions = new Map<string, SqlSession>();
  readonly #reader = new LineReader((bytes, start, end, cut) => {
    this.#line(bytes.toString('latin1', start, end), cut);
  });
  #form: SqlLogForm | undefined;
  #open: Open | undefined;
  /** The time of the entries that follow, until one says another. */
  #timeUs: number | undefined;
  #items: SourceItem[] = [];

  constructor(context: SourceContext) {
    this.#context = context;
    this.#timeUs = context.lastUs;
  }

  get held(): HeldLines {
    return this.#open ?? { lines: 0, bytes: 0 };
  }

  push(chunk: Uint8Array): readonly SourceItem[] {
    this.#reader.push(chunk);
    return this.#take();
  }

  settle(): readonly SourceItem[] {
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

  #line(line: string, cut: boolean): void {
    this.counts.lines += 1;
    const text = line.endsWith('\r') ? line.slice(0, -1) : line;
    const entry = this.#read(text);
    if (entry === undefined) this.#continue(line, cut);
    else if (entry === 'heading') this.#close();
    else this.#begin(entry, line, cut);
  }

  #read(line: string): SqlLogEntry | 'heading' | undefined {
    if (this.#form) return this.#form(line);
    for (const form of [generalLogLine, serverAuditLine, jsonAuditLine]) {
      const entry = form(line);
      if (entry === undefined) continue;
      this.#form = form;
      return entry;
    }
    return undefined;
  }

  /** A line that begins nothing: the statement before it goes on, where this form lets it. */
  #continue(line: string, cut: boolean): void {
    const open = this.#open;
    if (!open || this.#form !== generalLogLine) {
      this.counts.malformed += 1;
      return;
    }
    this.#add(open, `\n${line}`, line.length + 1, cut);
  }

  #begin(entry: SqlLogEntry, line: string, cut: boolean): void {
    this.#close();
    this.#timeUs = entry.timeUs ?? this.#timeUs;
    const { what, connection } = entry;
    if (what.kind === 'session') this.#remember(connection, what.session);
    if (what.kind === 'database') {
      this.#remember(connection, { user: this.#sessions.get(connection)?.user, database: what.database });
    }
    if (what.kind !== 'statement') return;
    if (this.#timeUs === undefined) {
      // Of a log that begins in the middle of a second nobody knows which.
      this.counts.malformed += 1;
      return;
    }
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
    if (this.#form !== generalLogLine) this.#close();
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
    this.counts.events += 1;
    this.#items.push({ type: 'event', event: this.#event(open) });
  }

  #event({ entry, what, timeUs, line, parts, length }: Open): SqlStatement {
    const { stream } = this.#context;
    const remembered = this.#sessions.get(entry.connection);
    const exchange = {
      type: 'sql',
      side: 'server',
      protocol: 'mysql',
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

  #remember(connection: string, session: SqlSession): void {
    this.#sessions.delete(connection);
    this.#sessions.set(connection, session);
    if (this.#sessions.size <= MAX_CONNECTIONS) return;
    for (const oldest of this.#sessions.keys()) {
      this.#sessions.delete(oldest);
      return;
    }
  }
}

/** A log tells whether a statement failed, at most: not what it gave. */
function responseOf({ errorCode }: Statement): SqlResponse | undefined {
  if (errorCode === undefined) return undefined;
  const failed = errorCode !== 0;
  return {
    kind: failed ? 'error' : 'ok',
    errorCode: failed ? errorCode : undefined,
    rows: undefined,
    affected: undefined,
    columns: [],
    bytes: 0,
    complete: true,
  };
}
