import type { RedisConnection } from './redis-connection.js';

/** What one Redis server tells of itself. */
export interface RedisFacts {
  readonly version: string;
  /** Which keys go when it is full, as Redis names the policy. */
  readonly policy: string;
  readonly usedBytes: number;
  /** 0: no limit. */
  readonly maxBytes: number;
  /** Whether every write goes to the append-only file. */
  readonly appendOnly: boolean;
  /** Whether the last write to disk, of the file or of a snapshot, failed. */
  readonly writeFailed: boolean;
  /** Whether it is a replica, which takes no writes. */
  readonly replica: boolean;
  /** How far its clock is ahead of this machine's; negative behind. */
  readonly aheadMs: number;
}

/** Asks the server, or every master of a cluster, by INFO alone. Throws `unavailable` or `bad-configuration`. */
export async function inspectRedis(connection: RedisConnection): Promise<readonly RedisFacts[]> {
  const askedMs = Date.now();
  const texts = await connection.information('default');
  // The server looked at its clock somewhere between: the middle is wrong by half the way at most.
  const middleMs = (askedMs + Date.now()) / 2;
  return texts.map((text) => redisFacts(text, middleMs));
}

/** What INFO says, at `nowMs` by this machine's clock. */
export function redisFacts(info: string, nowMs: number): RedisFacts {
  const fields = new Map(
    info.split(/\r?\n/).map((line): [string, string] => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon), line.slice(colon + 1)];
    }),
  );
  const timeUs = Number(fields.get('server_time_usec'));
  const failed = ['aof_last_write_status', 'aof_last_bgrewrite_status', 'rdb_last_bgsave_status'];
  return {
    version: fields.get('redis_version') ?? '',
    policy: fields.get('maxmemory_policy') ?? '',
    usedBytes: Number(fields.get('used_memory') ?? 0),
    maxBytes: Number(fields.get('maxmemory') ?? 0),
    appendOnly: fields.get('aof_enabled') === '1',
    writeFailed: failed.some((name) => fields.get(name) === 'err'),
    replica: fields.get('role') === 'slave',
    // Servers before 6 do not tell.
    aheadMs: timeUs > 0 ? Math.round(timeUs / 1_000 - nowMs) : 0,
  };
}
