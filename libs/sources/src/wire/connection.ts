import type { TimeUs } from '@plimsoll/contracts';

import { looksLikeRequest, looksLikeResponse } from '../http/http-head.js';
import { HttpStream } from '../http/http-stream.js';
import type { HttpExchange } from '../http/http-exchange.js';
import { looksLikeGreeting } from '../sql-wire/mysql-packets.js';
import { MysqlStream } from '../sql-wire/mysql-stream.js';
import { looksLikeStartup } from '../sql-wire/postgresql-messages.js';
import { PostgresqlStream } from '../sql-wire/postgresql-stream.js';
import type { SqlExchange } from '../sql-wire/sql-exchange.js';
import type { ByteBudget } from '../bytes/byte-budget.js';
import type { IoCall } from '../strace/io-call.js';
import type { ProtocolStream, Segment } from '../bytes/segment.js';

export type WireExchange = HttpExchange | SqlExchange;

/** How much of one connection is held. */
export interface WireLimits {
  /** Longest body of a request or response, decoded or not, that is kept. */
  readonly bodyBytes: number;
  /** Longest statement that is kept. */
  readonly statementBytes: number;
}

/** Calls after which a connection that resembles nothing is given up. */
const MAX_ATTEMPTS = 64;
/** Bytes of a call that are kept for a second look. */
const MAX_KEPT_BYTES = 8_192;

/** One end of a connection as the traced program holds it; finds its protocol out by what passes. */
export class Connection {
  /** Descriptors that refer to it. */
  holders = 0;
  private stream: ProtocolStream | undefined;
  private side: 'server' | 'client' = 'server';
  private attempts = 0;
  private kept: IoCall | undefined;

  constructor(
    readonly id: string,
    /** `accepted`: its start is in the trace, as the server; `connected`: as the client; `unknown`: it was there before. */
    public origin: 'accepted' | 'connected' | 'unknown',
    public peer: string,
    public lastUs: TimeUs,
    private readonly limits: WireLimits,
    private readonly budget: ByteBudget,
    private readonly emit: (exchange: WireExchange) => void,
  ) {}

  io(call: IoCall): void {
    this.lastUs = call.endUs;
    if (this.stream) {
      this.stream.data(this.segment(call));
      return;
    }
    if (this.attempts >= MAX_ATTEMPTS) return;
    const stream = this.recognise(call);
    if (!stream) {
      this.keep(call);
      return;
    }
    this.stream = stream;
    if (this.kept) stream.data(this.segment(this.kept));
    this.kept = undefined;
    stream.data(this.segment(call));
  }

  /** The traced program will send nothing more. */
  shut(timeUs: TimeUs): void {
    this.stream?.shut(this.side === 'server' ? 'server' : 'client', timeUs);
  }

  end(): void {
    this.stream?.end();
    this.stream = undefined;
    this.attempts = MAX_ATTEMPTS;
  }

  private segment(call: IoCall): Segment {
    const receives = call.direction === 'in';
    return {
      from: receives === (this.side === 'server') ? 'client' : 'server',
      payload: call.payload,
      missingBytes: call.lengthBytes - call.payload.length,
      thread: call.thread,
      timeUs: receives ? call.endUs : call.startUs,
      endUs: call.endUs,
    };
  }

  /** What did not tell the protocol may be its beginning all the same: one call is kept for a second look. */
  private keep(call: IoCall): void {
    this.attempts++;
    const header = this.origin === 'unknown' && call.direction === 'in' && call.lengthBytes === 4;
    const first = this.origin !== 'unknown' && this.attempts === 1 && call.payload.length <= MAX_KEPT_BYTES;
    if (header || first) this.kept = call;
    else if (this.origin === 'unknown' || this.attempts >= MAX_ATTEMPTS) this.kept = undefined;
  }

  private recognise(call: IoCall): ProtocolStream | undefined {
    if (this.origin === 'unknown') return this.recogniseMidway(call);
    const { payload } = call;
    const server = this.origin === 'accepted';
    if ((call.direction === 'in') === server) {
      if (looksLikeRequest(payload)) return this.speaks('http', server);
      return looksLikeStartup(payload) ? this.speaks('postgresql', server) : undefined;
    }
    if (looksLikeGreeting(payload)) return this.speaks('mysql', server);
    // A request that nothing can be made of, answered like one: `400 Bad Request`.
    const answers = this.kept !== undefined && this.kept.direction !== call.direction;
    return answers && looksLikeResponse(payload) ? this.speaks('http', server) : undefined;
  }

  /** A connection whose start the trace does not hold: only what no file is likely to hold decides. */
  private recogniseMidway(call: IoCall): ProtocolStream | undefined {
    const { payload } = call;
    const receives = call.direction === 'in';
    if (isMysqlHeader(this.kept, call)) return this.speaks('mysql', true, false);
    this.kept = undefined;
    if (receives && looksLikeRequest(payload)) return this.speaks('http', true);
    if (looksLikeGreeting(payload) && call.complete) return this.speaks('mysql', !receives);
    if (isMysqlCommand(call)) return this.speaks('mysql', receives, false);
    return isPostgresqlQuery(call) ? this.speaks('postgresql', receives, false) : undefined;
  }

  private speaks(protocol: 'http' | 'mysql' | 'postgresql', server: boolean, begun = true): ProtocolStream {
    this.side = server ? 'server' : 'client';
    const facts = { side: this.side, connection: this.id, peer: this.peer };
    const { bodyBytes, statementBytes } = this.limits;
    if (protocol === 'http') return new HttpStream(facts, bodyBytes, this.budget, this.emit);
    if (protocol === 'mysql') return new MysqlStream(facts, begun, statementBytes, this.budget, this.emit);
    return new PostgresqlStream(facts, begun, statementBytes, this.budget, this.emit);
  }
}

/** A packet of sequence 0 that fills the call and begins with COM_QUERY, COM_STMT_PREPARE or COM_STMT_EXECUTE. */
function isMysqlCommand(call: IoCall): boolean {
  const { payload } = call;
  if (payload.length < 6 || payload[3] !== 0) return false;
  const length = payload[0]! | (payload[1]! << 8) | (payload[2]! << 16);
  return length + 4 === call.lengthBytes && isStatementCode(payload[4]!);
}

/** Four bytes of a packet's header, and then its body, as mariadbd reads them. */
function isMysqlHeader(header: IoCall | undefined, body: IoCall): boolean {
  if (header?.direction !== 'in' || body.direction !== 'in' || header.payload.length !== 4) return false;
  const { payload } = header;
  const length = payload[0]! | (payload[1]! << 8) | (payload[2]! << 16);
  return payload[3] === 0 && length === body.lengthBytes && isStatementCode(body.payload[0] ?? 0);
}

/** `Q`, a length that fills the call, and a zero byte at its end. */
function isPostgresqlQuery(call: IoCall): boolean {
  const { payload, lengthBytes } = call;
  if (payload.length < 7 || payload[0] !== 81) return false;
  const length = payload[1]! * 16_777_216 + ((payload[2]! << 16) | (payload[3]! << 8) | payload[4]!);
  return length + 1 === lengthBytes && (!call.complete || payload[payload.length - 1] === 0);
}

function isStatementCode(code: number): boolean {
  return code === 0x03 || code === 0x16 || code === 0x17;
}
