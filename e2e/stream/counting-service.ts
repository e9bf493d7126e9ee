import { KafkaLog } from '@plimsoll/kafka-log';
import { parseRedisUrl, RedisConnection, RedisStateStore } from '@plimsoll/redis-store';
import { runOperator, type StateStore } from '@plimsoll/streaming';
import { countingOperator } from '@plimsoll/streaming/testing/counting-operator';

/** What the driver tells a service, as JSON in its first argument. */
export interface CountingSettings {
  readonly brokers: string;
  readonly redisUrl: string;
  readonly keyPrefix: string;
  readonly group: string;
  readonly from: string;
  readonly to: string;
  readonly sessionTimeoutMs: number;
  /** Added to every commit, so that a run lasts long enough to be disturbed. */
  readonly commitDelayMs: number;
}

/** The smallest service: the counting operator on Kafka and Redis, as a process that can be killed, paused and scaled. */
async function main(): Promise<void> {
  const settings = JSON.parse(process.argv[2] ?? '{}') as CountingSettings;
  const report = (event: Record<string, unknown>): void => {
    process.stdout.write(`${JSON.stringify(event)}\n`);
  };
  const connection = new RedisConnection({ ...parseRedisUrl(settings.redisUrl), keyPrefix: settings.keyPrefix });
  const log = new KafkaLog({
    brokers: settings.brokers.split(','),
    sessionTimeoutMs: settings.sessionTimeoutMs,
    fetchPartitionBytes: 16_384,
  });
  const operator = countingOperator({ name: settings.group, from: settings.from, to: settings.to });
  const running = await runOperator(operator, {
    log,
    store: delayed(new RedisStateStore(connection), settings.commitDelayMs),
    stepRecords: 10,
    observer: (event) => {
      const { type } = event;
      const error = 'error' in event && event.error instanceof Error ? event.error.message : undefined;
      report({ type, error, ...('records' in event ? { records: event.records } : {}) });
    },
  });
  process.once('SIGTERM', () => {
    void running
      .stop()
      .then(() => log.close())
      .then(() => connection.close())
      .then(() => {
        report({ type: 'ended' });
      });
  });
}

function delayed(store: StateStore, delayMs: number): StateStore {
  return {
    open: (task) => store.open(task),
    load: (lease, keys, checkpoint) => store.load(lease, keys, checkpoint),
    commit: async (lease, commit) => {
      await new Promise((resolve) => setTimeout(resolve, delayMs));
      await store.commit(lease, commit);
    },
    health: () => store.health(),
    close: () => store.close(),
  };
}

await main();
