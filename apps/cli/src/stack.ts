// Imported by the commands that need a stack, when they run: the others start without Kafka's and Nest's code.
import { TOPIC_ACCESS, TOPICS } from '@plimsoll/contracts';
import { applyTopics, grantAccess, KafkaLog, type TopicOutcome } from '@plimsoll/kafka-log';
import {
  parseRedisUrl,
  RedisConnection,
  RedisIncidentStore,
  RedisLearningStore,
  RedisProfileStore,
  RedisStateStore,
  RedisWatchStore,
} from '@plimsoll/redis-store';
import { kafkaSettings, readConfiguration, redisSettings } from '@plimsoll/service-kit';

/** The Kafka that the environment names. Throws `bad-configuration` with every problem at once. */
export function kafkaLog(clientId: string): KafkaLog {
  const { kafka } = readConfiguration({ kafka: kafkaSettings });
  return new KafkaLog({ ...kafka, clientId });
}

export interface RedisStores {
  readonly profiles: RedisProfileStore;
  readonly states: RedisStateStore;
  readonly incidents: RedisIncidentStore;
  readonly learning: RedisLearningStore;
  readonly told: RedisWatchStore;
  close(): Promise<void>;
}

/** The Redis that the environment names, once it answers. Throws `bad-configuration` with every problem at once, or `unavailable`. */
export async function redisStores(): Promise<RedisStores> {
  const { redis } = readConfiguration({ redis: redisSettings(parseRedisUrl) });
  const connection = new RedisConnection(redis);
  await connection.ready().catch(async (error: unknown) => {
    await connection.close();
    throw error;
  });
  return {
    profiles: new RedisProfileStore(connection),
    states: new RedisStateStore(connection),
    incidents: new RedisIncidentStore(connection),
    learning: new RedisLearningStore(connection),
    told: new RedisWatchStore(connection),
    close: () => connection.close(),
  };
}

/** Creates the topics of the stack; changes those that exist only where told to. */
export function applyStackTopics(allowChanges: boolean): Promise<readonly TopicOutcome[]> {
  const { kafka } = readConfiguration({ kafka: kafkaSettings });
  return applyTopics({ ...kafka, clientId: 'plimsoll-topics' }, Object.values(TOPICS), { allowChanges });
}

/** Lets the Kafka users named as the services read and write what each of them needs, and nothing else. */
export function grantStackAccess(): Promise<void> {
  const { kafka } = readConfiguration({ kafka: kafkaSettings });
  return grantAccess({ ...kafka, clientId: 'plimsoll-topics' }, TOPIC_ACCESS);
}
