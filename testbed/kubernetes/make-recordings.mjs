/**
 * Makes `recordings/k8s-made/` with a real API server: two benign days, everyday work that looks like an attack, and
 * attacks with labels.
 *
 *   node testbed/kubernetes/make-recordings.mjs TOOL OUT [seconds]
 *
 * TOOL is a script with the commands `up` and `down` that starts etcd and kube-apiserver (1.34) on loopback with an
 * audit log, by the environment variables KDIR, KPORT, EPORT and POLICY, and leaves certificates in `$KDIR/pki`.
 * `seconds` is the length of each benign day (240). A client may bind any address of 127.0.0.0/8: that is what
 * stands for pods' and hosts' addresses here.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { setTimeout } from 'node:timers';
import { fileURLToPath, URL } from 'node:url';
import { gzipSync } from 'node:zlib';

import * as attacks from './attacks.mjs';
import { hardNegatives, playDay } from './benign-days.mjs';
import { Cluster } from './cluster.mjs';

const [tool, out, seconds = '240'] = process.argv.slice(2);
if (tool === undefined || out === undefined) throw new Error('usage: make-recordings.mjs TOOL OUT [seconds]');
const directory = mkdtempSync(join(tmpdir(), 'k8s-made-'));
const port = 16_543;
const environment = {
  ...process.env,
  KDIR: directory,
  KPORT: String(port),
  EPORT: '23890',
  POLICY: fileURLToPath(new URL('audit-policy.yaml', import.meta.url)),
};
const run = (command) =>
  execFileSync(resolve(tool), [command], { env: environment, stdio: ['ignore', 'ignore', 'inherit'] });
const durationMs = Number(seconds) * 1000;
const attackNames = [
  'tokenElsewhere',
  'privilegedAndExec',
  'execAlone',
  'mintedToken',
  'mintedForBusyAccount',
  'massDeletion',
  'injectedProgram',
  'impersonation',
];

run('up');
let cluster;
try {
  cluster = new Cluster({ port, pki: join(directory, 'pki') });
  await cluster.build();
  const parts = [];
  const part = async (name, play) => {
    await settle();
    const from = lines().length;
    const clients = await play();
    await settle();
    parts.push({ name, from, to: lines().length, clients });
  };
  await part('benign-day1', () => playDay(cluster, { seed: 1, day: 1, durationMs }));
  await part('benign-day2', () => playDay(cluster, { seed: 2, day: 2, durationMs }));
  await part('hard-negatives', () => hardNegatives(cluster));
  for (const [index, name] of attackNames.entries()) {
    if (name === 'massDeletion') await attacks.plant(cluster);
    await part(`attack-${name}`, async () => {
      // The cluster's own life goes on around an attack.
      const [clients] = await Promise.all([
        attacks[name](cluster),
        playDay(cluster, { seed: 77 + index, day: 3 + index, durationMs: 4000 }),
      ]);
      return clients;
    });
  }
  const all = lines();
  mkdirSync(out, { recursive: true });
  const labels = {};
  for (const { name, from, to, clients } of parts) {
    // The cluster's maker and the API server's own clients are no part of the story.
    const kept = all
      .slice(from, to)
      .filter(
        (line) => !line.includes('"username":"kubernetes-admin"') && !line.includes('"username":"system:apiserver"'),
      );
    writeFileSync(join(out, `${name}.jsonl.gz`), gzipSync(`${kept.join('\n')}\n`, { level: 9 }));
    const events = clients === undefined ? [] : kept.map((line) => JSON.parse(line));
    for (const { id, path } of clients?.flatMap((client) => client.asked) ?? []) {
      const event = events.find(({ auditID, requestURI }) => (id === undefined ? requestURI === path : auditID === id));
      if (event !== undefined)
        labels[event.auditID] = { attack: name.replace('attack-', ''), identity: event.user.username };
    }
    process.stdout.write(`${name}: ${kept.length} events\n`);
  }
  writeFileSync(join(out, 'attack-labels.json'), `${JSON.stringify(labels, undefined, 1)}\n`);
} finally {
  cluster?.close();
  run('down');
  rmSync(directory, { recursive: true, force: true });
}

function lines() {
  return readFileSync(join(directory, 'audit', 'audit.log'), 'utf8')
    .split('\n')
    .filter((line) => line !== '');
}

/** The audit log is written as answers are sent: a moment later it holds them all. */
function settle() {
  return new Promise((done) => setTimeout(done, 500));
}
