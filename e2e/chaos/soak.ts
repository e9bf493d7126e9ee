import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { ROOT } from '../root.js';
import { disturbedRun } from './disturbed-run.js';
import { course, footprintPlot, watchFootprint, type Footprint } from './footprint.js';
import { differences, isSame, section } from './report.js';
import { workloadOf } from './workload.js';

const USAGE = `npm run test:soak -- [options]

Sends recordings through the five services at the speed of life and watches memory, Redis and lag. At the end the
result is compared with one process in memory.

  --minutes N       (30)
  --applications N  side by side; each makes some 700 calls a second (4)
  --out FILE        the report as Markdown; the plot goes beside it, as .svg
`;
/** What one application's recordings make, about. */
const CALLS_A_SECOND = 640;
const EVERY_MS = 10_000;
const MINUTE_MS = 60_000;
/** When a figure can be at its height: processes warm up, and keys fill Redis until the first have lived their life. */
const WARM_MS = 8 * MINUTE_MS;
const SETTLES_MS: Readonly<Record<string, number>> = {
  // States of connections are held for the quarter of an hour that the store keeps them.
  'keys of connections': 15 * MINUTE_MS,
  'log-detector': 15 * MINUTE_MS,
  'keys of sessions': 60 * MINUTE_MS,
  'Redis memory': 60 * MINUTE_MS,
  lag: WARM_MS,
};

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '30' },
    applications: { type: 'string', default: '4' },
    out: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  process.stdout.write(USAGE);
  process.exit(0);
}

const applications = Number(values.applications);
const workload = await workloadOf({
  recordings: join(ROOT, 'recordings'),
  applications,
  calls: Number(values.minutes) * 60 * applications * CALLS_A_SECOND,
});
let seen: readonly Footprint[] = [];
const run = await disturbedRun({
  workload,
  brokers: 1,
  replicas: { collector: 1, 'sequence-detector': 1, 'frequency-detector': 1, 'log-detector': 1, 'alert-service': 1 },
  tell: (message) => process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${message}\n`),
  disturb: async (stack, signal) => {
    seen = await watchFootprint(stack, signal, EVERY_MS);
  },
});
const rows = Object.keys(seen[0]?.figures ?? {}).map((name) => {
  const settlesMs = SETTLES_MS[name] ?? WARM_MS;
  return { name, settlesMs, ...course(seen, name, settlesMs) };
});
const grows = rows.filter(({ name, flat }) => name !== 'lag' && flat === false);
const done = [
  `one process of each service, one broker; ${applications} applications, ${workload.sources.length} streams, ${new Set(workload.sources.map(({ where }) => where.container)).size} containers that come and go`,
];
const text = [
  `# Soak of ${(run.fedForMs / 60_000).toFixed(0)} minutes`,
  '',
  `Made by \`npm run test:soak\`, on ${new Date().toISOString().slice(0, 10)}. Looked at every ${EVERY_MS / 1_000} s, ${seen.length} times.`,
  '',
  section('The run', done, run),
  '## Memory, keys, lag',
  '',
  'Services in MiB resident, lag in records. A figure can settle once processes are warm, keys once the first of them have',
  'lived their life; medians of the first and the last third of what was left of the run after that.',
  '',
  '| | settles after | first third | last third | |',
  '|---|---|---|---|---|',
  ...rows.map(
    ({ name, settlesMs, early, late, flat }) =>
      `| ${name} | ${settlesMs / MINUTE_MS} min | ${early.toFixed(1)} | ${late.toFixed(1)} | ${flat === undefined ? 'fills until then' : flat ? 'flat' : name === 'lag' ? '' : 'GROWS'} |`,
  ),
  '',
  ...(values.out === undefined ? [] : ['![over time](soak.svg)', '']),
].join('\n');
process.stdout.write(`${text}\n${isSame(run) ? '' : `${differences(run)}\n`}`);
if (values.out !== undefined) {
  await writeFile(values.out, text);
  await writeFile(values.out.replace(/\.md$/, '.svg'), footprintPlot(seen));
}
const passed = [isSame(run), grows.length === 0].filter(Boolean).length;
process.stdout.write(`${passed} passed, ${2 - passed} failed, 0 skipped\n`);
process.exitCode = passed === 2 ? 0 : 1;
