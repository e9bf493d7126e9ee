import { SET_BACK_US, type Gap, type TimeUs } from '@plimsoll/contracts';

import type { Act, Activity, Ended, Watched } from '../activity/activity.js';
import { Lineages } from '../activity/lineage.js';
import { ByteBudget } from '../bytes/byte-budget.js';
import type { FdOpened, IoCall, IoObserver } from '../strace/io-call.js';
import { Connection, type ConnectionOrigin, type WireExchange, type WireSurroundings } from './connection.js';
import { OpenRequests } from './open-requests.js';
import { FILE, ProcessTable, type Process } from './process-table.js';
import { noWireCounts, wireNotice } from './wire-counts.js';

export interface WireOptions {
  /** Longest body of a request or response that is kept; default 256 KiB. */
  readonly bodyBytes?: number;
  /** Longest statement that is kept; default 256 KiB. */
  readonly statementBytes?: number;
  /** What all connections may hold together; default 64 MiB. */
  readonly heldBytes?: number;
  /** Connections followed at once; beyond it one of those with least under way ends. Default 16,384. */
  readonly connections?: number;
  /** A connection silent for so long, in the trace's time, ends; default one hour. */
  readonly silentUs?: number;
  /** Tell what programs did too; default not. */
  readonly activities?: boolean;
}

/** What a trace tells beside its calls. */
export type Observed = WireExchange | Activity | Watched | Ended;

const KIB = 1_024;
const MINUTE_US = 60_000_000;
/** A request waits so long for the end of its answer. */
const MAX_AWAITED_US = 5 * MINUTE_US;
/** Exchanges that nobody fetched; beyond it the oldest are dropped, and counted. */
const MAX_EXCHANGES = 65_536;
/** Of the connections longest silent, how many are looked at for the one with least to lose. */
const MAX_COMPARED = 1_024;
/** Connections that a gap names. */
const MAX_NAMED = 8;
/** Standard input, output and error speak only where something shows that they are sockets. */
const LAST_STANDARD = 2;

/**
 * Rebuilds HTTP requests and SQL statements from the calls that carried them: a descriptor's bytes put together over
 * partial reads, threads and processes, each connection recognised by what passes over it. What is known to be no socket
 * speaks nothing.
 */
export class WireObserver implements IoObserver<Observed> {
  readonly counts = noWireCounts();
  /** Exchanges lost because `drain` was not called. */
  dropped = 0;
  private readonly around: WireSurroundings;
  private readonly maxConnections: number;
  private readonly silentUs: number;
  private readonly processes = new ProcessTable((connection) => {
    this.close(connection);
  });
  /** In the order of their last use. */
  private readonly open = new Set<Connection>();
  /** Ended before their time, while a descriptor may still refer to them: as what they are followed anew. */
  private readonly evicted = new WeakMap<Connection, ConnectionOrigin>();
  private exchanges: Observed[] = [];
  private gap: { startUs: TimeUs; endUs: TimeUs; lost: number; connections: readonly string[] } | undefined;
  private connected = 0;
  private readonly lineages = new Lineages();
  /** When the next minute begins. */
  private nextMinuteUs = 0;
  readonly acted?: (thread: number, act: Act, timeUs: TimeUs) => void;

  notice(): string | undefined {
    return wireNotice(this.counts);
  }

  constructor(options: WireOptions = {}) {
    this.around = {
      limits: {
        bodyBytes: options.bodyBytes ?? 256 * KIB,
        statementBytes: options.statementBytes ?? 256 * KIB,
      },
      budget: new ByteBudget(options.heldBytes ?? 64 * KIB * KIB),
      counts: this.counts,
      open: new OpenRequests(),
      emit: (exchange) => {
        this.add(exchange);
      },
    };
    this.maxConnections = options.connections ?? 16_384;
    this.silentUs = options.silentUs ?? 3_600_000_000;
    if (options.activities !== true) return;
    this.acted = (thread, act, timeUs) => {
      this.act(thread, act, timeUs);
    };
  }

  /** Bytes of messages under way, of all connections. */
  get heldBytes(): number {
    return this.around.budget.heldBytes;
  }

  io(call: IoCall): void {
    const { fd, endUs } = call;
    this.turnMinute(endUs);
    const process = this.processes.using(call.thread, fd, endUs);
    let connection = this.processes.get(process, fd);
    if (connection === FILE) return;
    if (connection === undefined && (call.socket === false || (fd <= LAST_STANDARD && call.socket !== true))) {
      this.processes.set(process, fd, FILE, endUs);
      return;
    }
    if (connection === undefined || !this.open.delete(connection)) {
      const origin = (connection && this.evicted.get(connection)) ?? 'unknown';
      const known = connection?.socket === true;
      connection = this.connect(process, fd, origin, known, connection?.peer ?? '', endUs);
      this.open.delete(connection);
    }
    this.open.add(connection);
    const before = this.counts.hiddenRequests;
    connection.io(call);
    const hidden = this.counts.hiddenRequests - before;
    if (hidden > 0) this.lose(connection, call.startUs, endUs, hidden);
  }

