import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { ROOT } from '../root.js';
import {
  freePort,
  hasProgram,
  ServerProcess,
  startLocalKafka,
  startLocalRedis,
  type LocalKafka,
  type LocalRedis,
} from '../servers/index.js';
import { ServiceProcess } from './service-process.js';

const programs = await Promise.all(
  ['java', 'mvn', 'redis-server', 'prometheus', 'promtool'].map((name) => hasProgram(name)),
);
const possible = programs.every(Boolean);
if (!possible) process.stderr.write('No java, mvn, redis-server and prometheus here: the dashboard is not tested.\n');

const SERVICES = ['collector', 'sequence-detector', 'frequency-detector', 'log-detector', 'alert-service'];
/** Panels of what a replay without trouble, and without a followed log, does not bring about. */
const QUIET = ['Set aside and lost', 'Lines by what became of them'];

interface Panel {
  readonly title: string;
  readonly targets: readonly { readonly expr: string }[];
}

describe.skipIf(!possible)('the metrics of all services', () => {
  let kafka: LocalKafka;
  let redis: LocalRedis;
  let services: ServiceProcess[] = [];
  let prometheus: ServerProcess | undefined;
  let folder: string;
  const plimsoll = (...args: string[]): Promise<unknown> =>
    promisify(execFile)(process.execPath, [join(ROOT, 'apps/cli/bin/plimsoll.js'), ...args], {
      env: { PATH: process.env['PATH'], KAFKA_BROKERS: kafka.brokers, REDIS_URL: redis.url },
    });

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'plimsoll-metrics-'));
    [kafka, redis] = await Promise.all([startLocalKafka(1), startLocalRedis({ settings: { maxmemory: '256mb' } })]);
    await plimsoll('topics', 'apply');
    const environment = {
      KAFKA_BROKERS: kafka.brokers,
      REDIS_URL: redis.url,
      PLIMSOLL_REPLAY: 'true',
      PLIMSOLL_STATE_DIR: folder,
    };
    services = await Promise.all(SERVICES.map((name) => ServiceProcess.start(name, environment)));
    await Promise.all(services.map((service) => service.readiness(200, 120_000)));
    prometheus = await startPrometheus(folder, services);
    const recordings = join(ROOT, 'recordings/cluster');
    await plimsoll('learn', recordings, '--out', join(folder, 'profiles'));
    await plimsoll('profiles', 'push', join(folder, 'profiles'));
    await plimsoll('replay', recordings, '--to', services[0]!.address);
  }, 300_000);

  afterAll(async () => {
    await prometheus?.stop();
    await Promise.all(services.map((service) => service.stop()));
    await Promise.all([kafka.close(), redis.close(), rm(folder, { recursive: true, force: true })]);
  });

  it('fill every panel of the dashboard', async () => {
    const { panels } = JSON.parse(await readFile(join(ROOT, 'deploy/observability/dashboard.json'), 'utf8')) as {
      panels: readonly Panel[];
    };
    const asked = panels.filter(({ title }) => !QUIET.includes(title)).flatMap(({ targets }) => targets);
    expect(asked.length).toBeGreaterThan(10);
    const empty = async (): Promise<string[]> => {
      const answers = await Promise.all(asked.map(({ expr }) => query(prometheus!.port, expr)));
      return asked.flatMap(({ expr }, at) => (answers[at]!.length > 0 ? [] : [expr]));
    };
    await expect.poll(empty, { timeout: 90_000, interval: 1_000 }).toEqual([]);
  }, 120_000);

  it('have nothing for promtool to find fault with', async () => {
    for (const [at, service] of services.entries()) {
      const { body } = await service.get('/metrics');
      const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], { input: body, encoding: 'utf8' });
      expect({ service: SERVICES[at], status, said: stdout + stderr }).toMatchObject({ status: 0, said: '' });
    }
  });
});

describe.skipIf(!possible)('the alert rules', () => {
  it('are right, and say what their tests say', () => {
    for (const what of [
      ['check', 'alerts.yaml'],
      ['test', 'alerts.test.yaml'],
    ]) {
      const [verb, file] = what as [string, string];
      const args = [verb, 'rules', join(ROOT, 'deploy/observability', file)];
      expect(spawnSync('promtool', args, { encoding: 'utf8' })).toMatchObject({ status: 0 });
    }
  }, 60_000);
});

/** Scrapes each second. */
async function startPrometheus(folder: string, services: readonly ServiceProcess[]): Promise<ServerProcess> {
  const targets = services.map(({ address }) => new URL(address).host);
  const settings = {
    global: { scrape_interval: '1s' },
    scrape_configs: [{ job_name: 'plimsoll', static_configs: [{ targets }] }],
  };
  const file = join(folder, 'prometheus.yaml');
  await writeFile(file, JSON.stringify(settings));
  const port = await freePort();
  const args = [
    `--config.file=${file}`,
    `--storage.tsdb.path=${join(folder, 'tsdb')}`,
    `--web.listen-address=127.0.0.1:${port}`,
  ];
  const server = new ServerProcess({ command: 'prometheus', args, port, startTimeoutMs: 60_000, directory: folder });
  await server.start();
  return server;
}

/** What Grafana would be answered: its interval is four scrapes, here at least long enough to hold the replay. */
async function query(port: number, expr: string): Promise<readonly unknown[]> {
  const text = encodeURIComponent(expr.replaceAll('$__rate_interval', '5m'));
  const answer = await fetch(`http://127.0.0.1:${port}/api/v1/query?query=${text}`);
  const body = (await answer.json()) as { status: string; data?: { result: { value: [number, string] }[] } };
  if (body.status !== 'success') throw new Error(`${expr}: ${JSON.stringify(body)}`);
  return body.data!.result.filter(({ value: [, figure] }) => figure !== 'NaN');
}
