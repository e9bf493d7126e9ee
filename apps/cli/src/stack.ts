import { KafkaLog } from '@plimsoll/kafka-log';
import { parseRedisUrl, RedisConnection, RedisProfileStore, RedisStateStore } from '@plimsoll/redis-store';
import { kafkaSettings, readConfiguration, redisSettings } from '@plimsoll/service-kit';

/** How the command's help names what `kafkaLog` and `redisStores` read. */
export const STACK_HELP = `
The stack is found by the environment, as the services find it: KAFKA_BROKERS (with KAFKA_TLS, KAFKA_SASL_*) and
REDIS_URL (with REDIS_USERNAME, REDIS_PASSWORD, REDIS_TLS); each may be given by a file, NAME_FILE=path.
Beside docker compose: KAFKA_BROKERS=localhost:9094`;

/** The Kafka that the environment names. Throws `bad-configuration` with every problem at once. */
export function kafkaLog(clientId: string): KafkaLog {
  const { kafka } = readConfiguration({ kafka: kafkaSettings });
  return new KafkaLog({ ...kafka, clientId });
}

export interface RedisStores {
  readonly profiles: RedisProfileStore;
  readonly states: RedisStateStore;
  close(): Promise<void>;
}

/** The Redis that the environment names. Throws `bad-configuration` with every problem at once. */
export function redisStores(): RedisStores {
  const { redis } = readConfiguration({ redis: redisSettings(parseRedisUrl) });
  const connection = new RedisConnection(redis);
  return {
    profiles: new RedisProfileStore(connection),
    states: new RedisStateStore(connection),
    close: () => connection.close(),
  };
}
