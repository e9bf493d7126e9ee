import { KafkaLog } from '@plimsoll/kafka-log';
import { frequencyOperator, storedProfiles } from '@plimsoll/pipelines';
import { parseRedisUrl, RedisConnection, RedisProfileStore, RedisStateStore } from '@plimsoll/redis-store';
import {
  answering,
  budgetSettings,
  closing,
  EventLogTransport,
  kafkaSettings,
  partitionsOf,
  patientStep,
  redisSettings,
  runService,
  serviceSettings,
} from '@plimsoll/service-kit';
import { StatefulProcessor } from '@plimsoll/streaming';

import { FrequencyDetectorModule } from './frequency-detector.module.js';

const NAME = 'frequency-detector';

const settings = {
  service: serviceSettings,
  kafka: kafkaSettings,
  redis: redisSettings(parseRedisUrl),
  budget: budgetSettings,
};

await runService(NAME, settings, ({ kafka, redis, budget }, { observer, waiting, clientMessage }) => {
  const log = new KafkaLog({ ...kafka, clientId: NAME, observer, onClientMessage: clientMessage });
  const connection = new RedisConnection(redis);
  const store = new RedisStateStore(connection);
  const stored = storedProfiles(new RedisProfileStore(connection));
  const operator = frequencyOperator(stored, budget);
  const processor = new StatefulProcessor(operator, { log, store, observer });
  const profiles = patientStep('profiles', stored, waiting);
  return {
    module: FrequencyDetectorModule.over(processor),
    connections: [closing('redis', connection), closing('kafka', log)],
    dependencies: [answering('kafka', log), answering('redis', store), profiles, partitionsOf(processor)],
    steps: [profiles],
    transport: new EventLogTransport(log, [{ topic: operator.topic, group: operator.name, ownership: processor }]),
  };
});
