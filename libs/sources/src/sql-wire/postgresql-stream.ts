import type { TimeUs } from '@plimsoll/contracts';

import type { ByteBudget } from '../bytes/byte-budget.js';
import type { ConnectionFacts, ProtocolStream, Segment } from '../bytes/segment.js';
import { FrameReader, type Frame, type FrameFormat } from './frame-reader.js';
import {
  commandTag,
  errorState,
  int16,
  isSecuredRequest,
  rowColumns,
  startupParameters,
  zeroEnded,
} from './postgresql-messages.js';
import type { SqlExchange, SqlResponse } from './sql-exchange.js';

/** Messages that may wait for their answers; beyond it the oldest is forgotten. */
const MAX_WAITING = 256;
/** Prepared statements, and portals, remembered for each connection. */
const MAX_PREPARED = 256;
/** Bytes of one prepared statement that are remembered. */
const MAX_PREPARED_BYTES = 16_384;
const NONE = new Uint8Array(0);

const MESSAGE: FrameFormat = {
  headerBytes: 5,
  bodyLength: (header) => {
    const length = ((header[1]! << 24) | (header[2]! << 16) | (header[3]! << 8) | header[4]!) - 4;
    return length < 0 || length > 1_073_741_824 ? -1 : length;
  },
};

const STARTUP: FrameFormat = {
  headerBytes: 4,
  bodyLength: (header) => {
    const length = ((header[0]! << 24) | (header[1]! << 16) | (header[2]! << 8) | header[3]!) - 4;
    return length < 4 || length > 10_000 ? -1 : length;
  },
};

/** Which messages a type of answer may be to; the others may be to any. */
const ANSWERS: Readonly<Record<string, readonly MessageKind[]>> = {
  '1': ['parse'],
  '2': ['bind'],
  '3': ['close'],
  t: ['describe'],
  D: ['execute', 'query'],
  C: ['execute', 'query'],
  Z: ['sync', 'query'],
};

interface Statement {
  readonly text: Uint8Array;
  readonly complete: boolean;
}

type MessageKind = 'query' | 'parse' | 'bind' | 'describe' | 'execute' | 'close' | 'sync';

/** One message of the client that the server will answer. */
interface Waiting {
  readonly kind: MessageKind;
  readonly statement: Statement | undefined;
  readonly parameters: number;
  readonly thread: number;
  readonly startUs: TimeUs;
  endUs: TimeUs;
  kindOfResponse: SqlResponse['kind'] | undefined;
  errorCode: string | undefined;
  rows: number | undefined;
  affected: number | undefined;
  columns: readonly string[];
  bytes: number;
}

/**
 * One connection of PostgreSQL's protocol, version 3, in either role: simple and extended queries. An exchange is final
 * with its CommandComplete (extended), with ReadyForQuery (simple), or with the connection; what the server skips after
 * an error, up to the Sync, was never executed and is none. A connection that turns to TLS shows nothing more.
 */
export class PostgresqlStream implements ProtocolStream {
  /** It knows prepared statements, user and place. */
  readonly worth = 3;
  private readonly startups: FrameReader;
  private readonly client: FrameReader;
  private readonly server: FrameReader;
  private phase: 'startup' | 'secured' | 'messages' | 'opaque';
  private user: string | undefined;
  private database: string | undefined;
  private readonly statements = new Map<string, Statement>();
  private readonly portals = new Map<string, { statement: Statement | undefined; parameters: number }>();
  private readonly waiting: Waiting[] = [];
  private columns: readonly string[] = [];
  private ordinal = 0;

  /** `begun`: the connection's start is in the trace; without, the first message seen has a type. */
  constructor(
    private readonly facts: ConnectionFacts,
    begun: boolean,
    limitBytes: number,
    budget: ByteBudget,
    private readonly emit: (exchange: SqlExchange) => void,
    /** Told once where the connection turns to what nobody can read. */
    private readonly onHidden: () => void,
  ) {
    this.phase = begun ? 'startup' : 'messages';
    this.startups = new FrameReader(STARTUP, (frame) => { this.startup(frame); }, limitBytes, budget); // prettier-ignore
    this.client = new FrameReader(MESSAGE, (frame) => { this.fromClient(frame); }, limitBytes, budget); // prettier-ignore
    this.server = new FrameReader(MESSAGE, (frame) => { this.fromServer(frame); }, limitBytes, budget); // prettier-ignore
  }

