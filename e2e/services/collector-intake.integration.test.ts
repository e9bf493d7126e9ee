import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { TOPICS } from '@plimsoll/contracts';
import { applyTopics } from '@plimsoll/kafka-log';
import { afterEach, beforeEach, describe, expect, inject, it, vi } from 'vitest';

import { freePort } from '../servers/index.js';
import { ServiceProcess } from './service-process.js';

const KAFKA_BROKERS = inject('kafkaBrokers') ?? '';
const TOKEN = 'token-of-this-test-alone';
const LINES = Array.from(
  { length: 20 },
  (_, i) =>
    `127.0.0.1 - - [23/Nov/2026:18:39:${String(i).padStart(2, '0')} +0000] "GET /item?id=${i} HTTP/1.1" 200 512\n`,
).join('');

let folder: string;
let started: ServiceProcess[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'collector-'));
  started = [];
});
afterEach(async () => {
  await Promise.all(started.map((service) => service.stop()));
  await rm(folder, { recursive: true });
});

async function start(settings: Readonly<Record<string, string>>): Promise<{ service: ServiceProcess; url: string }> {
  const port = await freePort();
  const service = await ServiceProcess.start('collector', {
    PLIMSOLL_STATE_DIR: folder,
    PLIMSOLL_INTAKE_HOST: '127.0.0.1',
    PLIMSOLL_INTAKE_PORT: String(port),
    PLIMSOLL_INTAKE_TOKEN: TOKEN,
    ...settings,
  });
  started.push(service);
  await service.readiness(200);
  const query = new URLSearchParams({
    application: 'shop',
    workload: 'web',
    container: 'web-1',
    kind: 'access-log',
    stream: `collector-intake-${port}`,
  });
  return { service, url: `http://127.0.0.1:${port}/v1/lines?${query.toString()}` };
}

function send(url: string, token: string): Promise<Response> {
  return fetch(url, { method: 'POST', headers: { authorization: `Bearer ${token}` }, body: LINES });
}

async function metric(service: ServiceProcess, name: string): Promise<number> {
  const { body } = await service.get('/metrics');
  return Number(new RegExp(`^${name}\\{[^}]*\\} (\\S+)$`, 'm').exec(body)?.[1]);
}

describe.skipIf(KAFKA_BROKERS === '')('live intake of the collector', () => {
  it('knows who sends, and answers with what it read', async () => {
    await applyTopics({ brokers: KAFKA_BROKERS.split(',') }, Object.values(TOPICS));
    const { service, url } = await start({ KAFKA_BROKERS });
    expect((await send(url, 'token-of-somebody-else')).status).toBe(401);
    const answer = await send(url, TOKEN);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ lines: 20, events: 20, malformed: 0 });
    expect((await service.stop()).code).toBe(0);
  });

  it('keeps what comes while Kafka is away, through a kill, until Kafka has it', async () => {
    const away = await start({ KAFKA_BROKERS: `127.0.0.1:${await freePort()}` });
    expect((await send(away.url, TOKEN)).status).toBe(200);
    expect(await metric(away.service, 'plimsoll_spool_records_total')).toBe(20);
    away.service.signal('SIGKILL');
    await away.service.ended();

    await applyTopics({ brokers: KAFKA_BROKERS.split(',') }, Object.values(TOPICS));
    const { service } = await start({ KAFKA_BROKERS });
    await vi.waitFor(
      async () => {
        expect(await metric(service, 'plimsoll_spool_bytes')).toBe(0);
      },
      { timeout: 30_000, interval: 100 },
    );
    const { code, output } = await service.stop();
    expect(output).toContain('the spool is empty again');
    expect(code).toBe(0);
  });

  it('follows what a targets file names', async () => {
    await applyTopics({ brokers: KAFKA_BROKERS.split(',') }, Object.values(TOPICS));
    const log = join(folder, 'access.log');
    const targets = join(folder, 'targets.yaml');
    await writeFile(log, LINES);
    await writeFile(targets, `targets: [{ name: log, workload: web, kind: access-log, path: ${log} }]\n`);
    const { service } = await start({ KAFKA_BROKERS, PLIMSOLL_TARGETS_PATH: targets });
    const checkpoints = join(folder, 'checkpoints.json');
    await vi.waitFor(async () => {
      expect(await readFile(checkpoints, 'utf8')).toContain('"lines":20');
    }, 10_000);
    await writeFile(targets, 'targets: []\n');
    await vi.waitFor(() => {
      expect(service.output).toContain('"msg":"target stopped"');
    }, 10_000);
    expect((await service.stop()).code).toBe(0);
  });
});
