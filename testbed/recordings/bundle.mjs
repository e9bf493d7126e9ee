/**
 * Makes `recordings/` from the full sets: copies the chosen employee episodes, and turns the captures of a real API
 * server into episodes with labels.
 *
 *   node testbed/recordings/bundle.mjs SETS      SETS holds recordings/employee and k8s-audit
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';

const EMPLOYEE = [
  ...['01', '02', '03', '04', '05', '06', '07', '08', '09', '10'].map((n) => `benign-${n}`),
  'sqli-update-single-1-a',
  'sqli-update-single-3-a',
  'sqli-update-single-6-a',
  'sqli-update-perfield-2-a',
  'sqli-union-a',
  'sqli-bypass-a',
  'sqli-blind-a',
  'xss-reflected-a',
  'xss-stored-3-a',
  'csrf-3-a',
];

/** Attack events closer than this are one action. */
const ACTION_GAP_MS = 15_000;

const ATTACKS = {
  A1: { file: 'attack-A1-window', kind: 'stolen-token-discovery', severity: 3 },
  A3: { file: 'attack-A3-window', kind: 'role-escalation', severity: 5 },
  A5: { file: 'attack-A5', kind: 'anonymous-scan', severity: 2 },
  A7: { file: 'attack-A7-window', kind: 'injected-script', severity: 4 },
};

const [sets] = process.argv.slice(2);
if (!sets || !existsSync(join(sets, 'k8s-audit'))) {
  console.error('usage: node testbed/recordings/bundle.mjs SETS   (a folder with recordings/employee and k8s-audit)');
  process.exit(1);
}
bundleEmployee(join(sets, 'recordings', 'employee'), join('recordings', 'employee'));
bundleCluster(join(sets, 'k8s-audit'), join('recordings', 'cluster'));

function bundleEmployee(from, to) {
  rmSync(to, { recursive: true, force: true });
  for (const episode of EMPLOYEE) {
    const source = join(from, `employee-${episode}`);
    const target = join(to, episode);
    mkdirSync(target, { recursive: true });
    for (const file of ['recording.json', 'db.strace.gz', 'web.strace.gz', 'access.jsonl.gz']) {
      writeFileSync(join(target, file), readFileSync(join(source, file)));
    }
  }
}

function bundleCluster(from, to) {
  rmSync(to, { recursive: true, force: true });
  const labels = JSON.parse(readFileSync(join(from, 'attack-labels.json'), 'utf8'));
  const day2 = events(from, 'benign-day2');
  const noon = Math.floor(day2.length / 2);
  episode(to, 'benign-day1', 'learn', events(from, 'benign-day1'), []);
  episode(to, 'benign-day2-morning', 'calibrate', day2.slice(0, noon), []);
  episode(to, 'benign-day2-afternoon', 'test', day2.slice(noon), []);
  for (const [name, { file, kind, severity }] of Object.entries(ATTACKS)) {
    const lines = events(from, file);
    const attacked = lines.filter((line) => labels[line.event.auditID]?.attack === name);
    episode(to, `${kind}-a`, 'test', lines, actions(attacked, kind, severity));
  }
}

function events(from, name) {
  return gunzipSync(readFileSync(join(from, `${name}.jsonl.gz`)))
    .toString('utf8')
    .split('\n')
    .filter((text) => text !== '')
    .map((text) => ({ text, event: JSON.parse(text) }));
}

function actions(lines, kind, severity) {
  const found = [];
  const times = lines.map(({ event }) => [Date.parse(event.requestReceivedTimestamp), Date.parse(event.stageTimestamp)]);
  for (const [start, end] of times.sort((a, b) => a[0] - b[0])) {
    const last = found.at(-1);
    if (last && start - last.end <= ACTION_GAP_MS) last.end = Math.max(last.end, end);
    else found.push({ start, end });
  }
  return found.map(({ start, end }) => ({
    path: 'rbac',
    kind,
    severity,
    start: new Date(start).toISOString(),
    end: new Date(end).toISOString(),
  }));
}

function episode(to, name, split, lines, attacks) {
  const folder = join(to, name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'audit.jsonl.gz'), gzipSync(lines.map(({ text }) => `${text}\n`).join(''), { level: 9 }));
  const sources = [{ workload: 'api-server', kind: 'k8s-audit', path: 'audit.jsonl.gz' }];
  writeFileSync(
    join(folder, 'recording.json'),
    `${JSON.stringify({ application: 'cluster', episode: name, split, sources, attacks }, null, 2)}\n`,
  );
}
