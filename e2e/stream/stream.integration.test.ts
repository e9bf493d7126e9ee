import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import {
  hasProgram,
  startLocalKafka,
  startLocalRedis,
  startLocalRedisCluster,
  TcpProxy,
  type LocalKafka,
  type LocalRedis,
} from '../servers/index.js';
import { CountingRun, SESSION_MS } from './counting-run.js';

/*
 * These tests stop, kill, pause and cut servers, so they start servers of their own, which takes programs of this
 * machine. Where those are missing nothing is registered: the tests on the run's own servers remain.
 */
const programs = await Promise.all(['java', 'mvn', 'redis-server'].map((name) => hasProgram(name)));
const possible = programs.every(Boolean);
if (!possible) process.stderr.write('No java, mvn and redis-server here: the disturbed stream is not tested.\n');

const pause = (durationMs: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, durationMs));

if (possible) {
  describe('the stream through disturbances equals one process in memory', () => {
    let kafka: LocalKafka;
    const runs: CountingRun[] = [];
    const redises: { close(): Promise<void> }[] = [];

    beforeAll(async () => {
      kafka = await startLocalKafka(1);
    });
    afterEach(async () => {
      await Promise.all(runs.splice(0).map((run) => run.close()));
      await Promise.all(redises.splice(0).map((redis) => redis.close()));
    });
    afterAll(() => kafka.close());

    const redis = async (options: Parameters<typeof startLocalRedis>[0] = {}): Promise<LocalRedis> => {
      const started = await startLocalRedis(options);
      redises.push(started);
      return started;
    };
    const proxyTo = async (port: number): Promise<TcpProxy> => {
      const proxy = await TcpProxy.start(port);
      redises.push(proxy);
      return proxy;
    };
    const prepare = async (redisUrl: string, records = 6_000, commitDelayMs = 5): Promise<CountingRun> => {
      const run = await CountingRun.prepare({ brokers: kafka.brokers, redisUrl, records, commitDelayMs });
      runs.push(run);
      return run;
    };

    it('scales 1 → 4 → 2 → 1 in mid-stream', async () => {
      const run = await prepare((await redis()).url);
      const services = [run.start()];
      const feeding = run.feed(12_000);
      await pause(2_000);
      services.push(run.start(), run.start(), run.start());
      await pause(4_000);
      await Promise.all(services.splice(0, 2).map((service) => service.stop()));
      await pause(3_000);
      await Promise.all(services.splice(0, 1).map((service) => service.stop()));
      await feeding;
      await run.expectSameAsInMemory();
    });

    it('kills services again and again', async () => {
      const run = await prepare((await redis()).url);
      let services = [run.start(), run.start()];
      const feeding = run.feed(12_000);
      for (let i = 0; i < 8; i += 1) {
        await pause(500 + ((i * 397) % 900));
        const [victim, ...others] = services;
        await victim?.kill();
        services = [...others, run.start()];
      }
      await feeding;
      await run.expectSameAsInMemory();
    });

    it('refuses an owner that was paused past its session', async () => {
      const run = await prepare((await redis()).url);
      const zombie = run.start();
      const feeding = run.feed(8_000);
      await expect.poll(() => zombie.count('processed'), { timeout: 30_000 }).toBeGreaterThan(20);
      zombie.pause();
      const owner = run.start();
      await expect.poll(() => owner.count('processed'), { timeout: SESSION_MS * 5 }).toBeGreaterThan(100);
      zombie.resume();
      await feeding;
      await run.expectSameAsInMemory();
      // What it held in its hands was refused, by the store or by its own look at the clock, and it works on as a member.
      expect(zombie.count('fenced') + zombie.count('handler-failed') + zombie.count('revoked')).toBeGreaterThan(0);
    });

    it('waits while Redis is killed and restarted with its append-only file', async () => {
      const store = await redis({ appendOnly: true });
      const run = await prepare(store.url);
      const services = [run.start(), run.start()];
      const feeding = run.feed(8_000);
      for (let i = 0; i < 2; i += 1) {
        await pause(2_500);
        await store.node.kill();
        await pause(1_500);
        await store.node.start();
      }
      await feeding;
      await run.expectSameAsInMemory();
      expect(services[0]!.count('retry') + services[1]!.count('retry')).toBeGreaterThan(0);
    });

    it('goes back to what a promoted replica knows', async () => {
      const master = await redis();
      const link = await proxyTo(master.port);
      const replica = await redis({ replicaOf: { port: link.port } });
      await expect.poll(() => replica.command('info', 'replication')).toContain('master_link_status:up');
      const proxy = await proxyTo(master.port);
      const run = await prepare(`redis://127.0.0.1:${proxy.port}`);
      const service = run.start();
      const feeding = run.feed(6_000);
      await expect.poll(() => service.count('processed'), { timeout: 30_000 }).toBeGreaterThan(50);
      // The replica falls behind: writes that the master acknowledges now are lost with it.
      link.break();
      await pause(500);
      await master.node.kill();
      await replica.command('replicaof', 'no', 'one');
      proxy.leadTo(replica.port);
      await feeding;
      await run.expectSameAsInMemory();
      expect(service.count('fenced')).toBeGreaterThan(0);
    });

    it('survives a Redis connection that is cut and slow', async () => {
      const store = await redis();
      const proxy = await proxyTo(store.port);
      const run = await prepare(`redis://127.0.0.1:${proxy.port}`);
      run.start();
      const feeding = run.feed(6_000);
      for (let i = 0; i < 5; i += 1) {
        await pause(600);
        proxy.cut();
        proxy.delayMs = i % 2 === 0 ? 40 : 0;
      }
      proxy.break();
      await pause(2_000);
      proxy.mend();
      proxy.delayMs = 0;
      await feeding;
      await run.expectSameAsInMemory();
    });

    it('works on Redis Cluster', async () => {
      const cluster = await startLocalRedisCluster(3);
      redises.push(cluster);
      const run = await prepare(cluster.url, 3_000);
      run.start();
      await run.feed(2_000);
      await run.expectSameAsInMemory();
    });

    it('waits while the broker is killed and started again', async () => {
      const run = await prepare((await redis()).url);
      const service = run.start();
      const feeding = run.feed(8_000);
      await expect.poll(() => service.count('processed'), { timeout: 30_000 }).toBeGreaterThan(20);
      await kafka.nodes[0]!.kill();
      await pause(3_000);
      await kafka.nodes[0]!.start();
      await feeding;
      await run.expectSameAsInMemory();
    });
  });
}
