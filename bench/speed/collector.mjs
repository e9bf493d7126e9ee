// What the collector's own process takes from strace's bytes, which come over HTTP, to messages that Kafka has acknowledged.
import { Buffer } from 'node:buffer';
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { URLSearchParams } from 'node:url';

import { TOPICS } from '@plimsoll/contracts';
import { applyTopics } from '@plimsoll/kafka-log';

import { freePort } from '../../e2e/dist/servers/index.js';
import { ServiceProcess } from '../../e2e/dist/services/service-process.js';
import { callLines, straceFiles } from './traces.mjs';

const TOKEN = 'token-of-this-bench-alone';
const BODY_BYTES = 1_048_576;
/** Of each application, so much of its traces. */
const BYTES = 48_000_000;

/** A `ServiceProcess` collector that takes lines, and the address to send those of a container to. */
export async function startCollector(brokers, folder) {
  const port = await freePort();
  const service = await ServiceProcess.start('collector', {
    KAFKA_BROKERS: brokers,
    LOG_LEVEL: 'warn',
    PLIMSOLL_STATE_DIR: folder,
    PLIMSOLL_INTAKE_HOST: '127.0.0.1',
    PLIMSOLL_INTAKE_PORT: String(port),
    PLIMSOLL_INTAKE_TOKEN: TOKEN,
  });
  const url = (where, kind, stream) =>
    `http://127.0.0.1:${port}/v1/lines?${new URLSearchParams({ ...where, kind, stream })}`;
  return { service, url };
}

/** Sends lines to the collector; resolves when they are safe. */
export async function post(url, body) {
  const answer = await globalThis.fetch(url, { method: 'POST', headers: { authorization: `Bearer ${TOKEN}` }, body });
  if (!answer.ok) throw new Error(`the collector answers ${answer.status} ${await answer.text()}`);
  await answer.arrayBuffer();
}

export async function metricOf(service, name) {
  const { body } = await service.get('/metrics');
  return Number(new RegExp(`^${name}\\S* (\\S+)$`, 'm').exec(body)?.[1]);
}

/** By application, with all that is rebuilt of their data, and of one the calls alone. */
export async function collector({ brokers }, rounds) {
  await applyTopics({ brokers: brokers.split(',') }, Object.values(TOPICS));
  const rows = [
    ['calls alone', bodiesOf([Buffer.from(strippedText())])],
    ...['shop', 'employee', 'board'].map((name) => [`${name}, with events`, bodiesOf(straceFiles([name]))]),
  ].map(([title, bodies]) => ({ title, bodies, rounds: [] }));
  const folder = await mkdtemp(join(tmpdir(), 'collector-'));
  const { service, url } = await startCollector(brokers, folder);
  try {
    await service.readiness(200);
    if (cpus().length > 1) spawnSync('taskset', ['-a', '-c', '-p', '1', String(service.pid)]);
    for (let round = -1; round < rounds; round++) {
      for (const row of rows) {
        const measured = await once(service, (name) => url({ application: 'bench', workload: 'web', container: 'c' }, 'strace', name), row.bodies, `${round}-${row.title}`); // prettier-ignore
        if (round >= 0) row.rounds.push(measured);
      }
    }
  } finally {
    await service.stop();
    await rm(folder, { recursive: true });
  }
  return { unit: 'lines', rows: rows.map(({ title, rounds: each }) => ({ title, rounds: each })) };
}

async function once(service, urlOf, bodies, stream) {
  const lines = bodies.reduce((sum, body) => sum + linesIn(body), 0);
  const [cpu, startMs] = [await metricOf(service, 'process_cpu_seconds_total'), performance.now()];
  for (const body of bodies) await post(urlOf(stream), body);
  const seconds = (performance.now() - startMs) / 1_000;
  const spent = (await metricOf(service, 'process_cpu_seconds_total')) - cpu;
  const rssBytes = await metricOf(service, 'process_resident_memory_bytes');
  return { rate: lines / seconds, cpuPerMillion: (spent / lines) * 1e6, rssBytes };
}

/** Calls without arguments, 100 µs apart. */
function strippedText() {
  return callLines(500_000)
    .map(([thread, call], k) => `${thread} ${(1_790_000_000 + k / 10_000).toFixed(6)} ${call}`)
    .join('');
}

/** Whole lines, about a megabyte in each. */
function bodiesOf(files) {
  const bodies = [];
  let sent = 0;
  for (const bytes of files) {
    for (let at = 0; at < bytes.length && sent < BYTES;) {
      const end = bytes.length - at <= BODY_BYTES ? bytes.length : bytes.lastIndexOf(10, at + BODY_BYTES) + 1;
      bodies.push(bytes.subarray(at, end));
      sent += end - at;
      at = end;
    }
  }
  return bodies;
}

function linesIn(bytes) {
  let count = 0;
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) count += 1;
  return count;
}
