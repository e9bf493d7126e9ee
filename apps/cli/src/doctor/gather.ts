// Imported when the command runs: the others start without Kafka's code.
import process from 'node:process';

import { PlimsollError, TOPIC_ACCESS, TOPICS } from '@plimsoll/contracts';
import { describeFlow, describeReaders, describeTopics, probeBrokers, type KafkaOptions } from '@plimsoll/kafka-log';
import { checkStored, profileReport } from '@plimsoll/pipelines';
import {
  inspectRedis,
  parseRedisUrl,
  RedisConnection,
  RedisProfileStore,
  type RedisOptions,
} from '@plimsoll/redis-store';
import {
  certificateEnds,
  kafkaServers,
  kafkaSettings,
  readConfiguration,
  redisServers,
  redisSettings,
  type Servers,
} from '@plimsoll/service-kit';
import type { ProfilePointer, ProfileSlot, ProfileStore } from '@plimsoll/streaming';
import { z } from 'zod';

import { alertService, ask } from '../alert-service.js';
import {
  LIMITS,
  type ActiveProfile,
  type CertificateFacts,
  type Looked,
  type ProfileFacts,
  type SetUp,
  type WorkloadFacts,
} from './set-up.js';

const REDIS_READY_MS = 3_000;
const REDIS_ANSWER_MS = 3_000;
/** Profiles are read one by one, megabytes at most. */
const PROFILES_MS = 6_000;

/** The services whose work goes on in one group by their name, and what it reads first. */
const READERS = TOPIC_ACCESS.flatMap(({ service, reads: [topic], groups }) =>
  topic !== undefined && groups.includes(service) ? [{ group: service, topic }] : [],
);

/**
 * Looks at the stack that the environment names, changing nothing, within 20 s. Throws `bad-configuration` with every
 * problem of the settings at once.
 */
export async function gather(): Promise<SetUp> {
  const { kafka, redis } = readConfiguration({ kafka: kafkaSettings, redis: redisSettings(parseRedisUrl) });
  const [ofKafka, ofRedis, workloads, certificates] = await Promise.all([
    lookAtKafka({ ...kafka, clientId: 'plimsoll-doctor' }),
    lookAtRedis(redis),
    lookAtWorkloads(),
    Promise.all([certificatesOf('brokers', kafkaServers(kafka)), certificatesOf('redis', redisServers(redis))]),
  ]);
  return { ...ofKafka, ...ofRedis, workloads, certificates: certificates.flat() };
}

async function certificatesOf(area: CertificateFacts['area'], servers: Servers): Promise<readonly CertificateFacts[]> {
  const ends = await certificateEnds(servers);
  return [...ends].map(([address, endMs]) => ({ area, address, leftMs: endMs - Date.now() }));
}

async function lookAtKafka(given: KafkaOptions): Promise<Pick<SetUp, 'brokers' | 'topics' | 'readers' | 'flow'>> {
  const brokers = await probeBrokers(given);
  const answering = brokers.filter(({ state }) => state === 'answers').map(({ address }) => address);
  if (answering.length === 0) {
    const nobody = { why: 'no broker answers' };
    return { brokers, topics: nobody, readers: nobody, flow: nobody };
  }
  const kafka = { ...given, brokers: answering };
  const names = Object.values(TOPICS).map(({ name }) => name);
  const { quietMs: recentMs, aheadMs, overdueMs } = LIMITS;
  const [topics, readers, flow] = await Promise.all([
    look(describeTopics(kafka, names)),
    look(describeReaders(kafka, READERS, overdueMs)),
    look(describeFlow(kafka, names, { recentMs, aheadMs })),
  ]);
  return { brokers, topics, readers, flow };
}

async function lookAtRedis(options: RedisOptions): Promise<Pick<SetUp, 'redis' | 'profiles'>> {
  const connection = new RedisConnection({ ...options, commandTimeoutMs: REDIS_ANSWER_MS });
  try {
    const redis = await look(connection.ready(REDIS_READY_MS).then(() => inspectRedis(connection)));
    if ('why' in redis) return { redis, profiles: { why: 'Redis does not answer' } };
    return { redis, profiles: await look(profilesOf(new RedisProfileStore(connection))) };
  } finally {
    await connection.close();
  }
}

async function profilesOf(store: ProfileStore): Promise<readonly ProfileFacts[]> {
  const endMs = Date.now() + PROFILES_MS;
  const profiles: ProfileFacts[] = [];
  for (const pointer of await store.pointers()) {
    if (Date.now() > endMs) throw new PlimsollError('unavailable', 'reading the profiles took too long');
    profiles.push({ ...pointer.slot, active: await activeOf(store, pointer) });
  }
  return profiles;
}

async function activeOf(store: ProfileStore, { slot, active }: ProfilePointer): Promise<ActiveProfile | undefined> {
  if (active === undefined) return undefined;
  const [complete, report] = await Promise.all([completenessOf(store, slot, active), profileReport(store, slot)]);
  const fit = report?.version === active ? report.state : 'unknown';
  return { version: active, readable: complete !== undefined, complete: complete ?? false, fit };
}

/** Undefined for what this release cannot score by, and for what is gone. */
async function completenessOf(store: ProfileStore, slot: ProfileSlot, version: string): Promise<boolean | undefined> {
  try {
    return (await checkStored(store, slot, version))?.learned.complete;
  } catch (error) {
    if (error instanceof PlimsollError && error.code === 'bad-profile') return undefined;
    throw error;
  }
}

/** The part of `GET /api/v1/pipeline` that is looked at. */
const Pipeline = z.object({
  workloads: z.array(
    z.object({
      application: z.string(),
      workload: z.string(),
      event_time: z.iso.datetime().optional(),
      watermark: z.iso.datetime().optional(),
      skewed: z.number(),
      levels: z.array(z.object({ level: z.string(), state: z.string(), last_window: z.string().optional() })),
    }),
  ),
});
type PipelineWorkload = z.infer<typeof Pipeline>['workloads'][number];

async function lookAtWorkloads(): Promise<SetUp['workloads']> {
  if (!process.env['PLIMSOLL_API_TOKEN']) return undefined;
  return look(ask(alertService(undefined), 'pipeline', Pipeline).then(({ workloads }) => workloads.map(workloadFacts)));
}

function workloadFacts({
  application,
  workload,
  event_time,
  watermark,
  skewed,
  levels,
}: PipelineWorkload): WorkloadFacts {
  return {
    application,
    workload,
    heard: levels.some(({ last_window }) => last_window !== undefined),
    silentLevels: levels.filter(({ state }) => state === 'silent').map(({ level }) => level),
    skewed,
    behindMs: event_time === undefined || watermark === undefined ? 0 : Date.parse(event_time) - Date.parse(watermark),
  };
}

async function look<T>(looking: Promise<T>): Promise<Looked<T>> {
  try {
    return { found: await looking };
  } catch (error) {
    return { why: error instanceof Error ? error.message : 'unknown failure' };
  }
}
