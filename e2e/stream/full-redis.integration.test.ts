import { parseRedisUrl, RedisConnection, RedisStateStore } from '@plimsoll/redis-store';
import type { TaskLease } from '@plimsoll/streaming';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { hasProgram } from '../servers/programs.js';
import { startLocalRedis, type LocalRedis } from '../servers/local-redis.js';

/*
 * One client makes up a session for every request to `shop`, until Redis is full three times over. `bank` shares the
 * Redis, and works on with the sessions of its own visitors.
 */
const STATE = Buffer.alloc(600, 1);
const FLOOD = 60;
const KEYS_AT_ONCE = 1_000;
const VISITORS = Array.from({ length: 200 }, (_, i) => `web-request:bank/${i}`);

const possible = await hasProgram('redis-server');
let redis: LocalRedis;
let connection: RedisConnection;

beforeAll(async () => {
  if (!possible) return;
  // As docker-compose.yml has it, in small.
  redis = await startLocalRedis({ settings: { maxmemory: '16mb', 'maxmemory-policy': 'volatile-ttl' } });
  connection = new RedisConnection(parseRedisUrl(redis.url));
  await connection.ready();
});
afterAll(async () => {
  if (!possible) return;
  await connection.close();
  await redis.close();
});

it.skipIf(!possible)(
  'a flood of sessions of one application stops no other, and readiness tells of it',
  async () => {
    const store = new RedisStateStore(connection);
    const [shop, bank] = await Promise.all(
      [0, 1].map((partition) => store.open({ group: 'log-detector', topic: 'logs', partition })),
    );
    const commit = (lease: TaskLease, nextOffset: number, keys: readonly string[], ttlMs: number): Promise<void> =>
      store.commit(lease, {
        previousOffset: nextOffset === 1 ? undefined : nextOffset - 1,
        nextOffset,
        settings: '',
        put: new Map(keys.map((key) => [key, { bytes: STATE, ttlMs }])),
        remove: [],
      });
    expect(await connection.health()).toEqual({ ready: true });
    for (let i = 1; i <= FLOOD; i += 1) {
      const made = Array.from({ length: KEYS_AT_ONCE }, (_, k) => `web-request:shop/${i}-${k}`);
      await commit(shop!, i, made, 300_000);
      await commit(bank!, i, VISITORS, 3_600_000);
      const states = await store.load(bank!, VISITORS, i);
      expect(states.filter((state) => state !== undefined)).toHaveLength(VISITORS.length);
    }
    expect(await connection.health()).toMatchObject({
      ready: true,
      reason: expect.stringMatching(/is full/) as string,
    });
  },
  60_000,
);
