import type { TimeUs } from '@plimsoll/contracts';

import type { ByteBudget } from '../bytes/byte-budget.js';
import type { ConnectionFacts, ProtocolStream, Segment } from '../bytes/segment.js';
import { FrameReader, type Frame, type FrameFormat } from './frame-reader.js';
import {
  CLIENT_COMPRESS,
  CLIENT_QUERY_ATTRIBUTES,
  CLIENT_SSL,
  PacketCursor,
  parseChangeUser,
  parseHandshake,
  utf8,
  type Handshake,
} from './mysql-packets.js';
import { MysqlResponse } from './mysql-response.js';
import type { SqlExchange } from './sql-exchange.js';

/** Commands that may wait for their answers; beyond it the oldest ends without one. */
const MAX_WAITING = 64;
/** Prepared statements remembered for each connection; beyond it the oldest is forgotten. */
const MAX_PREPARED = 256;
/** Bytes of one prepared statement that are remembered. */
const MAX_PREPARED_BYTES = 16_384;

const COM_QUIT = 0x01;
const COM_INIT_DB = 0x02;
const COM_QUERY = 0x03;
const COM_CHANGE_USER = 0x11;
const COM_STMT_PREPARE = 0x16;
const COM_STMT_EXECUTE = 0x17;
const COM_STMT_SEND_LONG_DATA = 0x18;
const COM_STMT_CLOSE = 0x19;
const COM_STMT_BULK_EXECUTE = 0xfa;
/** MariaDB's name for the statement that was prepared last. */
const LAST_PREPARED = 0xffffffff;
const MARIADB_CACHE_METADATA = 1 << 4;
const FULL_PACKET = 0xffffff;

const FORMAT: FrameFormat = {
  headerBytes: 4,
  bodyLength: (header) => header[0]! | (header[1]! << 8) | (header[2]! << 16),
};

interface Prepared {
  readonly text: Uint8Array;
  readonly complete: boolean;
  readonly parameters: number;
}

interface Command {
  readonly code: number;
  readonly statement: Uint8Array;
  readonly complete: boolean;
  readonly parameters: number;
  readonly thread: number;
  readonly startUs: TimeUs;
  endUs: TimeUs;
  readonly response: MysqlResponse;
}

/**
 * One connection of the MySQL and MariaDB protocol in either role: handshake, text and prepared statements, result
 * sets. An exchange is final when the server's answer has ended, when the next command comes after a hole, or with the
 * connection. A connection that turns to TLS or compression shows nothing more.
 */
export class MysqlStream implements ProtocolStream {
  /** It knows prepared statements, user and place. */
  readonly worth = 3;
  private readonly client: FrameReader;
  private readonly server: FrameReader;
  private phase: 'greeting' | 'login' | 'commands' | 'opaque';
  private handshake: Handshake | undefined;
  private user: string | undefined;
  private database: string | undefined;
  private readonly prepared = new Map<number, Prepared>();
  private lastPrepared: Prepared | undefined;
  private readonly waiting: Command[] = [];
  private continued = false;
  /** What follows the first packet of an answer carries nothing that is needed; the next answer begins with number 1. */
  private skipping = false;
  private ordinal = 0;

  /** `begun`: the connection's start is in the trace; without, the first packet seen is a command. */
  constructor(
    private readonly facts: ConnectionFacts,
    begun: boolean,
    limitBytes: number,
    budget: ByteBudget,
    private readonly emit: (exchange: SqlExchange) => void,
    /** Told once where the connection turns to what nobody can read. */
    private readonly onHidden: () => void,
  ) {
    this.phase = begun ? 'greeting' : 'commands';
    this.client = new FrameReader(FORMAT, (frame) => { this.fromClient(frame); }, limitBytes, budget); // prettier-ignore
    this.server = new FrameReader(FORMAT, (frame) => { this.fromServer(frame); }, limitBytes, budget); // prettier-ignore
  }

  data(segment: Segment): void {
    if (this.phase === 'opaque') return;
    const { payload, missingBytes, thread, timeUs, endUs } = segment;
    if (segment.from === 'client') {
      if (this.client.lost && payload[3] === 0) this.client.restart();
      this.client.push(payload, missingBytes, thread, timeUs, endUs);
    } else {
      this.server.push(payload, missingBytes, thread, timeUs, endUs);
      if (this.server.lost && this.waiting[0]) this.waiting[0].endUs = endUs;
      // Whoever asked goes on with the answer, and may ask nothing more for long: the request that it is for ends first.
      if (this.server.lost && this.facts.side === 'client') this.finishAll();
    }
  }

  shut(): void {
    this.end();
  }

  end(): void {
    this.client.flush(0);
    this.server.restart();
    this.finishAll();
    this.phase = 'opaque';
  }

  private finishAll(): void {
    while (this.waiting.length > 0) this.finish();
  }

  private fromClient(frame: Frame): void {
    const sequence = frame.header[3]!;
    if (this.phase === 'greeting' || (this.phase === 'login' && sequence !== 0)) {
      this.login(frame);
      return;
    }
    const continuation = this.continued;
    this.continued = frame.bodyBytes === FULL_PACKET;
    if (continuation || sequence !== 0 || this.waiting[0]?.response.wantsFile === true) return;
    this.phase = 'commands';
    // The place in the server's answers is lost only until the client speaks again.
    if (this.server.lost) {
      this.server.restart();
      this.finishAll();
    }
    this.command(frame);
  }

