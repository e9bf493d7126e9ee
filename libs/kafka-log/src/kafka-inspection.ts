import { PlimsollError } from '@plimsoll/contracts';
import type { Admin } from 'kafkajs';

import { kafkaClient, type Timeouts } from './kafka-client.js';
import { kafkaError } from './kafka-errors.js';
import type { KafkaOptions } from './kafka-options.js';
import { describeTopic } from './kafka-topics.js';

/** Whether one broker lets this client in. */
export interface BrokerFacts {
  /** `host:port` */
  readonly address: string;
  /** Not among the addresses given: the brokers tell clients to come here. */
  readonly advertised: boolean;
  readonly state: 'answers' | 'tls-refused' | 'login-refused' | 'away';
  /** What the broker or the connection said; empty where it answers. */
  readonly reason: string;
}

/** How a topic that exists is set. */
export interface TopicFacts {
  readonly name: string;
  readonly partitions: number;
  /** -1: for ever. */
  readonly retentionMs: number;
  readonly cleanup: readonly string[];
  readonly compression: string;
  readonly maxMessageBytes: number;
}

/** How far a consumer group has come with a topic. */
export interface ReaderFacts {
  readonly group: string;
  readonly topic: string;
  readonly members: number;
  /** Records that it has not committed. */
  readonly lag: number;
  /** Of these, those published longer ago than was asked for. */
  readonly overdue: number;
}

/** What was published to a topic, by the time its producers gave. */
export interface TopicFlow {
  readonly topic: string;
  /** Records since the moment asked for. */
  readonly recent: number;
  /** Records from the first on whose time is further ahead of this machine's than was asked for. */
  readonly ahead: number;
}

/** A person waits for the answer: whoever does not answer soon counts as away. */
const HASTE: Timeouts = { connectionTimeout: 2_500, requestTimeout: 3_000, retry: { retries: 0 } };
const PROBE_MS = 3_000;
/** For a few questions one after the other; a coordinator that is just being chosen is asked again. */
const QUESTIONS: Timeouts = { ...HASTE, retry: { retries: 4, initialRetryTime: 100, maxRetryTime: 500 } };
const QUESTIONS_MS = 5_000;

/**
 * Asks each broker given, and each that those name to clients, on a connection of its own. Changes nothing; takes up to
 * 11 s, 3 s where nobody answers.
 */
export async function probeBrokers(kafka: KafkaOptions): Promise<readonly BrokerFacts[]> {
  const given = await Promise.all(kafka.brokers.map((address) => probe(kafka, address, false)));
  const answering = given.filter(({ state }) => state === 'answers').map(({ address }) => address);
  if (answering.length === 0) return given;
  const cluster = await asking({ ...kafka, brokers: answering }, 'name its brokers', (admin) =>
    admin.describeCluster(),
  ).catch(() => ({ brokers: [] }));
  const others = cluster.brokers
    .map(({ host, port }) => `${host}:${port}`)
    .filter((address) => !kafka.brokers.includes(address));
  return [...given, ...(await Promise.all(others.map((address) => probe(kafka, address, true))))];
}

async function probe(kafka: KafkaOptions, address: string, advertised: boolean): Promise<BrokerFacts> {
  const admin = kafkaClient({ ...kafka, brokers: [address] }, HASTE).admin();
  try {
    await within(PROBE_MS, admin.connect());
    return { address, advertised, state: 'answers', reason: '' };
  } catch (error) {
    return { address, advertised, ...refusalOf(error) };
  } finally {
    leave(admin);
  }
}

const TLS_WORDS = /certificate|\bSSL\b|\bTLS\b|EPROTO|altnames|wrong version number|packet length/i;

function refusalOf(error: unknown): Pick<BrokerFacts, 'state' | 'reason'> {
  const words = error instanceof Error ? error.message : '';
  if (TLS_WORDS.test(words)) return { state: 'tls-refused', reason: words.replace(/^Connection error: /, '') };
  const { code, message } = kafkaError(error, 'connect');
  return { state: code === 'bad-configuration' ? 'login-refused' : 'away', reason: message.replace(/^.*?: /, '') };
}

/** How those of `names` that exist are set; none is created by asking. Throws `unavailable` or `bad-configuration`. */
export function describeTopics(kafka: KafkaOptions, names: readonly string[]): Promise<readonly TopicFacts[]> {
  return asking(kafka, 'describe the topics', async (admin) => {
    const present = await existing(admin, names);
    return Promise.all(
      present.map(async (name) => {
        const { partitions, config } = await describeTopic(admin, name);
        return {
          name,
          partitions,
          retentionMs: Number(config['retention.ms']),
          cleanup: (config['cleanup.policy'] ?? '').split(','),
          compression: config['compression.type'] ?? '',
          maxMessageBytes: Number(config['max.message.bytes']),
        };
      }),
    );
  });
}

