import { randomUUID } from 'node:crypto';

import { incidentAlert, incidentStoreContract, watchStoreContract } from '@plimsoll/incidents/testing';
import { testServers } from '@plimsoll/streaming/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { RedisIncidentStore } from './incident-store.js';
import { RedisConnection } from './redis-connection.js';
import { parseRedisUrl } from './redis-options.js';
import { RedisWatchStore } from './redis-watch-store.js';

const servers = testServers();

describe.skipIf(servers === undefined)('Redis', () => {
  const options = parseRedisUrl(servers?.redisUrl ?? 'redis://127.0.0.1');
  const prefix = `test-${randomUUID()}`;
  const connections: RedisConnection[] = [];
  const connect = (): RedisConnection => {
    const connection = new RedisConnection({ ...options, keyPrefix: `${prefix}-${connections.length}` });
    connections.push(connection);
    return connection;
  };
  const first = connect();
  beforeAll(() => first.ready());
  afterAll(() => Promise.all(connections.map((connection) => connection.close())));

  incidentStoreContract('Redis', async (limits) => {
    const connection = connect();
    await connection.ready();
    return new RedisIncidentStore(connection, limits);
  });

  watchStoreContract('Redis', async () => {
    const connection = connect();
    await connection.ready();
    return new RedisWatchStore(connection);
  });

  it('numbers changes above what they were after a loss of everything', async () => {
    const connection = connect();
    await connection.ready();
    const store = new RedisIncidentStore(connection);
    await store.apply(incidentAlert('before'));
    const before = await store.latestSequence();
    await connection.call('DEL', ...((await connection.call('KEYS', `${connection.keyPrefix}*`)) as Buffer[]));
    const { sequence } = await store.apply(incidentAlert('after'));
    expect(sequence).toBeGreaterThan(before);
    expect(await store.changesSince(before, 10)).toMatchObject([{ sequence }]);
  });

  it('gives every key a time to live', async () => {
    const keys = await first.call('KEYS', `${prefix}*`);
    expect(Array.isArray(keys) && keys.length).toBeGreaterThan(10);
    for (const key of keys as Buffer[]) expect(await first.call('PTTL', key)).toBeGreaterThan(0);
  });
});
