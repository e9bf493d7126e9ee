import { cleanupOf, TOPICS } from '@plimsoll/contracts';
import type { TopicFacts } from '@plimsoll/kafka-log';
import type { RedisFacts } from '@plimsoll/redis-store';
import { describe, expect, it } from 'vitest';

import { diagnosisReport } from './diagnosis-report.js';
import { diagnose, exitCodeOf } from './diagnose.js';
import type { ActiveProfile, SetUp, WorkloadFacts } from './set-up.js';

const REDIS: RedisFacts = {
  version: '7.2.4',
  policy: 'volatile-ttl',
  usedBytes: 100,
  maxBytes: 1_000,
  appendOnly: true,
  writeFailed: false,
  replica: false,
  aheadMs: 3,
};
const ACTIVE: ActiveProfile = { version: 'v1', readable: true, complete: true, fit: 'fits' };
const WEB = { application: 'shop', workload: 'web' };
const HEARD: WorkloadFacts = { ...WEB, heard: true, silentLevels: [], skewed: 0, behindMs: 1_000 };
const TOPIC_FACTS: readonly TopicFacts[] = Object.values(TOPICS).map((definition) => ({
  name: definition.name,
  partitions: definition.partitions,
  retentionMs: definition.retentionMs,
  cleanup: cleanupOf(definition),
  compression: 'producer',
  maxMessageBytes: 1_048_588,
}));
const READER = { group: 'log-detector', topic: 'logs', members: 1, lag: 12, overdue: 0 };

const HEALTHY: SetUp = {
  brokers: [{ address: 'kafka:9092', advertised: false, state: 'answers', reason: '' }],
  certificates: [{ area: 'brokers', address: 'k:1', leftMs: 60 * 86_400_000 }],
  topics: { found: TOPIC_FACTS },
  readers: { found: [READER] },
  flow: {
    found: [
      { topic: 'logs', recent: 5, ahead: 0 },
      { topic: 'syscalls', recent: 0, ahead: 0 },
    ],
  },
  redis: { found: [REDIS] },
  profiles: { found: [{ ...WEB, detector: 'web', active: ACTIVE }] },
  workloads: { found: [HEARD] },
};

/** Area and sentence of each finding, in a set-up that differs from a healthy one. */
function found(change: Partial<SetUp>): string[] {
  const { findings } = diagnose({ ...HEALTHY, ...change });
  for (const { todo } of findings) expect(todo).toMatch(/\w.*\.$/s);
  return findings.map(({ area, what }) => `${area}: ${what}`);
}

const broker = (
  state: 'tls-refused' | 'login-refused' | 'away',
  reason: string,
  advertised = false,
): Partial<SetUp> => ({
  brokers: [{ address: 'k:1', advertised, state, reason }],
});
const logs = (change: Partial<(typeof TOPIC_FACTS)[number]>): Partial<SetUp> => ({
  topics: { found: TOPIC_FACTS.map((topic) => (topic.name === 'logs' ? { ...topic, ...change } : topic)) },
});
const redis = (change: Partial<RedisFacts>): Partial<SetUp> => ({ redis: { found: [{ ...REDIS, ...change }] } });
const profile = (change: Partial<ActiveProfile> | undefined): Partial<SetUp> => ({
  profiles: {
    found: [{ ...WEB, detector: 'web', active: change === undefined ? undefined : { ...ACTIVE, ...change } }],
  },
  workloads: undefined,
});
const workload = (change: Partial<WorkloadFacts>): Partial<SetUp> => ({
  workloads: { found: [{ ...HEARD, ...change }] },
});

