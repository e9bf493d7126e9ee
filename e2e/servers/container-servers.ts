import { GenericContainer, Wait, type StartedTestContainer } from 'testcontainers';

import { freePort } from './free-port.js';
import { runProgram } from './programs.js';

/** Whether a Docker engine answers. */
export async function dockerAnswers(): Promise<boolean> {
  // The containers are stopped by whoever started them, so testcontainers' reaper, an image more to fetch, is not needed.
  process.env['TESTCONTAINERS_RYUK_DISABLED'] ??= 'true';
  try {
    await runProgram('docker', ['info', '--format', '{{.ServerVersion}}'], { timeoutMs: 10_000 });
    return true;
  } catch {
    return false;
  }
}

/** One Kafka broker in a container. */
export async function startKafkaContainer(): Promise<{ readonly brokers: string; close(): Promise<void> }> {
  // The broker tells its clients where it is, so the port outside is known before it starts.
  const port = await freePort();
  const container = await new GenericContainer('apache/kafka:4.1.0')
    .withExposedPorts({ container: 9092, host: port })
    .withEnvironment({
      KAFKA_NODE_ID: '1',
      KAFKA_PROCESS_ROLES: 'broker,controller',
      KAFKA_LISTENERS: 'PLAINTEXT://:9092,CONTROLLER://:9093',
      KAFKA_ADVERTISED_LISTENERS: `PLAINTEXT://127.0.0.1:${port}`,
      KAFKA_CONTROLLER_LISTENER_NAMES: 'CONTROLLER',
      KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: 'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT',
      KAFKA_CONTROLLER_QUORUM_VOTERS: '1@localhost:9093',
      KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: '1',
      KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR: '1',
      KAFKA_TRANSACTION_STATE_LOG_MIN_ISR: '1',
      KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS: '0',
      KAFKA_GROUP_MIN_SESSION_TIMEOUT_MS: '1000',
      KAFKA_AUTO_CREATE_TOPICS_ENABLE: 'false',
    })
    .withWaitStrategy(Wait.forListeningPorts())
    .withStartupTimeout(120_000)
    .start();
  return { brokers: `127.0.0.1:${port}`, close: () => stop(container) };
}

/** One Redis in a container. */
export async function startRedisContainer(): Promise<{ readonly url: string; close(): Promise<void> }> {
  const container = await new GenericContainer('redis:7').withExposedPorts(6379).start();
  return { url: `redis://${container.getHost()}:${container.getMappedPort(6379)}`, close: () => stop(container) };
}

async function stop(container: StartedTestContainer): Promise<void> {
  await container.stop();
}
