/**
 * Measures the web and SQL detectors on recordings with system calls and access logs (`recordings/employee` or another
 * application's of the same form): learns the `learn` episodes, calibrates on the `calibrate` ones, takes thresholds from
 * these alone, and scores the rest by attack action. Run after `npm run build`:
 *
 *   node e2e/measure-web.mjs [FOLDER] [--budget N] [--privacy strict|balanced|full] [--sources web,db,log]
 *                            [--detectors web,sql] [--page-bytes N] [--without statements,scripts,headers] [--verbose]
 *
 * `--sources` chooses the traces of the web server and of the database, and the access log; `--page-bytes` cuts pages, as
 * a trace with short buffers does; `--without` takes parts of the events away: what each contributes.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';

import { sqlDetector, sqlLearner, webDetector, webLearner } from '@plimsoll/detection';
import { actionsOf, proportion, scoreEpisode, shifted } from '@plimsoll/evaluation';
import { findRecordings } from '@plimsoll/local-run';
import { openParser } from '@plimsoll/sources';

const SHIFT_US = 7_000_000;
const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    budget: { type: 'string', default: '1' },
    privacy: { type: 'string', default: 'balanced' },
    sources: { type: 'string', default: 'web,db,log' },
    detectors: { type: 'string', default: 'web,sql' },
    'page-bytes': { type: 'string' },
    without: { type: 'string', default: '' },
    verbose: { type: 'boolean', default: false },
  },
});
const chosen = options.sources.split(',');
const without = options.without.split(',');
const detectors = { 'web-request': webDetector, 'sql-statement': sqlDetector };
const print = (line) => process.stdout.write(`${line}\n`);

/** `web`: the trace of what serves requests; `db`: any other trace; `log`: the access log. */
function nameOf({ kind, workload }) {
  if (kind === 'access-log') return 'log';
  return workload === 'db' ? 'db' : 'web';
}

function reduced(event) {
  if (event.type !== 'web-request') return event;
  const copy = { ...event };
  if (without.includes('statements')) copy.statements = [];
  if (without.includes('scripts')) copy.scripts = [];
  if (without.includes('headers')) {
    for (const name of ['origin', 'referer', 'refererPath', 'fetchSite', 'fetchMode'])
      Reflect.deleteProperty(copy, name);
  }
  if (options['page-bytes'] !== undefined && event.bytes > Number(options['page-bytes'])) {
    copy.scripts = [];
    copy.responseComplete = false;
    copy.scriptAtLarge = planted && event.view === 'exchange';
  }
  planted ||= event.parameters.some(({ markup }) => markup === 3);
  return copy;
}
let planted = false;

function events({ folder, recording }) {
  planted = false;
  const found = recording.sources
    .filter((source) => chosen.includes(nameOf(source)))
    .flatMap((source) => {
      const { workload, kind, path } = source;
      const { application, episode } = recording;
      const stream = `${application}-${episode}/${path}`;
      const parser = openParser(kind, { application, workload, container: workload, stream, privacy: options.privacy });
      const bytes = readFileSync(join(folder, path));
      const items = [...parser.push(path.endsWith('.gz') ? gunzipSync(bytes) : bytes), ...parser.end()];
      return items.flatMap((item) => (item.type === 'event' && item.event.type in detectors ? [item.event] : []));
    });
  return found.sort((a, b) => a.endUs - b.endUs || a.timeUs - b.timeUs).map(reduced);
}

const recordings = await findRecordings(positionals[0] ?? '../shared/data/recordings/employee');
const inSplit = (split) => recordings.filter(({ recording }) => recording.split === split);

const learners = new Map();
const learnerOf = (event) => {
  const key = `${event.type} ${event.workload}`;
  if (!learners.has(key)) learners.set(key, event.type === 'web-request' ? webLearner(event) : sqlLearner(event));
  return learners.get(key);
};
for (const at of inSplit('learn')) for (const event of events(at)) learnerOf(event).learn(event);
for (const at of inSplit('calibrate')) for (const event of events(at)) learnerOf(event).calibrate(event);
const models = new Map();
for (const [key, learner] of learners) {
  const detector = detectors[key.slice(0, key.indexOf(' '))];
  const profile = learner.finish();
  const model = detector.prepare(profile, { falseAlertsPerDay: Number(options.budget) });
  const thresholds = model.views
    ? Object.entries(model.views).flatMap(([view, ready]) =>
        ready ? [`${view} ${ready.threshold.score.toFixed(1)}`] : [],
      )
    : [model.threshold.score.toFixed(1)];
  print(
    `${key}: ${profile.learned.events} learned, novelty ${profile.learned.novelty.toFixed(4)}, threshold ${thresholds.join(', ')} nats`,
  );
  models.set(key, { detector, model });
}

