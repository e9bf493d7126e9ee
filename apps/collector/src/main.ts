import { KafkaLog } from '@plimsoll/kafka-log';
import {
  answering,
  certificateMetric,
  closing,
  kafkaServers,
  kafkaSettings,
  runService,
  serviceSettings,
} from '@plimsoll/service-kit';

import { CollectorModule } from './collector.module.js';
import { collectorSettings } from './collector-settings.js';
import { configuredSources } from './configured-sources.js';
import { intakeSettings } from './intake-settings.js';
import { LiveIntake } from './live-intake.js';
import { PartitionCounts } from './partition-counts.js';
import { Publisher } from './publisher.js';
import { streamBodies } from './stream-bodies.js';

const NAME = 'collector';

const settings = {
  service: serviceSettings,
  kafka: kafkaSettings,
  collector: collectorSettings,
  intake: intakeSettings,
};

await runService(NAME, settings, ({ kafka, collector, intake }, tools) => {
  const { log, observer, clientMessage, registry } = tools;
  certificateMetric(registry, [kafkaServers(kafka)]);
  const events = new KafkaLog({ ...kafka, clientId: NAME, observer, onClientMessage: clientMessage });
  const counts = new PartitionCounts(events);
  const publisher = new Publisher(events, counts);
  const live = new LiveIntake(intake, collector.privacy, events, counts, tools);
  const sources = configuredSources(collector, publisher, log);
  const withoutSpool = [answering('kafka', events), answering('publications', publisher)];
  return {
    module: CollectorModule.publishing(publisher, collector),
    connections: [closing('kafka', events)],
    dependencies: [...(intake.stateFolder === undefined ? withoutSpool : live.dependencies()), sources],
    steps: [...live.steps(), sources],
    prepareHttp: streamBodies,
  };
});
