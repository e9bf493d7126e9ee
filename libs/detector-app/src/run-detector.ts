import type { Budget } from '@plimsoll/detection';
import { KafkaLog } from '@plimsoll/kafka-log';
import { storedProfiles, type ProfileSource } from '@plimsoll/pipelines';
import { parseRedisUrl, RedisConnection, RedisProfileStore, RedisStateStore } from '@plimsoll/redis-store';
import {
  answering,
  budgetSettings,
  certificateMetric,
  closing,
  EventLogTransport,
  kafkaServers,
  kafkaSettings,
  partitionsOf,
  redisServers,
  redisSettings,
  retryingStep,
  runService,
  serviceSettings,
  StreamModule,
} from '@plimsoll/service-kit';
import { StatefulProcessor, type Operator } from '@plimsoll/streaming';

import { profileFaultMetric, profileLog } from './profile-faults.js';

const settings = {
  service: serviceSettings,
  kafka: kafkaSettings,
  redis: redisSettings(parseRedisUrl),
  budget: budgetSettings,
};

/**
 * Runs a detector as a service until it is told to stop: its operator on Kafka, windows and profiles in Redis, settings
 * from the environment. All that a detector's app holds is its name and its operator.
 */
export function runDetector<Message, State>(
  name: string,
  operatorOf: (profiles: ProfileSource, budget: Budget) => Operator<Message, State>,
): Promise<void> {
  return runService(name, settings, ({ kafka, redis, budget }, tools) => {
    const { observer, waiting, clientMessage } = tools;
    certificateMetric(tools.registry, [kafkaServers(kafka), redisServers(redis)]);
    const log = new KafkaLog({ ...kafka, clientId: name, observer, onClientMessage: clientMessage });
    const connection = new RedisConnection(redis);
    const store = new RedisStateStore(connection);
    const stored = storedProfiles(new RedisProfileStore(connection), profileLog(tools.log));
    profileFaultMetric(tools.registry, stored);
    const operator = operatorOf(stored, budget);
    const processor = new StatefulProcessor(operator, { log, store, observer });
    const profiles = retryingStep('profiles', stored, waiting);
    return {
      module: StreamModule.over(operator.topic, processor),
      connections: [closing('redis', connection), closing('kafka', log)],
      dependencies: [answering('kafka', log), answering('redis', store), profiles, partitionsOf(processor)],
      steps: [profiles],
      transport: new EventLogTransport(log, [{ topic: operator.topic, group: operator.name, ownership: processor }]),
    };
  });
}
