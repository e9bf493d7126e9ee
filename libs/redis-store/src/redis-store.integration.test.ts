import { randomUUID } from 'node:crypto';

import {
  learningStoreContract,
  profileStoreContract,
  stateStoreContract,
  testServers,
} from '@plimsoll/streaming/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { RedisConnection } from './redis-connection.js';
import { parseRedisUrl } from './redis-options.js';
import { RedisLearningStore } from './redis-learning-store.js';
import { RedisProfileStore } from './redis-profile-store.js';
import { RedisStateStore } from './redis-state-store.js';

const servers = testServers();

describe.skipIf(servers === undefined)('Redis', () => {
  const keyPrefix = `test-${randomUUID()}`;
  const connection = new RedisConnection({ ...parseRedisUrl(servers?.redisUrl ?? 'redis://127.0.0.1'), keyPrefix });
  beforeAll(() => connection.ready());
  afterAll(() => connection.close());

  stateStoreContract('Redis', () => new RedisStateStore(connection));
  profileStoreContract('Redis', () => new RedisProfileStore(connection));
  learningStoreContract('Redis', () => new RedisLearningStore(connection));

  it('gives every key a time to live', async () => {
    const keys = await connection.call('KEYS', `${keyPrefix}*`);
    expect(Array.isArray(keys) && keys.length).toBeGreaterThan(10);
    for (const key of keys as Buffer[]) expect(await connection.call('PTTL', key)).toBeGreaterThan(0);
  });

  it('writes a commit larger than one call in one step', async () => {
    const store = new RedisStateStore(connection);
    const task = { group: randomUUID(), topic: 'in', partition: 0 };
    const lease = await store.open(task);
    const put = new Map(
      Array.from({ length: 30 }, (_, i) => [`key-${i}`, { bytes: Buffer.alloc(1_000_000, i), ttlMs: 60_000 }]),
    );
    const commit = { previousOffset: undefined, nextOffset: 1, settings: '', put, remove: [] };
    await store.commit(lease, commit);
    await store.commit(lease, commit);
    const states = await store.load(lease, [...put.keys()], 1);
    expect(states.map((state) => state?.[999_999])).toEqual(Array.from({ length: 30 }, (_, i) => i));
    const zombie = { ...lease, owner: 'someone' };
    await expect(store.commit(zombie, { ...commit, nextOffset: 2 })).rejects.toMatchObject({ code: 'fenced' });
  });

  it('says what is wrong where nobody listens, and never waits without a limit', async () => {
    const nobody = new RedisConnection({ mode: 'single', nodes: [{ host: '127.0.0.1', port: 9 }] });
    await expect(nobody.ready(200)).rejects.toMatchObject({ code: 'unavailable', retriable: true });
    await expect(nobody.call('GET', 'key')).rejects.toMatchObject({ code: 'unavailable' });
    expect(await nobody.health()).toMatchObject({ ready: false });
    await nobody.close();
  });
});