function evidenceOf(input) {
  const states = new Map();
  const found = [];
  for (const event of input) {
    const at = models.get(`${event.type} ${event.workload}`);
    if (at === undefined || !options.detectors.split(',').includes(at.detector.name)) continue;
    const key = `${event.type} ${event.key}`;
    if (!states.has(key)) states.set(key, at.detector.start());
    for (const verdict of at.detector.step(states.get(key), event, at.model)) {
      if (verdict.type !== 'verdict') continue;
      const seenBy = verdict.detector === 'web' ? (event.view === 'line' ? 'log' : 'web') : 'sql';
      for (const { timeUs } of verdict.evidence)
        found.push({ timeUs, path: verdict.path, incident: verdict.id, seenBy, verdict });
    }
  }
  return found;
}

const kinds = new Map();
const falseBy = { attack: 0, benign: 0 };
let coincidence = 0;
let seconds = 0;
for (const at of inSplit('test')) {
  const input = events(at);
  seconds += input.length === 0 ? 0 : (input.at(-1).endUs - input[0].timeUs) / 1e6;
  const evidence = evidenceOf(input);
  const actions = actionsOf(at);
  const score = scoreEpisode(actions, evidence);
  coincidence += scoreEpisode(shifted(actions, SHIFT_US), evidence).actions.filter(({ found }) => found).length;
  for (const { action, found, named } of score.actions) {
    const key = `${action.path}/${action.kind}`;
    const row = kinds.get(key) ?? { total: 0, found: 0, named: 0, web: 0, sql: 0, log: 0 };
    kinds.set(key, row);
    row.total += 1;
    row.found += Number(found !== undefined);
    row.named += Number(named);
    for (const by of ['web', 'sql', 'log']) {
      row[by] += Number(
        scoreEpisode(
          [action],
          evidence.filter(({ seenBy }) => seenBy === by),
        ).actions[0].found !== undefined,
      );
    }
    if (found === undefined && options.verbose)
      print(`missed: ${at.recording.episode} ${key} at ${new Date(action.startUs / 1000).toISOString()}`);
  }
  falseBy[actions.length === 0 ? 'benign' : 'attack'] += score.falseAlerts.length;
  if (options.verbose) {
    for (const { incidents } of score.falseAlerts) {
      const { verdict } = evidence.find(({ incident }) => incident === incidents[0]);
      print(
        `false: ${at.recording.episode} ${verdict.path} ${verdict.score.toFixed(1)} ${verdict.evidence.map(({ kind, observed }) => `${kind}: ${observed.slice(0, 120)}`).join(' | ')}`,
      );
    }
  }
}

print('');
print('| kind | detected | named | web trace | db trace | access log |');
print('|---|---|---|---|---|---|');
const sum = { total: 0, found: 0, named: 0 };
for (const [kind, row] of [...kinds].sort()) {
  print(`| ${kind} | ${row.found}/${row.total} | ${row.named} | ${row.web} | ${row.sql} | ${row.log} |`);
  for (const name of Object.keys(sum)) sum[name] += row[name];
}
const falseAlerts = falseBy.attack + falseBy.benign;
const shown = ({ share, low, high }) => `${share.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}]`;
print('');
print(
  `recall ${shown(proportion(sum.found, sum.total))} (${sum.found}/${sum.total}); with labels shifted by 7 s ${(coincidence / sum.total).toFixed(3)}`,
);
print(
  `precision ${shown(proportion(sum.found, sum.found + falseAlerts))}; false alerts: ${falseBy.attack} in attack episodes, ${falseBy.benign} in benign ones, ${((falseAlerts * 3600) / seconds).toFixed(2)} an hour`,
);
print(`right path named: ${(sum.named / Math.max(sum.found, 1)).toFixed(3)}`);
