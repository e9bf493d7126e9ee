/**
 * A real API server posts its audit to a real collector by the shipped files, deploy/kubernetes/api-server, with address,
 * authority and token filled in: everyday life is learned from the topic, then a pod's token is used from elsewhere. Prints
 * what was learned and the incidents; exit code 1 where everyday life raises one, or the theft is not found under the name of
 * the account. Run after `npm run build`, some six minutes:
 *
 *   node e2e/kubernetes/audit-webhook.mjs [--seconds 240] [--server ../shared/bin/kubernetes/kubernetes-local.sh]
 *
 * The script that `--server` names starts an API server: `build`, `up` and `down` with KDIR, KPORT, EPORT and POLICY from
 * the environment; `up` leaves certificates in `pki/`, the servers' process ids in `run/` in KDIR. Clients bind addresses of
 * 127.0.0.0/8, which stand for pods and hosts.
 */
import { execFile, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { openSync } from 'node:fs';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs, promisify } from 'node:util';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath, URL } from 'node:url';

import { TOPICS } from '@plimsoll/contracts';
import { applyTopics } from '@plimsoll/kafka-log';

import { tokenElsewhere } from '../../testbed/kubernetes/attacks.mjs';
import { playDay } from '../../testbed/kubernetes/benign-days.mjs';
import { Cluster } from '../../testbed/kubernetes/cluster.mjs';
import { freePort, startLocalKafka, startLocalRedis } from '../dist/servers/index.js';
import { ServiceProcess } from '../dist/services/service-process.js';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '240' },
    server: { type: 'string', default: '../shared/bin/kubernetes/kubernetes-local.sh' },
  },
});
const FILES = fileURLToPath(new URL('../../deploy/kubernetes/api-server', import.meta.url));
const PLIMSOLL = fileURLToPath(new URL('../../apps/cli/bin/plimsoll.js', import.meta.url));
const run = promisify(execFile);
const tell = (text) => process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${text}\n`);

const folder = await mkdtemp(join(tmpdir(), 'plimsoll-api-server-'));
const [port, etcdPort, intakePort] = [await freePort(), await freePort(), await freePort()];
const environment = {
  ...{ ...process.env, KDIR: folder, KPORT: String(port), EPORT: String(etcdPort) },
  POLICY: join(FILES, 'audit-policy.yaml'),
};
const server = (act) => run('bash', [values.server, act], { env: environment, maxBuffer: 1 << 24 });
const token = randomBytes(32).toString('hex');
const apiToken = `plimsoll_${randomBytes(32).toString('hex')}`;
const services = [];
let kafka, redis, cluster;
let failed = 0;

function check(name, holds, detail = '') {
  if (!holds) failed += 1;
  process.stdout.write(`${holds ? 'ok  ' : 'FAIL'} ${name}${holds || detail === '' ? '' : `: ${detail}`}\n`);
}

/** The certificate as docs/kubernetes.md makes it. */
async function certificate() {
  const name = 'audit-collector.plimsoll.svc';
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '365'];
  const out = ['-keyout', join(folder, 'tls.key'), '-out', join(folder, 'tls.crt')];
  await run('openssl', [
    'req',
    '-x509',
    ...key,
    '-subj',
    `/CN=${name}`,
    '-addext',
    `subjectAltName=DNS:${name}`,
    ...out,
  ]);
}

/** The shipped file with what it says is to be filled in. */
async function webhookFile() {
  const shipped = await readFile(join(FILES, 'audit-webhook.kubeconfig'), 'utf8');
  const filled = shipped
    .replace('https://10.96.0.95:9443', `https://127.0.0.1:${intakePort}`)
    .replace('/etc/kubernetes/plimsoll/ca.crt', join(folder, 'tls.crt'))
    .replace('TOKEN', token);
  const path = join(folder, 'audit-webhook.kubeconfig');
  await writeFile(path, filled, { mode: 0o600 });
  return path;
}

/** Starts the API server anew with the webhook's flags beside its own. */
async function withWebhook() {
  const file = join(folder, 'run', 'kube-apiserver.pid');
  const pid = Number(await readFile(file, 'utf8'));
  const [command, ...flags] = (await readFile(`/proc/${pid}/cmdline`, 'utf8'))
    .split('\0')
    .filter((word) => word !== '');
  process.kill(pid);
  while (isAlive(pid)) await wait(200);
  const webhook = [`--audit-webhook-config-file=${await webhookFile()}`, '--audit-webhook-mode=batch'];
  const log = openSync(join(folder, 'log', 'kube-apiserver.log'), 'a');
  const child = spawn(command, [...flags, ...webhook], { detached: true, stdio: ['ignore', log, log] });
  child.unref();
  await writeFile(file, String(child.pid));
  for (let i = 0; !(await isReady()); i += 1) {
    if (i === 240) throw new Error(await readFile(join(folder, 'log', 'kube-apiserver.log'), 'utf8'));
    await wait(500);
  }
}

