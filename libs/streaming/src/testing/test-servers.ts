import { inject, type ProvidedContext } from 'vitest';

declare module 'vitest' {
  interface ProvidedContext {
    /** Addresses that the run's set-up found; undefined where this machine has no servers. */
    kafkaBrokers: string | undefined;
    redisUrl: string | undefined;
  }
}

/** What the run's set-up gives to every test file. */
export type TestContext = Pick<ProvidedContext, 'kafkaBrokers' | 'redisUrl'>;

export interface TestServers {
  /** `host:port,…` */
  readonly kafkaBrokers: string;
  readonly redisUrl: string;
}

/** The real Kafka and Redis of this run, or undefined where there are none: the tests are then skipped, aloud. */
export function testServers(): TestServers | undefined {
  const kafkaBrokers = inject('kafkaBrokers');
  const redisUrl = inject('redisUrl');
  return kafkaBrokers === undefined || redisUrl === undefined ? undefined : { kafkaBrokers, redisUrl };
}
