import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

import { TOPICS } from '@plimsoll/contracts';
import { applyTopics, KafkaLog } from '@plimsoll/kafka-log';
import { afterEach, describe, expect, inject, it } from 'vitest';

import { freePort } from '../servers/index.js';
import { ServiceProcess } from './service-process.js';

const KAFKA_BROKERS = inject('kafkaBrokers') ?? '';
const TOKEN = 'bearer-Zq81-of-the-senders';
/** Each is found by its own marker, so that what leaks tells where from. */
const SECRETS = ['Hunter2Path', 'Hunter2Query', 'Hunter2Body', 'Hunter2Cookie', 'Hunter2Basic', 'Hunter2Sql', 'Hunter2Identified', 'Hunter2Audit', 'Hunter2Object', 'Hunter2Malformed', 'Hunter2Target', TOKEN]; // prettier-ignore

const SENT: readonly (readonly [kind: string, lines: readonly string[]])[] = [
  [
    'access-log',
    [
      '10.0.0.1 - - [23/Nov/2026:18:39:00 +0000] "GET /reset?token=Hunter2Query&name=ann HTTP/1.1" 200 5 "-" "c"',
      `10.0.0.1 - - [23/Nov/2026:18:39:01 +0000] "GET /reset/eyJHunter2Path0abcdef123456.abc HTTP/1.1" 200 5 "http://x/?session=Hunter2Cookie" "c"`,
      '{"time":"2026-11-23T17:40:02Z","remote":"10.0.0.1","method":"POST","path":"/login","status":200,"bytes":5,"request_body":"user=ann&password=Hunter2Body","user_agent":"c"}',
      '10.0.0.1 - - [23/Nov/2026:18:39:02 "GET /broken?password=Hunter2Malformed',
    ],
  ],
  [
    'sql-log',
    [
      "261125 18:36:29\t     5 Query\tSELECT * FROM account WHERE password = 'Hunter2Sql' OR 1=1 -- '",
      "\t\t     5 Query\tCREATE USER x IDENTIFIED BY 'Hunter2Identified'",
      '\t\t     5 Quit\t',
    ],
  ],
  [
    'strace',
    [
      '7 1795455028.000001 accept4(3, {sa_family=AF_INET, sin_port=htons(5), sin_addr=inet_addr("10.0.0.1")}, [128 => 16], 0) = 9 <0.000100>',
      `7 1795455028.000002 read(9, "POST /login HTTP/1.1\\r\\nHost: x\\r\\nCookie: sid=Hunter2Cookie\\r\\nAuthorization: Basic Hunter2Basic\\r\\nContent-Type: application/x-www-form-urlencoded\\r\\nContent-Length: 20\\r\\n\\r\\npassword=Hunter2Body", 8000) = ${'POST /login HTTP/1.1\r\nHost: x\r\nCookie: sid=Hunter2Cookie\r\nAuthorization: Basic Hunter2Basic\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 20\r\n\r\npassword=Hunter2Body'.length} <0.000010>`,
      `7 1795455028.000003 openat(AT_FDCWD, "/var/lib/php/sessions/sess_Hunter2Path0abcdef123456", O_RDONLY <unfinished ...>`,
      `7 1795455028.000004 write(9, "HTTP/1.1 200 OK\\r\\nSet-Cookie: sid=Hunter2Cookie\\r\\nContent-Length: 2\\r\\n\\r\\nok", 77) = 77 <0.000010>`,
    ],
  ],
];
const AUDIT = {
  kind: 'EventList',
  apiVersion: 'audit.k8s.io/v1',
  items: [
    {
      level: 'RequestResponse',
      auditID: 'a1',
      stage: 'ResponseComplete',
      requestURI: '/api/v1/namespaces/shop/secrets?token=Hunter2Audit',
      verb: 'create',
      user: { username: 'alice' },
      objectRef: { resource: 'secrets', namespace: 'shop', name: 'db' },
      responseStatus: { code: 201 },
      requestObject: { kind: 'Secret', data: { password: 'Hunter2Object' }, stringData: { token: 'Hunter2Object' } },
      responseObject: { kind: 'Secret', data: { password: 'Hunter2Object' } },
      requestReceivedTimestamp: '2026-11-23T17:40:02.120000Z',
      stageTimestamp: '2026-11-23T17:40:02.125000Z',
    },
  ],
};

let folder = '';
let service: ServiceProcess | undefined;
afterEach(async () => {
  await service?.stop();
  await rm(folder, { recursive: true, force: true });
});

