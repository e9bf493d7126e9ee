import type { RedisFacts } from '@plimsoll/redis-store';

import { timeWords } from './kafka-findings.js';
import { LIMITS, type Finding } from './set-up.js';

/** GETEX and several values of LPOP came with it. */
const OLDEST = [6, 2] as const;
/** The policies that evict no active profile and no incident for a window that was just written. */
const SAFE_POLICIES = ['volatile-ttl', 'noeviction'];
const NEARLY_FULL = 0.9;
const POLICY_WORDS = 'CONFIG SET maxmemory-policy volatile-ttl, and in its configuration.';

export function redisFindings(servers: readonly RedisFacts[]): Finding[] {
  return servers.flatMap((redis) => [...versionFindings(redis), ...memoryFindings(redis), ...safetyFindings(redis)]);
}

/** Redis could not be reached: that is what is wrong. */
export function redisAway(why: string): Finding {
  const refused = /WRONGPASS|NOAUTH|NOPERM|invalid password/.test(why);
  const todo = refused
    ? 'Check REDIS_USERNAME and REDIS_PASSWORD, and the rights of this user (docs/configuration.md has the least).'
    : 'Check that Redis runs, that REDIS_URL is right and reachable from here, and whether it wants TLS (REDIS_TLS, REDIS_TLS_CA) or a password.';
  return { area: 'redis', what: `${why}.`, todo };
}

function versionFindings({ version }: RedisFacts): Finding[] {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return [];
  return [
    {
      area: 'redis',
      what: `This is Redis ${version === '' ? 'of an unknown version' : version}; commands that the services need are missing before ${OLDEST.join('.')}.`,
      todo: 'Use Redis 7 or later.',
    },
  ];
}

function memoryFindings({ policy, usedBytes, maxBytes }: RedisFacts): Finding[] {
  const found: Finding[] = [];
  if (!SAFE_POLICIES.includes(policy)) {
    found.push({
      area: 'redis',
      what: `When Redis is full it evicts by ${policy}: active profiles and incidents may go before windows that nobody needs.`,
      todo: POLICY_WORDS,
    });
  }
  if (maxBytes === 0) {
    found.push({
      area: 'redis',
      what: 'Redis has no limit of memory: sessions that clients make up can take all that the machine has.',
      todo: 'Set maxmemory (docker-compose.yml has 512mb) with the policy volatile-ttl.',
    });
  } else if (usedBytes >= NEARLY_FULL * maxBytes) {
    const then =
      policy === 'noeviction' ? 'full, it takes no state of anybody' : 'full, it forgets keys before their time';
    found.push({
      area: 'redis',
      what: `Redis uses ${megabytes(usedBytes)} of ${megabytes(maxBytes)}: ${then}.`,
      todo: 'Raise maxmemory, or find out which application has so many sessions (plimsoll_crowded_requests_total).',
    });
  }
  return found;
}

function safetyFindings({ appendOnly, writeFailed, replica }: RedisFacts): Finding[] {
  const found: Finding[] = [];
  if (!appendOnly) {
    found.push({
      area: 'redis',
      what: 'Redis keeps no append-only file: a crash loses profiles, incidents and checkpoints, or all since its last snapshot.',
      todo: 'CONFIG SET appendonly yes, and in its configuration; appendfsync everysec is enough.',
    });
  }
  if (writeFailed) {
    found.push({
      area: 'redis',
      what: 'Redis could not write to its disk the last time it tried.',
      todo: 'Look at its log and whether the disk is full; until then it may refuse all writes.',
    });
  }
  if (replica) {
    found.push({
      area: 'redis',
      what: 'REDIS_URL leads to a replica, which takes no writes.',
      todo: 'Name the master, or the Sentinels that know it (redis+sentinel://…).',
    });
  }
  return found;
}

export function redisClockFindings(servers: readonly RedisFacts[]): Finding[] {
  return servers
    .filter(({ aheadMs }) => Math.abs(aheadMs) > LIMITS.clockMs)
    .map(({ aheadMs }) => ({
      area: 'clocks',
      what: `The clock of Redis is ${timeWords(Math.abs(aheadMs))} ${aheadMs > 0 ? 'ahead of' : 'behind'} this machine's.`,
      todo: 'Set both by NTP, and see which of them is wrong.',
    }));
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1_048_576)} MiB`;
}
