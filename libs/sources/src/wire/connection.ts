import type { TimeUs } from '@plimsoll/contracts';

import { KeptBytes, type ByteBudget } from '../bytes/byte-budget.js';
import type { ProtocolStream, Segment } from '../bytes/segment.js';
import type { HttpExchange } from '../http/http-exchange.js';
import { beginsRequestLine, looksLikeRequest, looksLikeResponse } from '../http/http-head.js';
import { HttpStream } from '../http/http-stream.js';
import { looksLikeGreeting } from '../sql-wire/mysql-packets.js';
import { MysqlStream } from '../sql-wire/mysql-stream.js';
import { PostgresqlStream } from '../sql-wire/postgresql-stream.js';
import type { SqlExchange } from '../sql-wire/sql-exchange.js';
import type { IoCall } from '../strace/io-call.js';
import {
  isMysqlCommand,
  isMysqlHeader,
  isPostgresqlPipeline,
  isPostgresqlQuery,
  protocolOf,
  type Protocol,
} from './recognition.js';
import type { OpenRequests } from './open-requests.js';
import type { WireCounts } from './wire-counts.js';

export type WireExchange = HttpExchange | SqlExchange;

/** How much of one connection is held. */
export interface WireLimits {
  /** Longest body of a request or response, decoded or not, that is kept. */
  readonly bodyBytes: number;
  /** Longest statement that is kept. */
  readonly statementBytes: number;
}

/** What all connections of a trace have in common. */
export interface WireSurroundings {
  readonly limits: WireLimits;
  readonly budget: ByteBudget;
  readonly counts: WireCounts;
  readonly open: OpenRequests;
  readonly emit: (exchange: WireExchange) => void;
}

/**
 * `accepted`: its start is in the trace, as the server; `connected`: as the client; `unknown`: it was there before;
 * `evicted`: part of it was followed, and given up for others.
 */
export type ConnectionOrigin = 'accepted' | 'connected' | 'unknown' | 'evicted';

/** Calls after which a connection that was there before, and resembles nothing, is given up. */
const MAX_ATTEMPTS = 64;
/** First bytes of a connection that are kept until they tell what it speaks. */
const MAX_OPENING_BYTES = 65_536;

const NOTHING = new Uint8Array(0);

/** One end of a connection as the traced program holds it; finds its protocol out by what passes. */
export class Connection {
  /** Descriptors that refer to it. */
  holders = 0;
  readonly openedUs: TimeUs;
  private stream: ProtocolStream | undefined;
  private side: 'server' | 'client' = 'server';
  private attempts = 0;
  private directions = 0;
  /** Of a connection that was there before: a packet's header, which tells nothing without its body. */
  private header: IoCall | undefined;
  /** What the client sent first, and the call that brought its first byte. */
  private readonly opening: KeptBytes;
  private opener: IoCall | undefined;
  /** What followed it and is not shown. */
  private hiddenBytes = 0;

  constructor(
    readonly id: string,
    public origin: ConnectionOrigin,
    /** Something shows that it is a socket. */
    public socket: boolean,
    public peer: string,
    public lastUs: TimeUs,
    private readonly around: WireSurroundings,
  ) {
    this.openedUs = lastUs;
    this.opening = new KeptBytes(MAX_OPENING_BYTES, around.budget);
  }

  /** How much would be lost with it: 0 nothing; 1 its place; 2 the beginning of a message; 3 a message, or a database's session. */
  get worth(): number {
    if (this.stream) return this.stream.worth;
    return this.opening.size > 0 ? 2 : 0;
  }

  /** Its next byte begins a message: it could be followed anew from there. */
  get clean(): boolean {
    return this.attempts === 0 && (this.stream ? this.stream.worth === 1 : this.opening.size === 0);
  }

  io(call: IoCall): void {
    this.lastUs = call.endUs;
    this.directions |= call.direction === 'in' ? 1 : 2;
    // What is written to and read from, and was never opened as a file, is no pipe.
    if (call.socket === true || this.directions === 3) this.socket = true;
    if (this.stream) {
      this.stream.data(this.segment(call));
      return;
    }
    if (this.attempts >= MAX_ATTEMPTS) return;
    if (this.origin === 'accepted' || this.origin === 'connected') this.open(call, this.origin === 'accepted');
    else this.meet(call);
  }

  /** The traced program will send nothing more. */
  shut(timeUs: TimeUs): void {
    this.stream?.shut(this.side === 'server' ? 'server' : 'client', timeUs);
  }

  /** Requests that were asked before `askedUs` wait no longer for the end of their answers. */
  overdue(askedUs: TimeUs, nowUs: TimeUs): void {
    if (this.stream instanceof HttpStream) this.stream.overdue(askedUs, nowUs);
  }

  end(): void {
    this.stream?.end();
    this.giveUp();
  }

