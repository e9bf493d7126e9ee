import { KafkaLog } from '@plimsoll/kafka-log';
import { answering, closing, kafkaSettings, runService, serviceSettings } from '@plimsoll/service-kit';

import { CollectorModule } from './collector.module.js';
import { collectorSettings } from './collector-settings.js';
import { configuredSources } from './configured-sources.js';
import { Publisher } from './publisher.js';
import { streamBodies } from './stream-bodies.js';

const NAME = 'collector';

const settings = { service: serviceSettings, kafka: kafkaSettings, collector: collectorSettings };

await runService(NAME, settings, ({ kafka, collector }, { log, observer, clientMessage }) => {
  const events = new KafkaLog({ ...kafka, clientId: NAME, observer, onClientMessage: clientMessage });
  const publisher = new Publisher(events);
  return {
    module: CollectorModule.publishing(publisher, collector),
    connections: [closing('kafka', events)],
    dependencies: [answering('kafka', events), answering('publications', publisher)],
    steps: [configuredSources(collector, publisher, log)],
    prepareHttp: streamBodies,
  };
});