  data(segment: Segment): void {
    if (this.phase === 'opaque') return;
    const { payload, missingBytes, thread, timeUs, endUs } = segment;
    if (segment.from === 'client') {
      const reader = this.phase === 'messages' ? this.client : this.startups;
      if (reader.lost) reader.restart();
      reader.push(payload, missingBytes, thread, timeUs, endUs);
      return;
    }
    if (this.phase === 'secured') {
      // One byte without a frame answers the wish for TLS: S grants it, anything else leaves the startup to come.
      this.phase = payload[0] === 83 ? 'opaque' : 'startup';
      if (this.phase === 'opaque') this.onHidden();
      return;
    }
    this.server.push(payload, missingBytes, thread, timeUs, endUs);
    // Whoever asked goes on with the answer, and may ask nothing more for long: the request that it is for ends first.
    if (this.server.lost && this.facts.side === 'client') this.finishAll();
  }

  shut(): void {
    this.end();
  }

  end(): void {
    for (const reader of [this.startups, this.client, this.server]) reader.restart();
    this.finishAll();
    this.phase = 'opaque';
  }

  private startup(frame: Frame): void {
    if (isSecuredRequest(frame.body)) {
      this.phase = 'secured';
      return;
    }
    const parameters = startupParameters(frame.body);
    this.user = parameters.get('user');
    this.database = parameters.get('database') ?? this.user;
    this.phase = 'messages';
  }

  private fromClient(frame: Frame): void {
    const { body } = frame;
    if (this.server.lost) {
      this.server.restart();
      this.finishAll();
    }
    switch (String.fromCharCode(frame.header[0]!)) {
      case 'Q':
        this.wait('query', frame, { text: statementBytes(body, 0), complete: frame.complete });
        return;
      case 'P':
        this.parse(frame);
        return;
      case 'B':
        this.bind(frame);
        return;
      case 'E': {
        const portal = this.portals.get(zeroEnded(body, 0).text);
        this.wait('execute', frame, portal?.statement, portal?.parameters ?? 0);
        return;
      }
      case 'D':
        this.wait('describe', frame, undefined);
        return;
      case 'C':
        if (body[0] === 83) this.statements.delete(zeroEnded(body, 1).text);
        else this.portals.delete(zeroEnded(body, 1).text);
        this.wait('close', frame, undefined);
        return;
      case 'S':
        this.wait('sync', frame, undefined);
        return;
    }
  }

  private parse(frame: Frame): void {
    const name = zeroEnded(frame.body, 0);
    const text = statementBytes(frame.body, name.next);
    const kept = text.length > MAX_PREPARED_BYTES ? text.slice(0, MAX_PREPARED_BYTES) : text;
    const statement = { text: kept, complete: frame.complete && kept === text };
    remember(this.statements, name.text, statement);
    this.wait('parse', frame, statement);
  }

  private bind(frame: Frame): void {
    const { body } = frame;
    const portal = zeroEnded(body, 0);
    const name = zeroEnded(body, portal.next);
    const parameters = int16(body, name.next + 2 + 2 * int16(body, name.next));
    remember(this.portals, portal.text, { statement: this.statements.get(name.text), parameters });
    this.wait('bind', frame, this.statements.get(name.text), parameters);
  }

  private wait(kind: MessageKind, frame: Frame, statement: Statement | undefined, parameters = 0): void {
    if (this.waiting.length >= MAX_WAITING) this.finish(false);
    this.waiting.push({
      kind,
      statement,
      parameters,
      thread: frame.thread,
      startUs: frame.firstUs,
      endUs: frame.endUs,
      kindOfResponse: undefined,
      errorCode: undefined,
      rows: undefined,
      affected: undefined,
      columns: [],
      bytes: 0,
    });
  }

