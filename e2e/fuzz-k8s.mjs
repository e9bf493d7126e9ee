/**
 * Mutates recorded audit events and sends them through the reading and the scoring of Kubernetes audit: nothing may
 * throw, take long, grow, or let a secret out. Run after `npm run build`:
 *
 *   node e2e/fuzz-k8s.mjs FOLDER [count] [seed]
 */
import { Buffer } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { gunzipSync } from 'node:zlib';

import { K8sAuditEvent, VerdictMessage } from '@plimsoll/contracts';
import { k8sAuditLearner, k8sAuditDetector } from '@plimsoll/detection';
import { K8sAuditWebhook } from '@plimsoll/sources';

const [folder = 'recordings/k8s-made', count = '100000', seed = '1'] = process.argv.slice(2);
const SECRET = 'hunter2-hunter2-hunter2';
const context = { application: 'c', workload: 'c', container: 'c', stream: 'fuzz', privacy: 'strict' };
const lines = ['benign-day1', 'benign-day2'].map((name) =>
  gunzipSync(readFileSync(join(folder, `${name}.jsonl.gz`)))
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line)),
);

let state = Number(seed) >>> 0;
function below(limit) {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return Math.floor((state / 4_294_967_296) * limit);
}

/** What is put in: wrong types, long and hostile text, deep and wide values, and a secret where secrets belong. */
const JUNK = [
  () => null,
  () => undefined,
  () => -1,
  () => 1e300,
  () => [],
  () => ({}),
  () => '',
  () => 'a'.repeat(below(5000)),
  () => '../../' + "' OR 1=1 -- <script>$(id)|`sh -c`".repeat(below(40)),
  () => '__proto__',
  () => '\u0000\ud800\u202e',
  () => 'sh -c '.repeat(below(3000)),
  () => Array.from({ length: below(300) }, () => ({ op: 'add', path: `/rules/${below(9)}/verbs`, value: ['*'] })),
  () => ({ data: { password: SECRET }, stringData: { token: SECRET } }),
  () => ({
    spec: {
      containers: [{ command: ['sh', '-c', SECRET], env: [{ value: SECRET }] }],
      volumes: [{ hostPath: { path: SECRET } }],
    },
  }),
  () => ({ rules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*', SECRET] }] }),
  () => Array.from({ length: below(30) }).reduce((inner) => ({ spec: { template: inner } }), 1),
];
const PLACES = ['requestObject', 'responseObject'];

function mutated(value, depth) {
  if (depth === 0 || typeof value !== 'object' || value === null) return JUNK[below(JUNK.length - 4)]();
  const keys = Object.keys(value);
  if (keys.length === 0) return JUNK[below(JUNK.length - 4)]();
  const key = keys[below(keys.length)];
  const copy = Array.isArray(value) ? [...value] : { ...value };
  copy[key] = mutated(value[key], depth - 1);
  return copy;
}

function next(serial) {
  const source = lines[below(2)];
  let event = source[below(source.length)];
  for (let turn = below(3); turn >= 0; turn--) event = mutated(event, 1 + below(5));
  if (typeof event !== 'object' || event === null) return event;
  if (below(3) === 0) event = { ...event, [PLACES[below(2)]]: JUNK[JUNK.length - 1 - below(5)]() };
  return below(10) === 0 ? event : { ...event, auditID: `fuzz-${serial}` };
}

const learner = k8sAuditLearner({ application: 'c', workload: 'c' });
const reader = new K8sAuditWebhook(context);
const read = (value) =>
  reader
    .accept(Buffer.from(JSON.stringify(value) ?? 'null'))
    .flatMap((item) => (item.type === 'event' ? [item.event] : []));
for (const line of lines[0]) for (const event of read(line)) learner.learn(event);
for (const line of lines[1]) for (const event of read(line)) learner.calibrate(event);
const model = k8sAuditDetector.prepare(learner.finish(), { falseAlertsPerDay: 10 });

const states = new Map();
const spent = new Float64Array(Number(count));
let events = 0;
let verdicts = 0;
let largest = 0;
const started = performance.now();
for (let serial = 0; serial < Number(count); serial++) {
  const value = next(serial);
  const begun = performance.now();
  for (const event of read(value)) {
    events += 1;
    if (states.size > 2000) states.clear();
    const user = states.get(event.key) ?? k8sAuditDetector.start();
    states.set(event.key, user);
    const messages = k8sAuditDetector.step(user, event, model);
    spent[serial] = performance.now() - begun;
    verdicts += messages.filter(({ type }) => type === 'verdict').length;
    const text = JSON.stringify([event, messages]);
    if (text.includes(SECRET)) throw new Error(`a secret got out: ${text.slice(0, 500)}`);
    if (serial % 20 === 0) {
      K8sAuditEvent.parse(event);
      for (const message of messages) VerdictMessage.parse(message);
      largest = Math.max(largest, k8sAuditDetector.encode(user).byteLength);
    }
  }
}
const seconds = (performance.now() - started) / 1000;
spent.sort();
process.stdout.write(
  `${count} mutated events in ${seconds.toFixed(0)} s: ${events} read, ${verdicts} verdicts, no throw, no secret; ` +
    `median ${spent[spent.length >> 1].toFixed(3)} ms, slowest ${spent.at(-1).toFixed(1)} ms; largest state ${(largest / 1024).toFixed(0)} KiB\n`,
);
