import type { TimeUs } from '@plimsoll/contracts';

import { ByteBudget } from '../bytes/byte-budget.js';
import { Connection, type WireExchange, type WireLimits } from './connection.js';
import type { FdOpened, IoCall, IoObserver } from '../strace/io-call.js';
import { FILE, ProcessTable, type Process } from './process-table.js';

export interface WireOptions {
  /** Longest body of a request or response that is kept; default 256 KiB. */
  readonly bodyBytes?: number;
  /** Longest statement that is kept; default 256 KiB. */
  readonly statementBytes?: number;
  /** What all connections may hold together; default 64 MiB. */
  readonly heldBytes?: number;
  /** Connections followed at once; beyond it the one longest silent ends. Default 4,096. */
  readonly connections?: number;
  /** A connection silent for so long, in the trace's time, ends; default one hour. */
  readonly silentUs?: number;
}

const KIB = 1_024;
/** Exchanges that nobody fetched; beyond it the oldest are dropped, and counted. */
const MAX_EXCHANGES = 65_536;

/**
 * Rebuilds HTTP requests and SQL statements from the calls that carried them: a descriptor's bytes put together over
 * partial reads, threads and processes, each connection recognised by what passes over it.
 */
export class WireObserver implements IoObserver<WireExchange> {
  /** Exchanges lost because `drain` was not called. */
  dropped = 0;
  private readonly limits: WireLimits;
  private readonly budget: ByteBudget;
  private readonly maxConnections: number;
  private readonly silentUs: number;
  private readonly processes = new ProcessTable((connection) => {
    this.close(connection);
  });
  /** In the order of their last use. */
  private readonly open = new Set<Connection>();
  private exchanges: WireExchange[] = [];
  private connected = 0;

  constructor(options: WireOptions = {}) {
    this.limits = {
      bodyBytes: options.bodyBytes ?? 256 * KIB,
      statementBytes: options.statementBytes ?? 256 * KIB,
    };
    this.budget = new ByteBudget(options.heldBytes ?? 64 * KIB * KIB);
    this.maxConnections = options.connections ?? 4_096;
    this.silentUs = options.silentUs ?? 3_600_000_000;
  }

  /** Bytes of messages under way, of all connections. */
  get heldBytes(): number {
    return this.budget.heldBytes;
  }

  io(call: IoCall): void {
    const process = this.processes.using(call.thread, call.fd, call.endUs);
    let connection = this.processes.get(process, call.fd);
    if (connection === FILE) return;
    if (connection === undefined || !this.open.delete(connection)) {
      connection = this.connect(process, call.fd, 'unknown', connection?.peer ?? '', call.endUs);
      this.open.delete(connection);
    }
    this.open.add(connection);
    connection.io(call);
  }

  opened(event: FdOpened): void {
    const { thread, fd, origin, timeUs } = event;
    const process = origin === 'accepted' ? this.processes.accepting(thread) : this.processes.of(thread);
    if (origin === 'accepted' || origin === 'connected') {
      this.connect(process, fd, origin, event.peer, timeUs);
      if (origin === 'accepted') this.processes.offer(process, fd);
    } else if (origin === 'duplicate') {
      const source = this.processes.get(process, event.from);
      if (source === undefined) this.processes.drop(process, fd, timeUs);
      else if (event.from !== fd) this.processes.set(process, fd, source, timeUs);
    } else if (origin === 'socket') {
      this.processes.drop(process, fd, timeUs);
    } else {
      this.processes.set(process, fd, FILE, timeUs);
    }
  }

  closed(thread: number, first: number, last: number, timeUs: TimeUs): void {
    const process = this.processes.of(thread);
    if (first === last) this.processes.drop(process, first, timeUs);
    else this.processes.dropRange(process, first, last, timeUs);
  }

  shut(thread: number, fd: number, timeUs: TimeUs): void {
    const connection = this.processes.get(this.processes.of(thread), fd);
    if (connection !== undefined && connection !== FILE) connection.shut(timeUs);
  }

  spawned(parent: number, child: number, shared: boolean, timeUs: TimeUs): void {
    this.processes.spawned(parent, child, shared, timeUs);
  }

  executed(thread: number, timeUs: TimeUs): void {
    this.processes.executed(thread, timeUs);
  }

  identified(thread: number, process: number, timeUs: TimeUs): void {
    this.processes.identified(thread, process, timeUs);
  }

  belongs(thread: number, leader: number): void {
    this.processes.belongs(thread, leader);
  }

  exited(thread: number, process: boolean, timeUs: TimeUs): void {
    this.processes.exited(thread, process, timeUs);
  }

  drain(): readonly WireExchange[] {
    const { exchanges } = this;
    if (exchanges.length > 0) this.exchanges = [];
    return exchanges;
  }

  end(): void {
    for (const connection of [...this.open]) this.close(connection);
  }

  private connect(
    process: Process,
    fd: number,
    origin: 'accepted' | 'connected' | 'unknown',
    peer: string,
    timeUs: TimeUs,
  ): Connection {
    const id = `${process.id}:${fd}#${this.connected++}`;
    const connection = new Connection(id, origin, peer, timeUs, this.limits, this.budget, (exchange) => {
      this.add(exchange);
    });
    this.processes.set(process, fd, connection, timeUs);
    this.open.add(connection);
    for (const oldest of this.open) {
      if (this.open.size <= this.maxConnections && timeUs - oldest.lastUs <= this.silentUs) break;
      this.close(oldest);
    }
    return connection;
  }

  private close(connection: Connection): void {
    this.open.delete(connection);
    connection.end();
  }

  private add(exchange: WireExchange): void {
    this.exchanges.push(exchange);
    if (this.exchanges.length <= MAX_EXCHANGES) return;
    this.exchanges = this.exchanges.slice(MAX_EXCHANGES / 2);
    this.dropped += MAX_EXCHANGES / 2 + 1;
  }
}