/**
 * How far each group has come with its topic, of the topics that exist; `overdueMs`: how long a record may wait. Throws
 * `unavailable` or `bad-configuration`.
 */
export function describeReaders(
  kafka: KafkaOptions,
  readers: readonly { readonly group: string; readonly topic: string }[],
  overdueMs: number,
): Promise<readonly ReaderFacts[]> {
  return asking(kafka, 'describe the consumer groups', async (admin) => {
    const present = new Set(
      await existing(
        admin,
        readers.map(({ topic }) => topic),
      ),
    );
    const asked = readers.filter(({ topic }) => present.has(topic));
    const { groups } = await admin.describeGroups(asked.map(({ group }) => group));
    return Promise.all(
      asked.map(async ({ group, topic }) => ({
        group,
        topic,
        members: groups.find(({ groupId }) => groupId === group)?.members.length ?? 0,
        ...(await behind(admin, group, topic, Date.now() - overdueMs)),
      })),
    );
  });
}

async function behind(
  admin: Admin,
  group: string,
  topic: string,
  overdueMs: number,
): Promise<Pick<ReaderFacts, 'lag' | 'overdue'>> {
  const [bounds, since, [committed]] = await Promise.all([
    admin.fetchTopicOffsets(topic),
    offsetsAt(admin, topic, overdueMs),
    admin.fetchOffsets({ groupId: group, topics: [topic] }),
  ]);
  let [lag, overdue] = [0, 0];
  for (const { partition, low, high } of bounds) {
    const own = committed?.partitions.find((known) => known.partition === partition)?.offset;
    // -1 where the group never committed: it begins at the first record.
    const position = Math.max(Number(own ?? -1), Number(low));
    lag += Math.max(Number(high) - position, 0);
    overdue += Math.max((since.get(partition) ?? Number(high)) - position, 0);
  }
  return { lag, overdue };
}

/**
 * What came to those of `topics` that exist within `recentMs`, and what claims to come from more than `aheadMs` in the
 * future of this machine. Throws `unavailable` or `bad-configuration`.
 */
export function describeFlow(
  kafka: KafkaOptions,
  topics: readonly string[],
  { recentMs, aheadMs }: { readonly recentMs: number; readonly aheadMs: number },
): Promise<readonly TopicFlow[]> {
  return asking(kafka, 'find the newest records', async (admin) => {
    const present = await existing(admin, topics);
    return Promise.all(
      present.map(async (topic) => {
        const [recent, ahead, bounds] = await Promise.all([
          offsetsAt(admin, topic, Date.now() - recentMs),
          offsetsAt(admin, topic, Date.now() + aheadMs),
          admin.fetchTopicOffsets(topic),
        ]);
        const beyond = (from: ReadonlyMap<number, number>): number =>
          bounds.reduce((sum, { partition, high }) => sum + Math.max(Number(high) - (from.get(partition) ?? 0), 0), 0);
        return { topic, recent: beyond(recent), ahead: beyond(ahead) };
      }),
    );
  });
}

/** By partition, the first record of that time or later; the end where there is none. */
async function offsetsAt(admin: Admin, topic: string, timeMs: number): Promise<ReadonlyMap<number, number>> {
  const found = await admin.fetchTopicOffsetsByTimestamp(topic, timeMs);
  return new Map(found.map(({ partition, offset }) => [partition, Number(offset)]));
}

/** Asking for a topic that is not there may create it: only these are asked for. */
async function existing(admin: Admin, names: readonly string[]): Promise<readonly string[]> {
  const all = new Set(await admin.listTopics());
  return [...new Set(names)].filter((name) => all.has(name));
}

async function asking<T>(kafka: KafkaOptions, doing: string, work: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = kafkaClient(kafka, QUESTIONS).admin();
  try {
    return await within(
      QUESTIONS_MS,
      admin.connect().then(() => work(admin)),
    );
  } catch (error) {
    throw kafkaError(error, doing);
  } finally {
    leave(admin);
  }
}

/** Not waited for: a broker that does not answer does not answer this either. */
function leave(admin: Admin): void {
  void admin.disconnect().catch(() => undefined);
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new PlimsollError('unavailable', `no answer within ${ms / 1_000} s`));
    }, ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