describe('diagnose', () => {
  it('finds nothing wrong with a healthy set-up, and nothing with more than is needed', () => {
    expect(found({})).toEqual([]);
    expect(exitCodeOf(diagnose(HEALTHY))).toBe(0);
    expect(found(logs({ partitions: 24, retentionMs: -1, maxMessageBytes: 5_000_000 }))).toEqual([]);
    expect(found(redis({ policy: 'noeviction', version: '6.2.0' }))).toEqual([]);
  });

  it.each([
    [broker('away', 'no connection (ECONNREFUSED)'), ['brokers: k:1 does not answer: no connection (ECONNREFUSED).']],
    [broker('tls-refused', 'self-signed certificate'), ['brokers: TLS with k:1 fails: self-signed certificate.']],
    [broker('login-refused', 'no such user'), ['brokers: k:1 refuses the login: no such user.']],
  ])('tells of a broker that lets nobody in', (change, words) => {
    expect(found(change)).toEqual(words);
  });

  it.each([
    ['brokers', 20.5 * 86_400_000, 'The certificate of k:1 ends in 20 days: nobody connects after that.'],
    ['redis', 30 * 3_600_000, 'The certificate of k:1 ends in a day: nobody connects after that.'],
    ['brokers', 3_600_000, 'The certificate of k:1 ends in less than a day: nobody connects after that.'],
  ] as const)('tells of a certificate of %s that ends soon', (area, leftMs, what) => {
    expect(found({ certificates: [{ area, address: 'k:1', leftMs }] })).toEqual([`${area}: ${what}`]);
  });

  it('tells of a certificate that has expired once, in place of TLS that fails', () => {
    const certificates = [{ area: 'brokers' as const, address: 'k:1', leftMs: -1 }];
    const change = { ...broker('tls-refused', 'certificate has expired'), certificates };
    expect(found(change)).toEqual(['brokers: The certificate of k:1 has expired.']);
  });

  it('sends to advertised.listeners where only the brokers name an address', () => {
    expect(diagnose({ ...HEALTHY, ...broker('away', 'no connection', true) }).findings[0]?.todo).toMatch(/advertised/);
    expect(diagnose({ ...HEALTHY, ...broker('away', 'no connection') }).findings[0]?.todo).toMatch(/KAFKA_BROKERS/);
  });

  it.each([
    [
      { topics: { found: TOPIC_FACTS.filter(({ name }) => name !== 'alerts') } },
      /^topics: The topic alerts is missing/,
    ],
    [logs({ partitions: 3 }), /logs has 3 partitions, 6 are meant/],
    [logs({ cleanup: ['compact'] }), /logs is cleaned up by compact, delete is meant/],
    [logs({ retentionMs: 3_600_000 }), /logs keeps records for 1 h, 24 h is meant/],
    [logs({ compression: 'gzip' }), /logs has brokers pack every batch anew \(compression\.type gzip\)/],
    [logs({ maxMessageBytes: 500_000 }), /logs takes records of 500000 bytes/],
  ])('tells of a topic that is not as defined: %#', (change: Partial<SetUp>, words) => {
    expect(found(change)).toEqual([expect.stringMatching(words)]);
  });

  it.each([
    [{ members: 0 }, /^consumer groups: Nobody reads logs as log-detector; 12 records wait/],
    [{ members: 0, lag: 0 }, /Nobody reads logs as log-detector\.$/],
    [{ overdue: 4 }, /log-detector is behind on logs: 12 records wait, 4 of them for more than 5 min/],
  ])('tells of a group that does not read: %#', (change, words) => {
    expect(found({ readers: { found: [{ ...READER, ...change }] } })).toEqual([expect.stringMatching(words)]);
  });

  it('tells that no source publishes, and that a producer lives in the future', () => {
    expect(found({ flow: { found: [{ topic: 'logs', recent: 0, ahead: 0 }] } })).toEqual([
      expect.stringMatching(/^sources: No source publishes: nothing came to logs within 2 min/),
    ]);
    expect(found({ flow: { found: [{ topic: 'logs', recent: 9, ahead: 9 }] } })).toEqual([
      expect.stringMatching(/^clocks: Up to 9 records of logs .* 1 min in the future/),
    ]);
  });

  it.each([
    [redis({ policy: 'allkeys-lru' }), /^redis: When Redis is full it evicts by allkeys-lru/],
    [redis({ maxBytes: 0 }), /no limit of memory/],
    [redis({ usedBytes: 3_900_000_000, maxBytes: 4_000_000_000 }), /uses 3719 MiB of 3815 MiB: full, it forgets/],
    [redis({ usedBytes: 950, policy: 'noeviction' }), /full, it takes no state of anybody/],
    [redis({ appendOnly: false }), /no append-only file/],
    [redis({ writeFailed: true }), /could not write to its disk/],
    [redis({ replica: true }), /leads to a replica/],
    [redis({ version: '6.0.16' }), /Redis 6\.0\.16; .* missing before 6\.2/],
    [redis({ version: '' }), /unknown version/],
    [redis({ aheadMs: 90_000 }), /^clocks: The clock of Redis is 1.5 min ahead of this machine's/],
    [redis({ aheadMs: -5_000 }), /^clocks: The clock of Redis is 5 s behind this machine's/],
  ])('tells of a Redis that is not safe: %#', (change, words) => {
    expect(found(change)).toEqual([expect.stringMatching(words)]);
  });

  it('tells of a Redis that is away, and of one that refuses the password', () => {
    const away = (why: string): SetUp => ({ ...HEALTHY, redis: { why }, profiles: { why: 'Redis does not answer' } });
    const { findings, unseen } = diagnose(away('Redis, EXISTS: no connection (ECONNREFUSED)'));
    expect(findings).toMatchObject([{ area: 'redis', what: 'Redis, EXISTS: no connection (ECONNREFUSED).' }]);
    expect(unseen.map(({ area }) => area)).toEqual(['clocks', 'profiles']);
    expect(diagnose(away('Redis: WRONGPASS invalid username')).findings[0]?.todo).toMatch(/REDIS_PASSWORD/);
  });

  it.each([
    [profile(undefined), /^profiles: No profile is active/],
    [profile({ readable: false }), /v1 of shop\/web\/web is missing, was altered, or is of another release/],
    [profile({ complete: false }), /shop\/web\/web is not complete/],
    [profile({ fit: 'ageing', complete: false }), /shop\/web\/web is ageing/],
    [profile({ fit: 'deployment' }), /shop\/web\/web is out of date: .*a new release/],
  ])('tells of a profile that does not serve: %#', (change, words) => {
    expect(found(change)).toEqual([expect.stringMatching(words)]);
  });

  it.each([
    [workload({ workload: 'db' }), /^workloads: shop\/db sends events but has no active profile/],
    [workload({ heard: false, silentLevels: ['log'] }), /shop\/web has active profiles, .* not heard of it/],
    [workload({ silentLevels: ['log', 'sequence'] }), /shop\/web is silent at the level log, sequence/],
    [workload({ behindMs: 1_200_000 }), /of shop is 20 min behind its newest event/],
    [workload({ skewed: 7 }), /^clocks: 7 events of shop bore times ahead/],
  ])('tells of a workload that is not watched: %#', (change, words) => {
    expect(found(change)).toEqual([expect.stringMatching(words)]);
  });

  it('says nothing of workloads without profiles where the profiles are not known', () => {
    expect(found({ profiles: { why: 'no answer' } })).toEqual([]);
  });

  it('ends with 1 for findings, and with 2 where something could not be looked at and nothing was found', () => {
    const topics = { why: 'not authorised' };
    expect(exitCodeOf(diagnose({ ...HEALTHY, topics }))).toBe(2);
    expect(exitCodeOf(diagnose({ ...HEALTHY, ...redis({ replica: true }), topics }))).toBe(1);
  });
});

it('is reported by area, with what was not seen and what was not asked for, names made harmless', () => {
  const diagnosis = diagnose({
    ...HEALTHY,
    ...workload({ workload: 'db\u001b[2J' }),
    topics: { why: 'not authorised' },
  });
  const text = diagnosisReport(diagnosis, true);
  expect(text).not.toContain('\u001b[2J');
  expect(text).toMatch(/topics +.*not seen/);
  expect(text).toContain('Could not look: not authorised.');
  expect(text).toMatch(/redis +.*well/);
  expect(diagnosisReport(diagnose(HEALTHY), false)).toMatch(/workloads +.*set PLIMSOLL_API_TOKEN/);
});
