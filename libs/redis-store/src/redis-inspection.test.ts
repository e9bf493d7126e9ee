import { expect, it } from 'vitest';

import { redisFacts } from './redis-inspection.js';

const INFO = [
  '# Server',
  'redis_version:7.2.4',
  'server_time_usec:1700000005000000',
  '# Memory',
  'used_memory:1048576',
  'maxmemory:536870912',
  'maxmemory_policy:volatile-ttl',
  '# Persistence',
  'rdb_last_bgsave_status:ok',
  'aof_enabled:1',
  'aof_last_write_status:ok',
  '# Replication',
  'role:master',
].join('\r\n');

it('reads what INFO says', () => {
  expect(redisFacts(INFO, 1_700_000_000_000)).toEqual({
    version: '7.2.4',
    policy: 'volatile-ttl',
    usedBytes: 1_048_576,
    maxBytes: 536_870_912,
    appendOnly: true,
    writeFailed: false,
    replica: false,
    aheadMs: 5_000,
  });
});

it('sees a failed write and a replica, and says nothing of a clock that is not told', () => {
  const changed = INFO.replace('aof_last_write_status:ok', 'aof_last_write_status:err')
    .replace('role:master', 'role:slave')
    .replace(/server_time_usec:\d+/, '');
  expect(redisFacts(changed, 1_700_000_000_000)).toMatchObject({ writeFailed: true, replica: true, aheadMs: 0 });
});