describe.skipIf(KAFKA_BROKERS === '').each(['strict', 'balanced', 'full'])('planted secrets, %s', (privacy) => {
  it('are in no topic, no log line, no answer and no file of the collector', async () => {
    folder = await mkdtemp(join(tmpdir(), 'plimsoll-secrets-'));
    const found: string[] = [];
    const search = (where: string, text: string): void => {
      for (const secret of SECRETS) {
        if (text.toLowerCase().includes(secret.toLowerCase())) found.push(`${secret} in ${where}`);
      }
    };
    await applyTopics({ brokers: KAFKA_BROKERS.split(',') }, Object.values(TOPICS));
    const targets = join(folder, 'targets.yaml');
    await writeFile(targets, 'targets: []\n');
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    // First without Kafka, so that everything passes through the spool.
    const settings = {
      PLIMSOLL_STATE_DIR: join(folder, 'state'),
      PLIMSOLL_TARGETS_PATH: targets,
      PLIMSOLL_INTAKE_HOST: '127.0.0.1',
      PLIMSOLL_INTAKE_PORT: String(port),
      PLIMSOLL_INTAKE_TOKEN: TOKEN,
      PLIMSOLL_PRIVACY: privacy,
      LOG_LEVEL: 'trace',
    };
    service = await ServiceProcess.start('collector', { ...settings, KAFKA_BROKERS: `127.0.0.1:${await freePort()}` });
    await service.readiness(200);
    const application = `secrets-${privacy}-${Date.now()}`;
    const send = async (path: string, body: string | Uint8Array, token = TOKEN): Promise<number> => {
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
      const response = await fetch(url + path, { method: 'POST', headers, body });
      search(`the answer of ${path}`, await response.text());
      return response.status;
    };
    for (const [kind, lines] of SENT) {
      const query = new URLSearchParams({ application, workload: 'w', container: 'c', kind, stream: `${application}/${kind}` }); // prettier-ignore
      expect(await send(`/v1/lines?${query.toString()}`, `${lines.join('\n')}\n`)).toBe(200);
      // Of another kind, without rights, and with a query that names a secret.
      query.set('kind', kind === 'strace' ? 'k8s-audit' : 'strace');
      query.set('stream', 'wrong');
      await send(`/v1/lines?${query.toString()}`, lines.join('\n'));
      await send(`/v1/lines?${query.toString()}`, lines.join('\n'), 'token-Hunter2Basic-of-nobody');
      await send('/v1/lines?kind=Hunter2Query&token=Hunter2Query', lines.join('\n'));
    }
    expect(await send('/v1/k8s-audit', JSON.stringify(AUDIT))).toBe(200);
    await send('/v1/k8s-audit', '{"kind":"EventList","items":[{"password":"Hunter2Malformed"');
    await send('/v1/k8s-audit', '{"kind":"Hunter2Malformed"}');
    await writeFile(targets, 'targets: [{ name: Hunter2Target!, password: Hunter2Target, workload: 7 }]\n');
    await wait(2_000);
    for (const name of await readdir(join(folder, 'state'), { recursive: true })) {
      const bytes = await readFile(join(folder, 'state', name)).catch(() => Buffer.alloc(0));
      search(`the file ${name}`, bytes.toString('latin1'));
    }
    search('the log', (await service.stop()).output);

    await writeFile(targets, 'targets: []\n');
    service = await ServiceProcess.start('collector', { ...settings, KAFKA_BROKERS });
    await service.readiness(200);
    const read = await readTopics(application, search);
    expect(read).toBeGreaterThanOrEqual(7);
    search('the log', (await service.stop()).output);
    expect([...new Set(found)]).toEqual([]);
  });
});

/** Searches every record of every topic; resolves with how many were of the application once they have come. */
async function readTopics(application: string, search: (where: string, text: string) => void): Promise<number> {
  const log = new KafkaLog({ brokers: KAFKA_BROKERS.split(','), clientId: application });
  let own = 0;
  for (const { name } of Object.values(TOPICS)) {
    await log.consume({
      topic: name,
      group: `${application}/${name}`,
      handler: {
        assigned: () => Promise.resolve(undefined),
        revoked: () => Promise.resolve(),
        batch: (_, records) => {
          for (const { key, value, headers } of records) {
            const text = `${key ?? ''} ${JSON.stringify(headers)} ${Buffer.from(value).toString('latin1')}`;
            search(`a record of ${name}`, text);
            if (text.includes(application)) own++;
          }
          return Promise.resolve();
        },
      },
    });
  }
  for (let tries = 0, before = -1; tries < 60 && (own < 7 || own !== before); tries++) {
    before = own;
    await wait(500);
  }
  await log.close();
  return own;
}
