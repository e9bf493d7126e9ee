import type { Where } from '@plimsoll/contracts';
import { CollectorPipeline } from '@plimsoll/pipelines';
import type { ServiceTools, Step } from '@plimsoll/service-kit';
import { openSource } from '@plimsoll/sources';

import type { CollectorSettings, ConfiguredSource } from './collector-settings.js';
import type { Publisher } from './publisher.js';

/**
 * Reads the files that the configuration names, all at once, each to its end. One that cannot be read is logged and
 * counted against nobody: the others, and the collector's other intake, go on.
 */
export function configuredSources(settings: CollectorSettings, publisher: Publisher, log: ServiceTools['log']): Step {
  const stopping = new AbortController();
  let reading: Promise<unknown> = Promise.resolve();
  const read = async (source: ConfiguredSource): Promise<void> => {
    const { path } = source;
    try {
      const messages = await publishSource(source, settings, publisher, stopping.signal);
      log.info({ path, messages }, 'source read to its end');
    } catch (error) {
      if (!stopping.signal.aborted) log.error({ path, err: error }, 'source given up');
    }
  };
  return {
    name: 'sources',
    start: () => {
      reading = Promise.all(settings.sources.map(read));
      return Promise.resolve();
    },
    stop: async () => {
      stopping.abort();
      await reading;
    },
  };
}

async function publishSource(
  { kind, path, stream = path, ...where }: ConfiguredSource,
  { privacy }: CollectorSettings,
  publisher: Publisher,
  signal: AbortSignal,
): Promise<number> {
  const place: Where = { application: where.application, workload: where.workload, container: where.container };
  const pipeline = new CollectorPipeline(place, stream);
  const clock = await publisher.clockOf(stream);
  let count = 0;
  for await (const item of openSource(
    { workload: place.workload, kind, path },
    { ...place, stream, ...privacy },
    { signal },
  )) {
    const messages = pipeline.push(item);
    await publisher.replay(messages, clock, signal);
    count += messages.length;
  }
  await publisher.ended(clock, signal);
  return count;
}