  private login(frame: Frame): void {
    if (this.phase === 'login') return;
    this.phase = 'login';
    this.handshake = parseHandshake(frame.body);
    const capabilities = this.handshake?.capabilities ?? 0;
    if ((capabilities & CLIENT_SSL) !== 0 && frame.bodyBytes <= 32) {
      this.phase = 'opaque';
      this.onHidden();
    }
    this.user = this.handshake?.user;
    this.database = this.handshake?.database;
  }

  private command(frame: Frame): void {
    const { body } = frame;
    const code = body[0] ?? -1;
    if (code === COM_QUIT || code === COM_STMT_SEND_LONG_DATA || code < 0) return;
    if (code === COM_STMT_CLOSE) {
      this.prepared.delete(new PacketCursor(body, 1).uint(4));
      return;
    }
    if (code === COM_CHANGE_USER) {
      ({ user: this.user, database: this.database } = parseChangeUser(body));
      this.prepared.clear();
      this.phase = 'login';
      return;
    }
    if (code === COM_INIT_DB) this.database = utf8(body, 1, body.length).slice(0, 128);
    const executes = code === COM_STMT_EXECUTE || code === COM_STMT_BULK_EXECUTE;
    const known = executes ? this.preparedBy(body) : undefined;
    const isText = code === COM_QUERY || code === COM_STMT_PREPARE;
    const text = isText ? body.slice(code === COM_QUERY ? this.textStart(body) : 1) : undefined;
    if (this.waiting.length >= MAX_WAITING) this.finish();
    this.waiting.push({
      code,
      statement: text ?? known?.text ?? new Uint8Array(0),
      complete: isText ? frame.complete && frame.bodyBytes < FULL_PACKET : (known?.complete ?? false),
      parameters: known?.parameters ?? 0,
      thread: frame.thread,
      startUs: frame.firstUs,
      endUs: frame.endUs,
      response: new MysqlResponse(((this.handshake?.extended ?? 0) & MARIADB_CACHE_METADATA) !== 0),
    });
  }

  private preparedBy(body: Uint8Array): Prepared | undefined {
    const id = new PacketCursor(body, 1).uint(4);
    if (id !== LAST_PREPARED) return this.prepared.get(id);
    // MariaDB's clients may execute before the answer to the preparation has come.
    const asked = this.waiting.findLast((command) => command.code === COM_STMT_PREPARE);
    return asked ? { text: asked.statement, complete: asked.complete, parameters: 0 } : this.lastPrepared;
  }

  /** Where a query's text begins: MySQL 8 may write attributes before it, of which only "none" is understood. */
  private textStart(body: Uint8Array): number {
    if (((this.handshake?.capabilities ?? 0) & CLIENT_QUERY_ATTRIBUTES) === 0) return 1;
    return body[1] === 0 && body[2] === 1 ? 3 : 1;
  }

  private fromServer(frame: Frame): void {
    if (this.phase === 'greeting') return;
    if (this.phase === 'login') {
      const first = frame.body[0];
      if (first === 0 && frame.bodyBytes >= 7) {
        this.phase = ((this.handshake?.capabilities ?? 0) & CLIENT_COMPRESS) !== 0 ? 'opaque' : 'commands';
        if (this.phase === 'opaque') this.onHidden();
      }
      return;
    }
    const command = this.waiting[0];
    const first = frame.header[3] === 1;
    if (!command || (this.skipping && !first)) return;
    this.skipping = false;
    command.endUs = frame.endUs;
    if (command.code === COM_STMT_PREPARE) this.preparation(command, frame);
    else if (isExecuted(command.code)) {
      command.response.packet(frame);
      if (command.response.done) this.finish();
    } else if (first) {
      this.waiting.shift();
      this.skipping = true;
    }
  }

  private preparation(command: Command, frame: Frame): void {
    if (frame.header[3] !== 1) return;
    if (frame.body[0] === 0xff) {
      command.response.packet(frame);
      this.finish();
      return;
    }
    const cursor = new PacketCursor(frame.body, 1);
    const id = cursor.uint(4);
    cursor.skip(2);
    const parameters = cursor.uint(2);
    const complete = command.complete && command.statement.length <= MAX_PREPARED_BYTES;
    this.lastPrepared = { text: command.statement.slice(0, MAX_PREPARED_BYTES), complete, parameters };
    this.prepared.set(id, this.lastPrepared);
    if (this.prepared.size > MAX_PREPARED) {
      for (const oldest of this.prepared.keys()) {
        this.prepared.delete(oldest);
        break;
      }
    }
    this.waiting.shift();
    this.skipping = true;
  }

  /** The oldest command becomes final: an exchange, where it was a statement. */
  private finish(): void {
    const command = this.waiting.shift();
    if (!command) return;
    const response = command.response.result();
    const refused = command.code === COM_STMT_PREPARE && response?.kind === 'error';
    if (!isExecuted(command.code) && !refused) return;
    const { statement, complete, parameters, thread, startUs } = command;
    const { side, connection, peer } = this.facts;
    this.emit({
      type: 'sql',
      side,
      connection,
      peer,
      protocol: 'mysql',
      ordinal: this.ordinal++,
      thread,
      startUs,
      endUs: Math.max(startUs, command.endUs),
      user: this.user,
      database: this.database,
      statement,
      prepared: command.code !== COM_QUERY,
      parameters,
      complete,
      response,
    });
  }
}

function isExecuted(code: number): boolean {
  return code === COM_QUERY || code === COM_STMT_EXECUTE || code === COM_STMT_BULK_EXECUTE;
}
