import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer, type Server } from 'node:tls';

import { Registry } from 'prom-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { certificateEnds, certificateMetric, kafkaServers, redisServers } from './certificates.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** A server with a certificate that nobody signed and that ends in two days. */
async function serve(): Promise<{ server: Server; address: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-certificates-'));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const made = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  execFileSync('openssl', [...made, '-subj', '/CN=test', '-keyout', key, '-out', cert], { stdio: 'ignore' });
  const server = createServer({ key: readFileSync(key), cert: readFileSync(cert) });
  rmSync(folder, { recursive: true });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, address: `127.0.0.1:${(server.address() as AddressInfo).port}` };
}

function opensslAnswers(): boolean {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

describe.runIf(opensslAnswers())('the ends of certificates', () => {
  let address: string;
  let server: Server;
  let connections = 0;

  beforeAll(async () => {
    ({ server, address } = await serve());
    server.on('connection', () => (connections += 1));
  });
  afterAll(() => {
    server.close();
  });

  it('are read from servers that nobody trusts, and of those that answer by TLS', async () => {
    const ends = await certificateEnds({ addresses: [address, '127.0.0.1:1'], tls: {} });
    expect([...ends.keys()]).toEqual([address]);
    expect(Math.abs(ends.get(address)! - Date.now() - 2 * DAY_MS)).toBeLessThan(60_000);
    expect(await certificateEnds({ addresses: [address], tls: undefined })).toEqual(new Map());
  });

  it('are measured, and asked for once an hour', async () => {
    const registry = new Registry();
    let nowMs = 0;
    certificateMetric(registry, [kafkaServers({ brokers: [address], tls: {} })], () => nowMs);
    const before = connections;
    const asked: number[] = [];
    for (nowMs of [0, HOUR_MS - 1, HOUR_MS]) {
      const text = await registry.metrics();
      const [, end] = /plimsoll_certificate_end_timestamp_seconds\{server="127.0.0.1:\d+"\} (\d+)/.exec(text)!;
      expect(Math.abs(Number(end) * 1_000 - Date.now() - 2 * DAY_MS)).toBeLessThan(60_000);
      asked.push(connections - before);
    }
    expect(asked).toEqual([1, 1, 2]);
  });
});

it('names no server that is reached in the clear', async () => {
  const registry = new Registry();
  certificateMetric(registry, [redisServers({ nodes: [{ host: 'redis', port: 6379 }] })]);
  expect(await registry.metrics()).not.toMatch(/server=/);
});
