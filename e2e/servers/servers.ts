import { dockerAnswers, startKafkaContainer, startRedisContainer } from './container-servers.js';
import { startLocalKafka } from './local-kafka.js';
import { startLocalRedis } from './local-redis.js';
import { hasProgram } from './programs.js';

/** A real Kafka and a real Redis. */
export interface Servers {
  /** Where they came from, for the person who reads the test's output. */
  readonly origin: string;
  readonly kafkaBrokers: string;
  readonly redisUrl: string;
  close(): Promise<void>;
}

/**
 * The servers that integration tests run on, found in this order: the addresses in KAFKA_BROKERS and REDIS_URL;
 * containers, where a Docker engine answers; Kafka from Maven's jars and redis-server on this machine. Undefined, with
 * the reason, where there is none.
 */
export async function findServers(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Promise<Servers | { readonly missing: string }> {
  const { KAFKA_BROKERS: kafkaBrokers, REDIS_URL: redisUrl } = environment;
  if (kafkaBrokers !== undefined && redisUrl !== undefined) {
    return { origin: 'KAFKA_BROKERS and REDIS_URL', kafkaBrokers, redisUrl, close: () => Promise.resolve() };
  }
  const reasons: string[] = ['KAFKA_BROKERS and REDIS_URL are not both set'];
  if (await dockerAnswers()) {
    try {
      return await together('containers', startKafkaContainer, startRedisContainer);
    } catch (error) {
      reasons.push(`containers did not start (${firstLine(error)})`);
    }
  } else {
    reasons.push('no Docker engine answers');
  }
  const lacking: string[] = [];
  for (const program of ['java', 'mvn', 'redis-server']) if (!(await hasProgram(program))) lacking.push(program);
  if (lacking.length > 0) return { missing: [...reasons, `no ${lacking.join(', ')} on the path`].join('; ') };
  return together('processes of this machine', startLocalKafka, startLocalRedis);
}

async function together(
  origin: string,
  startKafka: () => Promise<{ readonly brokers: string; close(): Promise<void> }>,
  startRedis: () => Promise<{ readonly url: string; close(): Promise<void> }>,
): Promise<Servers> {
  const [kafka, redis] = await Promise.allSettled([startKafka(), startRedis()]);
  if (kafka.status === 'fulfilled' && redis.status === 'fulfilled') {
    const [startedKafka, startedRedis] = [kafka.value, redis.value];
    return {
      origin,
      kafkaBrokers: startedKafka.brokers,
      redisUrl: startedRedis.url,
      close: async () => {
        await Promise.all([startedKafka.close(), startedRedis.close()]);
      },
    };
  }
  for (const started of [kafka, redis]) if (started.status === 'fulfilled') await started.value.close();
  throw kafka.status === 'rejected' ? kafka.reason : (redis as PromiseRejectedResult).reason;
}

function firstLine(error: unknown): string {
  return error instanceof Error ? (error.message.split('\n', 1)[0] ?? '') : 'unknown failure';
}
