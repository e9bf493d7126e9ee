import { fileURLToPath } from 'node:url';

import { expect, it } from 'vitest';

import { configuredSources } from './configured-sources.js';
import { Publisher } from './publisher.js';
import type { CollectorSettings, ConfiguredSource } from './collector-settings.js';

const SAMPLE = fileURLToPath(new URL('../../../recordings/shop/shop-csrf-a/access.jsonl.gz', import.meta.url));

function sourceAt(path: string): ConfiguredSource {
  return { application: 'shop', workload: 'web', container: 'web-1', kind: 'access-log', path };
}

async function readinessOf(...paths: readonly string[]) {
  const settings: CollectorSettings = {
    sources: paths.map(sourceAt),
    replay: false,
    privacy: { privacy: 'balanced' },
  };
  const log = { publish: () => Promise.resolve() };
  const counts = { current: () => Promise.resolve({ syscalls: 1, logs: 1 }) };
  let ended = 0;
  const quiet = { info: () => (ended += 1), error: () => (ended += 1) };
  const sources = configuredSources(settings, new Publisher(log, counts), quiet);
  await sources.start?.();
  await expect.poll(() => ended).toBe(paths.length);
  return sources.check();
}

it('is not ready where the only source was given up, and names it', async () => {
  expect(await readinessOf(SAMPLE)).toEqual({ ready: true });
  const failed = await readinessOf('/nowhere/access.log');
  expect(failed).toMatchObject({ ready: false, reason: expect.stringContaining('/nowhere/access.log') as string });
});

it('is ready while others are read, and tells of the one that was given up', async () => {
  const one = await readinessOf(SAMPLE, '/nowhere/access.log');
  expect(one).toMatchObject({ ready: true, reason: expect.stringMatching(/^1 of 2 sources/) as string });
});
