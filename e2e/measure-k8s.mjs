/**
 * Measures the Kubernetes detector on a folder like `k8s-audit` (benign-day1, benign-day2, attack-*.jsonl.gz):
 * learns day 1, calibrates on the first half of day 2, counts false incidents on its second half, and says of each
 * attack file who was named, for what, and how soon. Run after `npm run build`:
 *
 *   node e2e/measure-k8s.mjs FOLDER [falseAlertsPerDay] [--verbose] [--metadata]
 *
 * `--metadata` takes every body away first: what a cluster with the least audit policy would see.
 */
import { Buffer } from 'node:buffer';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { gunzipSync } from 'node:zlib';

import { k8sAuditLearner, k8sAuditDetector } from '@plimsoll/detection';
import { K8sAuditParser } from '@plimsoll/sources';

const INCIDENT_GAP_US = 300_000_000;
const folder = process.argv[2] ?? '../shared/data/k8s-audit';
const budget = { falseAlertsPerDay: Number(process.argv[3] ?? 10) || 10 };
const verbose = process.argv.includes('--verbose');
const metadata = process.argv.includes('--metadata');

const print = (line) => process.stdout.write(`${line}\n`);

function stripped(text) {
  const lines = text.split('\n').filter((line) => line !== '');
  return lines
    .map((line) =>
      JSON.stringify({ ...JSON.parse(line), level: 'Metadata', requestObject: undefined, responseObject: undefined }),
    )
    .join('\n');
}

function events(name) {
  const context = {
    application: 'cluster',
    workload: 'cluster',
    container: 'cluster',
    stream: name,
    privacy: 'strict',
  };
  const parser = new K8sAuditParser(context);
  const text = gunzipSync(readFileSync(join(folder, name)));
  const bytes = metadata ? Buffer.from(stripped(text.toString('utf8'))) : text;
  return [...parser.push(bytes), ...parser.end()].flatMap((item) => (item.type === 'event' ? [item.event] : []));
}

function verdictsOf(input, model) {
  const states = new Map();
  const verdicts = [];
  input.forEach((event, position) => {
    let state = states.get(event.key);
    if (state === undefined) states.set(event.key, (state = k8sAuditDetector.start()));
    for (const verdict of k8sAuditDetector.step(state, event, model)) {
      if (verdict.type === 'verdict') verdicts.push({ verdict, position });
    }
  });
  return verdicts;
}

/** Clusters of anomalous verdicts of one identity and finding, gaps of five minutes or less. */
function incidentsOf(verdicts) {
  const incidents = [];
  for (const { verdict, position } of verdicts) {
    const same = incidents.findLast(
      (incident) =>
        incident.user === verdict.joins.user &&
        incident.finding === verdict.finding &&
        verdict.window.startUs - incident.lastUs <= INCIDENT_GAP_US,
    );
    if (same)
      Object.assign(same, {
        lastUs: verdict.window.startUs,
        verdicts: same.verdicts + 1,
        score: Math.max(same.score, verdict.score),
      });
    else
      incidents.push({
        user: verdict.joins.user,
        finding: verdict.finding,
        severity: verdict.severity,
        position,
        firstUs: verdict.window.startUs,
        lastUs: verdict.window.startUs,
        verdicts: 1,
        score: verdict.score,
        evidence: verdict.evidence[0],
      });
  }
  return incidents;
}

function show(incidents, firstUs) {
  for (const one of incidents) {
    const delay = ((one.firstUs - firstUs) / 1e6).toFixed(1);
    print(
      `  ${one.finding.padEnd(22)} sev ${one.severity}  ${one.user}  at event ${one.position}, ${delay} s, ${one.verdicts} verdicts, score ${one.score.toFixed(1)}`,
    );
    if (verbose) print(`      ${one.evidence.observed}\n      normal: ${one.evidence.expected}`);
  }
}

const learner = k8sAuditLearner({ application: 'cluster', workload: 'cluster' });
const day1 = events('benign-day1.jsonl.gz');
const day2 = events('benign-day2.jsonl.gz');
const middleUs = (day2[0].timeUs + day2.at(-1).timeUs) / 2;
for (const event of day1) learner.learn(event);
for (const event of day2) if (event.timeUs < middleUs) learner.calibrate(event);
const profile = learner.finish();
const model = k8sAuditDetector.prepare(profile, budget);
const { calibration } = model;
print(
  `profile ${profile.version}: ${profile.learned.events} events, novelty ${profile.learned.novelty.toFixed(4)}, model ${(JSON.stringify(profile).length / 1024).toFixed(0)} KiB`,
);
print(
  `calibration: ${calibration.count} scores, max ${calibration.scores.at(-1).toFixed(2)}, tail from ${calibration.tail.from.toFixed(2)} scale ${calibration.tail.scale.toFixed(2)} shape ${calibration.tail.shape.toFixed(2)}, extremal index ${calibration.extremalIndex.toFixed(2)}`,
);
print(
  `threshold: score ${model.threshold.score.toFixed(2)}, p ${model.threshold.pValue.toExponential(1)}, budget ${budget.falseAlertsPerDay} a day`,
);
const test = day2.filter((event) => event.timeUs >= middleUs);
const started = performance.now();
const incidents = incidentsOf(verdictsOf(test, model));
const spent = performance.now() - started;
print(
  `\nfalse incidents on the test half (${test.length} requests, ${(spent / test.length).toFixed(3)} ms each): ${incidents.length}`,
);
show(incidents, test[0].timeUs);
const labels = JSON.parse(readFileSync(join(folder, 'attack-labels.json'), 'utf8'));
if (existsSync(join(folder, 'hard-negatives.jsonl.gz'))) {
  const input = events('hard-negatives.jsonl.gz');
  const found = incidentsOf(verdictsOf(input, model));
  print(`\neveryday work that looks like an attack (${input.length} requests): ${found.length} false incidents`);
  show(found, input[0].timeUs);
}
for (const name of readdirSync(folder)
  .filter((file) => /^attack-.*\.jsonl\.gz$/.test(file))
  .sort()) {
  const input = events(name);
  const found = incidentsOf(verdictsOf(input, model));
  const attackers = new Set(
    input.filter((event) => labels[event.auditId] !== undefined).map((event) => event.user.name),
  );
  const named = found.filter((incident) => attackers.has(incident.user));
  const others = found.filter((incident) => !attackers.has(incident.user));
  const missed = [...attackers].filter((user) => !found.some((incident) => incident.user === user));
  print(
    `\n${name}: ${input.length} requests, ${named.length > 0 ? 'detected' : 'MISSED'}; identities named ${attackers.size - missed.length} of ${attackers.size}${missed.length > 0 ? ` (not ${missed.join(', ')})` : ''}; others named: ${others.length}`,
  );
  show(found, input[0].timeUs);
}
