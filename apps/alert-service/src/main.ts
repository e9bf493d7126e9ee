import { KafkaLog } from '@plimsoll/kafka-log';
import { fusionOperator } from '@plimsoll/pipelines';
import { parseRedisUrl, RedisConnection, RedisStateStore } from '@plimsoll/redis-store';
import {
  answering,
  budgetSettings,
  closing,
  EventLogTransport,
  kafkaSettings,
  partitionsOf,
  redisSettings,
  runService,
  serviceSettings,
} from '@plimsoll/service-kit';
import { StatefulProcessor } from '@plimsoll/streaming';

import { FusionModule } from './fusion.module.js';

const NAME = 'alert-service';

const settings = {
  service: serviceSettings,
  kafka: kafkaSettings,
  redis: redisSettings(parseRedisUrl),
  budget: budgetSettings,
};

await runService(NAME, settings, ({ kafka, redis, budget }, { observer, clientMessage }) => {
  const log = new KafkaLog({ ...kafka, clientId: NAME, observer, onClientMessage: clientMessage });
  const connection = new RedisConnection(redis);
  const store = new RedisStateStore(connection);
  const operator = fusionOperator(budget);
  const processor = new StatefulProcessor(operator, { log, store, observer });
  return {
    module: FusionModule.over(processor),
    connections: [closing('redis', connection), closing('kafka', log)],
    dependencies: [answering('kafka', log), answering('redis', store), partitionsOf(processor)],
    transport: new EventLogTransport(log, [{ topic: operator.topic, group: operator.name, ownership: processor }]),
  };
});
