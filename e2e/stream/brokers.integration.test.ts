import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { hasProgram, startLocalKafka, startLocalRedis, type LocalKafka, type LocalRedis } from '../servers/index.js';
import { CountingRun } from './counting-run.js';

const programs = await Promise.all(['java', 'mvn', 'redis-server'].map((name) => hasProgram(name)));
const possible = programs.every(Boolean);
if (!possible) process.stderr.write('No java, mvn and redis-server here: three brokers are not tested.\n');

const pause = (durationMs: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, durationMs));

if (possible) {
  describe('three brokers, every topic on all of them', () => {
    let kafka: LocalKafka;
    let redis: LocalRedis;
    beforeAll(async () => {
      [kafka, redis] = await Promise.all([startLocalKafka(3), startLocalRedis()]);
    });
    afterAll(() => Promise.all([kafka.close(), redis.close()]));

    it('lose one at a time, killed and started again, and the output stays the same', async () => {
      const { brokers } = kafka;
      const run = await CountingRun.prepare({ brokers, redisUrl: redis.url, records: 6_000, replicationFactor: 3 });
      try {
        const services = [run.start(), run.start()];
        const feeding = run.feed(20_000);
        await expect.poll(() => services[0]!.count('processed'), { timeout: 60_000 }).toBeGreaterThan(10);
        for (const node of kafka.nodes) {
          await node.kill();
          await pause(4_000);
          await node.start();
          await pause(6_000);
        }
        await feeding;
        await run.expectSameAsInMemory(120_000);
      } finally {
        await run.close();
      }
    }, 300_000);
  });
}
