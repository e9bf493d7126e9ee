import { PlimsollError } from '@plimsoll/contracts';
import { retryPauseMs, type Health } from '@plimsoll/streaming';
import { Cluster, Redis } from 'ioredis';

import { redisError } from './redis-errors.js';
import type { RedisOptions } from './redis-options.js';
import type { RedisScript } from './redis-script.js';

type Argument = string | number | Uint8Array;

/** How long readiness tells of keys that a full Redis forgot. */
const EVICTIONS_TOLD_MS = 300_000;
const CONNECT_TIMEOUT_MS = 5_000;
const RECONNECTS = { firstPauseMs: 100, longestPauseMs: 2_000 };

/**
 * A connection to one Redis server, a cluster, or the master that Sentinels name. It comes back by itself after a cut;
 * until then calls fail at once with `unavailable`, and the caller decides how long to wait.
 */
export class RedisConnection {
  readonly keyPrefix: string;
  private readonly client: Redis | Cluster;
  private lastError: unknown;
  private evicted: { readonly first: number; readonly keys: number; readonly atMs: number } | undefined;
  private closed = false;

  constructor(options: RedisOptions) {
    this.keyPrefix = options.keyPrefix ?? 'plimsoll';
    this.client = clientOf(options);
    // Without a listener an error event would end the process; health() tells what is wrong.
    this.client.on('error', (error: unknown) => {
      this.lastError = error;
    });
  }

  /** Resolves once the server answers. Throws `unavailable` when it does not within `timeoutMs`. */
  async ready(timeoutMs = CONNECT_TIMEOUT_MS): Promise<void> {
    const endMs = Date.now() + timeoutMs;
    for (;;) {
      const health = await this.health();
      if (health.ready) return;
      if (Date.now() >= endMs) throw new PlimsollError('unavailable', health.reason);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Runs a script in one atomic step. `keys` must lie in one hash slot. Bulk strings come back as buffers. */
  async run(script: RedisScript, keys: readonly string[], args: readonly Argument[]): Promise<unknown> {
    const rest = [keys.length, ...keys, ...args.map(argumentOf)];
    try {
      return await this.client.callBuffer('EVALSHA', script.sha1, ...rest);
    } catch (error) {
      if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw this.failure(error, script.name);
    }
    try {
      return await this.client.callBuffer('EVAL', script.source, ...rest);
    } catch (error) {
      throw this.failure(error, script.name);
    }
  }

  /** Runs one command. Bulk strings come back as buffers. */
  async call(command: string, ...args: readonly Argument[]): Promise<unknown> {
    try {
      return await this.client.callBuffer(command, ...args.map(argumentOf));
    } catch (error) {
      throw this.failure(error, command);
    }
  }

  async health(): Promise<Health> {
    if (this.closed) return { ready: false, reason: 'Redis: the connection is closed' };
    try {
      // A read of a key rather than PING: in a cluster it goes to a node that holds slots.
      await this.call('EXISTS', `${this.keyPrefix}:{health}`);
      const reason = await this.evictions();
      return reason === undefined ? { ready: true } : { ready: true, reason };
    } catch (error) {
      return { ready: false, reason: error instanceof Error ? error.message : 'Redis does not answer' };
    }
  }

  /**
   * What the server tells of itself (INFO); of a cluster every master's: one that is picked at random would be another the
   * next time.
   */
  async information(section: 'default' | 'stats'): Promise<readonly string[]> {
    const nodes = 'nodes' in this.client ? this.client.nodes('master') : [this.client];
    try {
      return await Promise.all(nodes.map((node) => node.info(section)));
    } catch (error) {
      throw this.failure(error, 'INFO');
    }
  }

  /** What a full Redis has forgotten before its time since it was asked first, where that went on of late. */
  private async evictions(): Promise<string | undefined> {
    const stats = await this.information('stats');
    const keys = stats.reduce((sum, text) => sum + Number(/^evicted_keys:(\d+)/m.exec(text)?.[1] ?? 0), 0);
    this.evicted ??= { first: keys, keys, atMs: -Infinity };
    if (keys > this.evicted.keys) this.evicted = { ...this.evicted, keys, atMs: Date.now() };
    if (Date.now() - this.evicted.atMs > EVICTIONS_TOLD_MS) return undefined;
    return `Redis is full: ${keys - this.evicted.first} keys were forgotten before their time`;
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    try {
      await this.client.quit();
    } catch {
      // The server is away, and with it everything that `quit` would have waited for.
      this.client.disconnect();
    }
  }

  private failure(error: unknown, doing: string): PlimsollError {
    if (this.closed) return new PlimsollError('stopped', 'Redis: the connection is closed', { cause: error });
    const waiting = error instanceof Error && error.message.startsWith("Stream isn't writeable");
    return redisError(waiting ? (this.lastError ?? new Error('not connected')) : error, doing);
  }
}

function argumentOf(argument: Argument): string | number | Buffer {
  if (typeof argument !== 'object') return argument;
  return Buffer.from(argument.buffer, argument.byteOffset, argument.byteLength);
}

function clientOf(options: RedisOptions): Redis | Cluster {
  const { mode, nodes, username, password, tls, database, masterName, commandTimeoutMs = 10_000 } = options;
  const [first] = nodes;
  if (first === undefined) throw new PlimsollError('bad-configuration', 'Redis: no address given');
  const retryStrategy = (times: number): number => retryPauseMs(times, RECONNECTS);
  const shared = {
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(tls === undefined ? {} : { tls: { ...tls } }),
    commandTimeout: commandTimeoutMs,
    connectTimeout: CONNECT_TIMEOUT_MS,
    // A call whose answer was lost is repeated by the caller, who knows whether it still owns the partition.
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    // A master that was made a replica answers READONLY: the address may lead to another one now.
    reconnectOnError: (error: Error) => error.message.startsWith('READONLY'),
    noDelay: true,
  };
  if (mode === 'cluster') {
    return new Cluster(
      nodes.map(({ host, port }) => ({ host, port })),
      {
        redisOptions: shared,
        enableOfflineQueue: false,
        clusterRetryStrategy: retryStrategy,
        slotsRefreshTimeout: 5_000,
      },
    );
  }
  const single = { ...shared, enableOfflineQueue: false, retryStrategy, db: database ?? 0 };
  if (mode === 'sentinel') {
    const sentinels = nodes.map(({ host, port }) => ({ host, port }));
    return new Redis({ ...single, sentinels, name: masterName ?? 'mymaster' });
  }
  return new Redis({ ...single, host: first.host, port: first.port });
}