  private fromServer(frame: Frame): void {
    this.skipUnanswered(String.fromCharCode(frame.header[0]!));
    const front = this.waiting[0];
    if (!front) return;
    front.bytes += frame.header.length + frame.bodyBytes;
    front.endUs = frame.endUs;
    switch (String.fromCharCode(frame.header[0]!)) {
      case '1':
      case '2':
      case '3':
        if (front.kind === 'parse' || front.kind === 'bind' || front.kind === 'close') this.waiting.shift();
        return;
      case 'T':
        this.described(front, rowColumns(frame.body));
        return;
      case 'n':
        this.described(front, []);
        return;
      case 'D':
        front.kindOfResponse ??= 'rows';
        front.rows = (front.rows ?? 0) + 1;
        return;
      case 'C':
        this.completed(front, frame.body);
        return;
      case 'I':
      case 's':
        front.kindOfResponse ??= 'ok';
        if (front.kind === 'execute') this.finish(true);
        return;
      case 'E':
        this.refused(front, errorState(frame.body));
        return;
      case 'Z':
        this.ready();
        return;
    }
  }

  /** An answer that was not seen (another thread read it) leaves its message waiting: what another one answers is past it. */
  private skipUnanswered(type: string): void {
    const answered = ANSWERS[type];
    if (answered === undefined) return;
    const at = this.waiting.findIndex(({ kind }) => answered.includes(kind));
    for (let i = 0; i < at; i++) this.finish(false);
  }

  private described(front: Waiting, columns: readonly string[]): void {
    if (front.kind === 'describe') {
      this.columns = columns;
      this.waiting.shift();
    } else if (front.kind === 'query') {
      front.kindOfResponse ??= 'rows';
      front.rows ??= 0;
      if (front.columns.length === 0) front.columns = columns;
    }
  }

  private completed(front: Waiting, body: Uint8Array): void {
    const tag = commandTag(body);
    if (front.kind === 'execute' && this.columns.length > 0) {
      front.kindOfResponse ??= 'rows';
      front.rows ??= 0;
      front.columns = this.columns;
      this.columns = [];
    }
    front.kindOfResponse ??= 'ok';
    if (tag.alters) front.affected = (front.affected ?? 0) + tag.rows;
    if (front.kind === 'execute') this.finish(true);
  }

  private refused(front: Waiting, code: string): void {
    front.kindOfResponse = 'error';
    front.errorCode = code;
    if (front.kind === 'query') return;
    if (front.kind === 'sync') return;
    this.finish(true);
    while (this.waiting.length > 0 && this.waiting[0]?.kind !== 'sync') this.waiting.shift();
  }

  private ready(): void {
    const kind = this.waiting[0]?.kind;
    if (kind === 'query') this.finish(true);
    else if (kind === 'sync') this.waiting.shift();
  }

  private finishAll(): void {
    while (this.waiting.length > 0) this.finish(false);
  }

  /** The oldest message becomes final: an exchange, where a statement was executed or refused. */
  private finish(complete: boolean): void {
    const front = this.waiting.shift();
    if (!front) return;
    const executed = front.kind === 'query' || front.kind === 'execute';
    if (!executed && front.kindOfResponse !== 'error') return;
    if (front.kind === 'describe' || front.kind === 'close' || front.kind === 'sync') return;
    const { thread, startUs, endUs, parameters, kindOfResponse, statement } = front;
    const { side, connection, peer } = this.facts;
    this.emit({
      type: 'sql',
      side,
      connection,
      peer,
      protocol: 'postgresql',
      ordinal: this.ordinal++,
      thread,
      startUs,
      endUs: Math.max(startUs, endUs),
      user: this.user,
      database: this.database,
      statement: statement?.text ?? NONE,
      prepared: front.kind !== 'query',
      parameters,
      complete: statement?.complete ?? false,
      response: kindOfResponse && {
        kind: kindOfResponse,
        errorCode: front.errorCode,
        rows: front.rows,
        affected: front.affected,
        columns: front.columns,
        bytes: front.bytes,
        complete,
      },
    });
  }
}

/** A copy of the text at `start`, up to its zero byte. */
function statementBytes(body: Uint8Array, start: number): Uint8Array {
  const zero = body.indexOf(0, start);
  return body.slice(start, zero < 0 ? body.length : zero);
}

function remember<Value>(map: Map<string, Value>, name: string, value: Value): void {
  map.delete(name);
  map.set(name, value);
  if (map.size <= MAX_PREPARED) return;
  for (const oldest of map.keys()) {
    map.delete(oldest);
    return;
  }
}
