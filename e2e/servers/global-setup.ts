import type { TestContext } from '@plimsoll/streaming/testing';
import type { TestProject } from 'vitest/node';

import { findServers } from './servers.js';

/** Starts the servers once for the whole run of the integration tests, and stops them after it. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const servers = await findServers();
  if ('missing' in servers) {
    const message = `No Kafka and Redis for the integration tests: ${servers.missing}`;
    if (process.env['CI'] === 'true') throw new Error(message);
    process.stderr.write(`\n${message}. They are skipped.\n`);
    provide(project, { kafkaBrokers: undefined, redisUrl: undefined });
    return () => Promise.resolve();
  }
  process.stderr.write(`Integration tests on Kafka and Redis from ${servers.origin}\n`);
  provide(project, servers);
  return () => servers.close();
}

function provide(project: TestProject, { kafkaBrokers, redisUrl }: TestContext): void {
  project.provide('kafkaBrokers', kafkaBrokers);
  project.provide('redisUrl', redisUrl);
}
