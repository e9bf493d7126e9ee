/**
 * A real API server posts its audit webhook to a real collector for 10,000 requests while Kafka is stopped for a minute in
 * the middle: every auditID that a client was told, and every one of the API server's own audit log, must be on the topic
 * `logs` under one identity. Prints the counts; exit code 1 where one is missing. Run after `npm run build`:
 *
 *   node e2e/audit-outage.mjs [--requests 10000] [--outage 60] [--server ../shared/bin/kubernetes/kubernetes-local.sh]
 *
 * The script that `--server` names starts an API server: `build`, `up` and `down` with KDIR, KPORT, EPORT and WEBHOOK from
 * the environment; `up` leaves `pki/` with certificates of admin and alice, and `audit/audit.log`, in KDIR.
 */
import { execFile } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs, promisify } from 'node:util';
import { setTimeout as wait } from 'node:timers/promises';

import { ApiClient } from '../testbed/kubernetes/api-client.mjs';
import { auditIdOf, countAudit } from './dist/live/audit-outage.js';
import { freePort } from './dist/servers/index.js';

const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '10000' },
    outage: { type: 'string', default: '60' },
    server: { type: 'string', default: '../shared/bin/kubernetes/kubernetes-local.sh' },
  },
});
const CLIENTS = 8;
/** The API server gathers events for two seconds before it posts them. */
const POST_MS = 5_000;

const folder = await mkdtemp(join(tmpdir(), 'plimsoll-api-server-'));
const [port, etcdPort] = [await freePort(), await freePort()];
const environment = { ...process.env, KDIR: folder, KPORT: String(port), EPORT: String(etcdPort) };
const server = (act, more = {}) =>
  promisify(execFile)('bash', [values.server, act], { env: { ...environment, ...more }, maxBuffer: 1 << 24 });

await server('build');
try {
  const requests = Number(values.requests);
  const shares = [0.25, 0.5, 0.25].map((share) => Math.round(share * requests));
  const beginMs = performance.now();
  const count = await countAudit(
    async (part) => {
      const ids = await ask(shares[part], part);
      await wait(POST_MS);
      return ids;
    },
    Number(values.outage) * 1_000,
    { start: (url) => server('up', { WEBHOOK: url }), end: loggedIds },
  );
  const { sent, arrived, missing, twice, repeated, announced, spooledBytes } = count;
  console.log('| requests | auditIDs, the server’s own included | on the topic | missing | under two identities | records again | announced lost | spooled |'); // prettier-ignore
  console.log('|---:|---:|---:|---:|---:|---:|---:|---:|');
  console.log(`| ${requests} | ${sent} | ${arrived} | ${missing} | ${twice} | ${repeated} | ${announced} | ${(spooledBytes / 1e6).toFixed(1)} MB |`); // prettier-ignore
  console.log(`Kafka stopped for ${values.outage} s; ${((performance.now() - beginMs) / 1e3).toFixed(0)} s in all`);
  process.exitCode = missing > 0 || twice > 0 ? 1 : 0;
} finally {
  await server('down');
  await rm(folder, { recursive: true, force: true });
}

/** Clients that read, write and are refused; resolves with the auditIDs of all answers. */
async function ask(requests, part) {
  const pki = join(folder, 'pki');
  const clients = Array.from(
    { length: CLIENTS },
    (_, i) => new ApiClient({ port, pki, cert: i % 4 === 3 ? 'alice' : 'admin' }),
  );
  let next = 0;
  await Promise.all(
    clients.map(async (client, i) => {
      while (next < requests) {
        const number = next++;
        const name = `part-${part}-${i}-${number}`;
        const path = '/api/v1/namespaces/default/configmaps';
        if (number % 5 === 0) await client.post(path, { metadata: { name }, data: { number: String(number) } });
        else if (number % 5 === 1) await client.get(`${path}?limit=5`);
        else if (number % 5 === 2) await client.get('/api/v1/namespaces/kube-system/secrets?limit=1');
        else if (number % 5 === 3) await client.get(`/api/v1/namespaces/default/pods/${name}`);
        else await client.delete(`${path}/${name}`);
      }
    }),
  );
  return clients.flatMap(({ asked }) => asked.map(({ id }) => id));
}

async function loggedIds() {
  const ids = new Set();
  for await (const line of createInterface({ input: createReadStream(join(folder, 'audit/audit.log')) })) {
    if (line !== '') ids.add(auditIdOf(line));
  }
  return ids;
}
