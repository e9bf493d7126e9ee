import type { Where } from '@plimsoll/contracts';
import { CollectorPipeline } from '@plimsoll/pipelines';
import type { Dependency, ServiceTools, Step } from '@plimsoll/service-kit';
import { openSource } from '@plimsoll/sources';

import type { CollectorSettings, ConfiguredSource } from './collector-settings.js';
import type { Publisher } from './publisher.js';

/**
 * Reads the files that the configuration names, all at once, each to its end. One that cannot be read is logged and told
 * on readiness, and the others, and the collector's other intake, go on; where none could be read, it is not ready.
 */
export function configuredSources(
  settings: CollectorSettings,
  publisher: Pick<Publisher, 'clockOf' | 'replay' | 'ended'>,
  log: Pick<ServiceTools['log'], 'info' | 'error'>,
): Step & Dependency {
  const stopping = new AbortController();
  const failed = new Map<string, string>();
  let reading: Promise<unknown> = Promise.resolve();
  const read = async (source: ConfiguredSource): Promise<void> => {
    const { path } = source;
    try {
      const messages = await publishSource(source, settings, publisher, stopping.signal);
      log.info({ path, messages }, 'source read to its end');
    } catch (error) {
      if (!stopping.signal.aborted) failed.set(path, error instanceof Error ? error.message : 'cannot be read');
      if (!stopping.signal.aborted) log.error({ path, err: error }, 'source given up');
    }
  };
  return {
    name: 'sources',
    start: () => {
      reading = Promise.all(settings.sources.map(read));
      return Promise.resolve();
    },
    check: () => {
      const [first] = failed;
      if (first === undefined) return Promise.resolve({ ready: true });
      const reason = `${failed.size} of ${settings.sources.length} sources were given up, ${first[0]}: ${first[1]}`;
      return Promise.resolve({ ready: failed.size < settings.sources.length, reason });
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
  publisher: Pick<Publisher, 'clockOf' | 'replay' | 'ended'>,
  signal: AbortSignal,
): Promise<number> {
  const full: Where = { application: where.application, workload: where.workload, container: where.container };
  const pipeline = new CollectorPipeline(full, stream);
  const clock = await publisher.clockOf(stream);
  let count = 0;
  for await (const item of openSource(
    { workload: full.workload, kind, path },
    { ...full, stream, ...privacy },
    { signal },
  )) {
    const messages = pipeline.push(item);
    await publisher.replay(messages, clock, signal);
    count += messages.length;
  }
  await publisher.ended(clock, signal);
  return count;
}