function isAlive(pid) {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function isReady() {
  const ca = await readFile(join(folder, 'pki', 'ca.crt'));
  return new Promise((resolve) => {
    request({ host: '127.0.0.1', port, path: '/readyz', ca }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    })
      .on('error', () => resolve(false))
      .end();
  });
}

async function startServices() {
  [kafka, redis] = await Promise.all([startLocalKafka(), startLocalRedis()]);
  await applyTopics({ brokers: kafka.brokers.split(',') }, Object.values(TOPICS));
  const stack = { KAFKA_BROKERS: kafka.brokers, REDIS_URL: redis.url };
  const sha256 = createHash('sha256').update(apiToken).digest('hex');
  const settings = {
    collector: {
      KAFKA_BROKERS: kafka.brokers,
      PLIMSOLL_STATE_DIR: join(folder, 'spool'),
      PLIMSOLL_INTAKE_HOST: '127.0.0.1',
      PLIMSOLL_INTAKE_PORT: String(intakePort),
      PLIMSOLL_INTAKE_TOKEN: token,
      PLIMSOLL_INTAKE_TLS_CERT_FILE: join(folder, 'tls.crt'),
      PLIMSOLL_INTAKE_TLS_KEY_FILE: join(folder, 'tls.key'),
    },
    'log-detector': stack,
    'alert-service': {
      ...stack,
      PLIMSOLL_API_TOKENS: JSON.stringify({ tokens: [{ name: 'ann', role: 'viewer', sha256 }] }),
    },
  };
  for (const [name, own] of Object.entries(settings)) services.push(await ServiceProcess.start(name, own));
  for (const service of services) await service.readiness(200, 240_000);
  return stack;
}

async function incidents() {
  const { body } = await services[2].get('/api/v1/incidents?application=cluster&limit=500', apiToken);
  return JSON.parse(body).incidents;
}

const day = (seed, seconds) => playDay(cluster, { seed, day: seed, durationMs: seconds * 1_000 });

try {
  await server('build');
  await certificate();
  await chmod(folder, 0o700);
  tell('starting servers');
  const stack = await startServices();
  await server('up');
  await withWebhook();
  tell('the API server posts by the shipped file');
  cluster = new Cluster({ port, pki: join(folder, 'pki') });
  await cluster.build();
  await wait(5_000);
  const since = new Date().toISOString();
  await day(1, Number(values.seconds));
  // The API server gathers for up to 30 s by default before it posts.
  await wait(35_000);
  const learn = ['learn', '--from-topic', '--application', 'cluster', '--since', since, '--push', 'active'];
  const { stdout } = await run(process.execPath, [PLIMSOLL, ...learn], { env: { ...process.env, ...stack } });
  process.stdout.write(`${stdout.trimEnd()}\n`);
  const learned = Number(/k8s-audit +\S+ +(\d+)/.exec(stdout)?.[1] ?? 0);
  check('the shipped webhook file feeds the collector', learned > 0, stdout);

  await wait(15_000);
  await day(2, 60);
  await wait(60_000);
  const everyday = await incidents();
  check('another day of everyday life raises no incident', everyday.length === 0, JSON.stringify(everyday));

  await Promise.all([tokenElsewhere(cluster), day(3, 10)]);
  await wait(35_000);
  let found = [];
  for (let i = 0; i < 60 && found.length === everyday.length; i += 1) {
    found = await incidents();
    await wait(1_000);
  }
  const theft = found.filter(({ id }) => !everyday.some((before) => before.id === id));
  for (const { title, severity, path } of theft) process.stdout.write(`     ${path}, severity ${severity}: ${title}\n`);
  check(
    'a token of media/thumbnailer used from elsewhere is found, under its name',
    theft.length > 0 && theft.every((one) => one.path === 'rbac' && JSON.stringify(one).includes('thumbnailer')),
    JSON.stringify(theft),
  );
} finally {
  cluster?.close();
  await server('down').catch((error) => tell(String(error)));
  await Promise.allSettled(services.map((service) => service.stop()));
  await Promise.allSettled([kafka, redis].map((one) => one?.close()));
  await rm(folder, { recursive: true, force: true });
}
process.stdout.write(failed === 0 ? 'all as it should be\n' : `${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;