  /** Part of what passed was not seen: requests that wait for an answer end without, and the next one begins anew. */
  meetAnew(): void {
    if (!(this.stream instanceof HttpStream) || this.stream.worth < 3) return;
    this.stream.end();
    this.stream = undefined;
    this.origin = 'unknown';
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

  /** A connection from its start on: what the client says first decides, or what a database's server greets with. */
  private open(call: IoCall, server: boolean): void {
    if ((call.direction === 'in') !== server) {
      this.answered(call, server);
      return;
    }
    this.opener ??= { ...call, payload: NOTHING };
    if (this.hiddenBytes === 0) this.opening.add(call.payload);
    else this.hiddenBytes += call.payload.length;
    this.hiddenBytes += call.lengthBytes - call.payload.length;
    const cut = this.hiddenBytes > 0;
    let protocol = protocolOf(this.opening.view());
    // Nothing more of the first line will be seen.
    if (protocol === undefined && cut && beginsRequestLine(this.opening.view())) protocol = 'http';
    // What is no request here may be one to the server, or a request stands behind it unseen: its answer tells.
    if ((protocol === 'other' || protocol === undefined) && this.opening.whole) return;
    if (protocol !== undefined || !this.opening.whole) this.begin(protocol ?? 'other', server, call);
  }

  /** The server speaks, and nothing is known yet. */
  private answered(call: IoCall, server: boolean): void {
    if (looksLikeGreeting(call.payload)) {
      this.side = server ? 'server' : 'client';
      this.stream = this.speaks('mysql', true);
      this.stream.data(this.segment(call));
    } else if (this.opener && looksLikeResponse(call.payload)) {
      // A request that nothing can be made of, answered like one: `400 Bad Request`.
      this.begin('http', server, this.opener);
      this.stream?.data(this.segment(call));
    } else if (this.hiddenBytes > 0 || protocolOf(this.opening.view()) === 'other') {
      this.begin('other', server, call);
    } else {
      this.attempts++;
    }
  }

  private begin(protocol: Protocol, server: boolean, last: IoCall): void {
    const { counts } = this.around;
    const { opener = last } = this;
    const payload = this.opening.release();
    this.opener = undefined;
    if (protocol === 'http' || protocol === 'postgresql' || protocol === 'mysql') {
      this.side = server ? 'server' : 'client';
      this.stream = this.speaks(protocol, true);
      this.stream.data({ ...this.segment(opener), payload, missingBytes: this.hiddenBytes, endUs: last.endUs });
      return;
    }
    this.giveUp();
    if (!server) return;
    if (protocol === 'other') counts.unrecognised++;
    else counts[protocol]++;
  }

  /** A connection whose start the trace does not hold: only what no file is likely to hold decides. */
  private meet(call: IoCall): void {
    const { header, socket } = this;
    const { payload } = call;
    const receives = call.direction === 'in';
    this.header = undefined;
    this.side = receives ? 'server' : 'client';
    if (isMysqlHeader(header, call)) {
      this.side = 'server';
      this.stream = this.speaks('mysql', false);
      if (header) this.stream.data(this.segment(header));
    } else if (receives && looksLikeRequest(payload)) {
      this.stream = this.speaks('http', false);
    } else if (looksLikeGreeting(payload) && call.complete) {
      this.side = receives ? 'client' : 'server';
      this.stream = this.speaks('mysql', true);
    } else if (isMysqlCommand(call)) {
      this.stream = this.speaks('mysql', false);
    } else if (isPostgresqlQuery(call) || isPostgresqlPipeline(call)) {
      this.stream = this.speaks('postgresql', false);
    } else if (socket && receives && payload[0] === 0x17 && payload[1] === 3) {
      this.giveUp();
      this.around.counts.tls++;
    } else {
      this.attempts++;
      if (receives && call.lengthBytes === 4) this.header = { ...call, payload: call.payload.slice() };
    }
    this.stream?.data(this.segment(call));
  }

  private speaks(protocol: 'http' | 'mysql' | 'postgresql', begun: boolean): ProtocolStream {
    const { limits, budget, counts, open } = this.around;
    const facts = { side: this.side, connection: this.id, peer: this.peer };
    if (protocol === 'http') {
      const doubt =
        this.origin === 'evicted' ? 'place' : this.origin === 'unknown' && !this.socket ? 'origin' : undefined;
      const emit = this.around.emit;
      const options = { bodyLimitBytes: limits.bodyBytes, budget, counts, open, emit };
      return new HttpStream(facts, { ...options, ...(doubt && { doubt }) });
    }
    const emit = (exchange: SqlExchange): void => {
      this.statement(exchange);
    };
    const { statementBytes } = limits;
    const hidden = (): void => {
      counts.hiddenSql++;
    };
    if (protocol === 'mysql') return new MysqlStream(facts, begun, statementBytes, budget, emit, hidden);
    return new PostgresqlStream(facts, begun, statementBytes, budget, emit, hidden);
  }

  /** What passes in one direction alone may be anything that a program writes or reads. */
  private statement(exchange: SqlExchange): void {
    if (this.origin === 'unknown' && !this.socket) this.around.counts.doubtfulStatements++;
    else if (this.side === 'server') this.around.emit(exchange);
    else this.around.emit({ ...exchange, during: this.around.open.at(exchange.startUs) });
  }

  private giveUp(): void {
    this.stream = undefined;
    this.opener = undefined;
    this.header = undefined;
    this.opening.clear();
    this.attempts = MAX_ATTEMPTS;
  }
}