  opened(event: FdOpened): void {
    const { thread, fd, origin, timeUs } = event;
    const process = origin === 'accepted' ? this.processes.accepting(thread) : this.processes.of(thread);
    if (origin === 'accepted' || origin === 'connected') {
      this.connect(process, fd, origin, true, event.peer, timeUs);
      if (origin === 'accepted') {
        this.processes.offer(process, fd);
        this.lineages.accepted(thread);
      }
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

  holds(leader: number, fd: number, socket: boolean): void {
    const process = this.processes.of(leader);
    if (this.processes.get(process, fd) !== undefined) return;
    if (socket) this.connect(process, fd, 'unknown', true, '', 0);
    else this.processes.set(process, fd, FILE, 0);
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
    this.lineages.spawned(parent, child, shared, timeUs);
  }

  executed(thread: number, timeUs: TimeUs): void {
    this.processes.executed(thread, timeUs);
  }

  identified(thread: number, process: number, timeUs: TimeUs): void {
    const apart = this.processes.of(thread);
    this.processes.identified(thread, process, timeUs);
    const joined = this.processes.of(thread);
    if (joined === apart) return;
    // What this thread answered until now was seen as another connection's: answers would go to the wrong requests.
    for (const connection of joined.descriptors.values()) if (connection !== FILE) connection.meetAnew();
  }

  belongs(thread: number, leader: number): void {
    this.processes.belongs(thread, leader);
    this.lineages.join(thread, this.lineages.of(leader));
  }

  exited(thread: number, process: boolean, timeUs: TimeUs): void {
    this.processes.exited(thread, process, timeUs);
    this.lineages.exited(thread);
  }

  lost(): Gap | undefined {
    const { gap } = this;
    this.gap = undefined;
    return gap && { ...gap, connections: [...gap.connections], cause: 'source-drop' };
  }

  drain(): readonly Observed[] {
    const { exchanges } = this;
    if (exchanges.length > 0) this.exchanges = [];
    return exchanges;
  }

  end(): void {
    for (const connection of [...this.open]) this.close(connection);
    if (this.acted) this.put({ type: 'ended' });
  }

  private connect(
    process: Process,
    fd: number,
    origin: ConnectionOrigin,
    socket: boolean,
    peer: string,
    timeUs: TimeUs,
  ): Connection {
    const id = `${process.id}:${fd}#${this.connected++}`;
    const connection = new Connection(id, origin, socket, peer, timeUs, this.around);
    this.processes.set(process, fd, connection, timeUs);
    for (const oldest of this.open) {
      if (timeUs - oldest.lastUs <= this.silentUs || oldest.lastUs === 0) break;
      this.evict(oldest, timeUs);
    }
    if (this.open.size >= this.maxConnections) this.evict(this.leastWorth(), timeUs);
    this.open.add(connection);
    return connection;
  }

  /** Of those longest silent the one with least under way. */
  private leastWorth(): Connection {
    let least: Connection | undefined;
    let compared = 0;
    for (const connection of this.open) {
      if (least === undefined || connection.worth < least.worth) least = connection;
      if (least.worth === 0 || ++compared >= MAX_COMPARED) break;
    }
    if (least === undefined) throw new Error('there is no connection to evict');
    return least;
  }

  private evict(connection: Connection, timeUs: TimeUs): void {
    if (connection.worth > 1) {
      this.counts.evicted++;
      this.lose(connection, connection.lastUs, timeUs);
    }
    this.evicted.set(connection, connection.clean ? connection.origin : 'evicted');
    this.close(connection);
  }

  private close(connection: Connection): void {
    this.open.delete(connection);
    connection.end();
  }

  private lose({ id }: Connection, startUs: TimeUs, endUs: TimeUs, lost = 1): void {
    const from = Math.min(this.gap?.startUs ?? startUs, startUs);
    const named = this.gap?.connections ?? [];
    const isNew = named.length < MAX_NAMED && !named.includes(id);
    this.gap = {
      startUs: from,
      endUs: Math.max(this.gap?.endUs ?? endUs, endUs, from + 1),
      lost: (this.gap?.lost ?? 0) + lost,
      connections: isNew ? [...named, id] : named,
    };
  }

  private act(thread: number, act: Act, timeUs: TimeUs): void {
    this.turnMinute(timeUs);
    const process = this.lineages.of(thread);
    this.put({ type: 'activity', ...act, thread, timeUs, process, image: process.image });
    if (act.kind === 'execute') this.lineages.executed(thread, act.target);
  }

  /** A minute is over, or the clock was set back before it began. */
  private turnMinute(timeUs: TimeUs): void {
    if (timeUs < this.nextMinuteUs && timeUs >= this.nextMinuteUs - MINUTE_US - SET_BACK_US) return;
    for (const connection of this.open) connection.overdue(timeUs - MAX_AWAITED_US, timeUs);
    if (this.acted) this.put({ type: 'watched', timeUs });
    this.nextMinuteUs = (Math.floor(timeUs / MINUTE_US) + 1) * MINUTE_US;
  }

  private add(exchange: WireExchange): void {
    if (exchange.type === 'http' && exchange.side === 'server') {
      this.counts.requests++;
      if (exchange.request.unseen.length > 0) this.counts.unseenRequests++;
    }
    this.put(exchange);
  }

  private put(observed: Observed): void {
    this.exchanges.push(observed);
    if (this.exchanges.length <= MAX_EXCHANGES) return;
    this.exchanges = this.exchanges.slice(MAX_EXCHANGES / 2);
    this.dropped += MAX_EXCHANGES / 2 + 1;
  }
}
