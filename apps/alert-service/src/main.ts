import { fileURLToPath } from 'node:url';

import { alertConsumers, AlertServiceModule, DeadLetterWatch, PipelineWatch, serveConsole } from '@plimsoll/alert-api';
import { KafkaLog } from '@plimsoll/kafka-log';
import { allowedAlerts, fusionOperator, READERS } from '@plimsoll/pipelines';
import {
  parseRedisUrl,
  RedisConnection,
  RedisIncidentStore,
  RedisProfileStore,
  RedisStateStore,
  RedisWatchStore,
} from '@plimsoll/redis-store';
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
  runService,
  serviceSettings,
} from '@plimsoll/service-kit';
import { StatefulProcessor } from '@plimsoll/streaming';

import { alertSettings } from './alert-settings.js';
import { watchReport } from './watch-report.js';
import { FusionReport } from './fusion-report.js';
import { ProfileMetrics } from './profile-metrics.js';
import { webhookReport } from './webhook-report.js';

const NAME = 'alert-service';
/** The built console: from `dist/` to its app. */
const CONSOLE = fileURLToPath(new URL('../../console/dist', import.meta.url));

const NOBODY_LET_IN =
  'nobody can use the HTTP interface and the console: PLIMSOLL_API_TOKENS holds no token (docs/api.md: how to make one)';

const settings = {
  service: serviceSettings,
  kafka: kafkaSettings,
  redis: redisSettings(parseRedisUrl),
  budget: budgetSettings,
  alerts: alertSettings,
};

await runService(NAME, settings, ({ kafka, redis, budget, alerts }, tools) => {
  const { webhooks, limits, ...access } = alerts;
  const { observer, waiting, clientMessage } = tools;
  if (access.tokens.isEmpty && access.oidc === undefined) tools.log.warn(NOBODY_LET_IN);
  certificateMetric(tools.registry, [kafkaServers(kafka), redisServers(redis)]);
  const log = new KafkaLog({ ...kafka, clientId: NAME, observer, onClientMessage: clientMessage });
  const connection = new RedisConnection(redis);
  const store = new RedisStateStore(connection);
  const incidents = new RedisIncidentStore(connection, limits);
  const profiles = new RedisProfileStore(connection);
  const operator = new FusionReport(tools.registry).around(fusionOperator({ ...budget, readers: READERS }));
  const watch = new PipelineWatch();
  const deadLetters = new DeadLetterWatch();
  const processor = new StatefulProcessor(operator, {
    log,
    store,
    observer: (event) => {
      observer(event);
      watch.observe(event);
    },
  });
  const consumers = alertConsumers({
    log,
    incidents,
    profiles,
    states: store,
    observer,
    watch,
    deadLetters,
    told: new RedisWatchStore(connection),
    webhooks,
    waiting,
    ...webhookReport(tools),
  });
  const watching = { name: 'time', check: () => Promise.resolve(watch.health()) };
  watchReport(tools.registry, watch);
  new ProfileMetrics(tools.registry, profiles);
  const dependencies = [
    watching,
    answering('kafka', log),
    answering('redis', store),
    partitionsOf(processor),
    ...consumers,
  ];
  return {
    module: AlertServiceModule.of(processor, {
      incidents,
      profiles,
      log,
      dependencies,
      watch,
      deadLetters,
      allowed: { total: budget.falseAlertsPerDay, shares: allowedAlerts(budget) },
      ...access,
    }),
    prepareHttp: (application) => {
      serveConsole(application, CONSOLE);
    },
    connections: [closing('redis', connection), closing('kafka', log)],
    dependencies,
    steps: consumers,
    transport: new EventLogTransport(log, [{ topic: operator.topic, group: operator.name, ownership: processor }]),
  };
});
