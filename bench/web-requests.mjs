/**
 * Microseconds of processor time a request: access-log lines into events with their values' features, and events through
 * the web detector. Learned from the lines themselves; the best of ten passes. Run after `npm run build`:
 *
 *   node bench/web-requests.mjs [FOLDER OF RECORDINGS]
 */
import { Buffer } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { gunzipSync } from 'node:zlib';

import { webLearner, webDetector } from '@plimsoll/detection';
import { findRecordings } from '@plimsoll/evaluation';
import { openParser } from '@plimsoll/sources';

const PASSES = 10;
const recordings = await findRecordings(process.argv[2] ?? 'recordings/employee');
const logs = recordings.flatMap(({ folder, recording }) =>
  recording.sources
    .filter(({ kind }) => kind === 'access-log')
    .map(({ path }) => {
      const bytes = readFileSync(join(folder, path));
      return path.endsWith('.gz') ? gunzipSync(bytes) : bytes;
    }),
);
const bytes = Buffer.concat(logs);
const where = { application: 'bench', workload: 'web', container: 'web-1', stream: 'bench', privacy: 'balanced' };
const parse = () => {
  const parser = openParser('access-log', where);
  return [...parser.push(bytes), ...parser.end()].flatMap((item) => (item.type === 'event' ? [item.event] : []));
};

function best(events, pass) {
  let least = Infinity;
  for (let i = 0; i < PASSES; i++) {
    const before = process.cpuUsage();
    pass();
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, (user + system) / events);
  }
  return least.toFixed(1);
}

const events = parse();
const learner = webLearner(where);
for (const event of events) learner.learn(event);
for (const event of events) learner.calibrate(event);
const model = webDetector.prepare(learner.finish(), { falseAlertsPerDay: 1 });
const parsed = best(events.length, parse);
const scored = best(events.length, () => {
  const states = new Map();
  for (const event of events) {
    const state = states.get(event.key) ?? webDetector.start();
    states.set(event.key, state);
    webDetector.step(state, event, model);
  }
});
const parameters = events.reduce((sum, event) => sum + event.parameters.length, 0);
process.stdout.write(
  `${events.length} requests, ${parameters} parameters: ${parsed} µs to read one, ${scored} µs to score one\n`,
);
