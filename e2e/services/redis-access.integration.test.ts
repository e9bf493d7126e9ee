import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import {
  parseRedisUrl,
  RedisConnection,
  RedisIncidentStore,
  RedisLearningStore,
  RedisProfileStore,
  RedisStateStore,
  RedisWatchStore,
} from '@plimsoll/redis-store';
import { incidentStoreContract, watchStoreContract } from '@plimsoll/incidents/testing';
import { learningStoreContract, profileStoreContract, stateStoreContract } from '@plimsoll/streaming/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { ROOT } from '../root.js';
import { hasProgram, startLocalRedis, type LocalRedis } from '../servers/index.js';

const present = await hasProgram('redis-server');
/** The rule that docs/configuration.md gives, word by word. */
const RULE = /^ACL SETUSER plimsoll on >PASSWORD (.+)$/m.exec(
  readFileSync(join(ROOT, 'docs', 'configuration.md'), 'utf8'),
)?.[1];

describe.skipIf(!present)('Redis as the documented user', () => {
  let redis: LocalRedis;
  let connection: RedisConnection;
  beforeAll(async () => {
    redis = await startLocalRedis();
    await redis.command('ACL', 'SETUSER', 'plimsoll', 'on', '>sesame', ...(RULE ?? 'no rule').split(' '));
    connection = new RedisConnection({ ...parseRedisUrl(redis.url), username: 'plimsoll', password: 'sesame' });
    await connection.ready();
  });
  const further: RedisConnection[] = [];
  afterAll(async () => {
    await Promise.all([connection, ...further].map((one) => one.close()));
    await redis.close();
  });

  stateStoreContract('ACL', () => new RedisStateStore(connection));
  profileStoreContract('ACL', () => new RedisProfileStore(connection));
  learningStoreContract('ACL', () => new RedisLearningStore(connection));

  const anew = async (): Promise<RedisConnection> => {
    const keyPrefix = `plimsoll:${further.length}`;
    const one = new RedisConnection({
      ...parseRedisUrl(redis.url),
      username: 'plimsoll',
      password: 'sesame',
      keyPrefix,
    });
    further.push(one);
    await one.ready();
    return one;
  };
  incidentStoreContract('ACL', async (limits) => new RedisIncidentStore(await anew(), limits));
  watchStoreContract('ACL', async () => new RedisWatchStore(await anew()));

  it.each([['GET', 'other:key'], ['KEYS', '*'], ['FLUSHALL'], ['CONFIG', 'GET', '*']])(
    'refuses %s %s',
    async (command, ...args) => {
      await expect(connection.call(command, ...args)).rejects.toThrow(/NOPERM|permission/i);
    },
  );
});
