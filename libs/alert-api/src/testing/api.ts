import type { Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { sealProfile } from '@plimsoll/contracts';
import { MemoryIncidentStore } from '@plimsoll/incidents';
import { MemoryProfileStore, systemClock, type OutgoingRecord } from '@plimsoll/streaming';

import { AccessTokens, newToken, type Role } from '../api/access-tokens.js';
import { AlertApiModule, type AlertApiOptions } from '../api/alert-api.module.js';
import { DeadLetterWatch } from '../dead-letter-watch.js';
import { PipelineWatch } from '../pipeline-watch.js';

/** The interface on stores in memory, with a token for each role. */
export interface TestApi {
  readonly app: NestFastifyApplication;
  /** Every controller that the module serves. */
  readonly controllers: readonly Type[];
  readonly incidents: MemoryIncidentStore;
  readonly profiles: MemoryProfileStore;
  readonly published: OutgoingRecord[];
  readonly tokens: Readonly<Record<Role, string>>;
  /** Two profile versions of shop/web/web, the first active. */
  readonly versions: readonly [string, string];
}

export async function testApi(change: Partial<AlertApiOptions> = {}): Promise<TestApi> {
  const incidents = new MemoryIncidentStore();
  const profiles = new MemoryProfileStore();
  const published: OutgoingRecord[] = [];
  const made = { viewer: newToken(), analyst: newToken(), admin: newToken() };
  const file = (['viewer', 'analyst', 'admin'] as const).map((role) => ({
    name: `the ${role}`,
    role,
    sha256: made[role].sha256,
  }));
  const versions = await Promise.all(
    [1, 2].map(async (events) => {
      const learned = { streams: ['test'], events, novelty: 0, complete: true, notes: [] };
      const profile = sealProfile({
        application: 'shop',
        workload: 'web',
        detector: 'web',
        learned,
        model: { kind: 'web/2', table: [['test', [['events', events]]]], views: {} },
      });
      const slot = { application: 'shop', workload: 'web', detector: 'web' };
      await profiles.put(slot, profile.version, Buffer.from(JSON.stringify(profile)));
      return profile.version;
    }),
  );
  await profiles.activate({ application: 'shop', workload: 'web', detector: 'web' }, versions[0]!, 'the test');
  const module = AlertApiModule.register({
    incidents,
    profiles,
    log: {
      publish: (records) => {
        published.push(...records);
        return Promise.resolve();
      },
    },
    clock: systemClock,
    watch: new PipelineWatch(),
    deadLetters: new DeadLetterWatch(),
    allowed: { total: 1, shares: { log: 0.4, weak: 0.1 } },
    dependencies: [{ name: 'store', check: () => incidents.health() }],
    tokens: AccessTokens.parse(JSON.stringify({ tokens: file })),
    requestLimit: { burst: 10_000, perSecond: 10_000 },
    ...change,
  });
  const app = await NestFactory.create<NestFastifyApplication>(
    module,
    new FastifyAdapter({ forceCloseConnections: true }),
    {
      logger: false,
    },
  );
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
  return {
    app,
    controllers: module.controllers ?? [],
    incidents,
    profiles,
    published,
    tokens: { viewer: made.viewer.token, analyst: made.analyst.token, admin: made.admin.token },
    versions: [versions[0]!, versions[1]!],
  };
}
