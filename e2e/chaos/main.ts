import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { ROOT } from '../root.js';
import { disturbedRun, type Comparison } from './disturbed-run.js';
import { killAtRandom, type Kills } from './kills.js';
import { differences, isSame, section } from './report.js';
import { troubleServers, type Trouble } from './server-trouble.js';
import { workloadOf } from './workload.js';

const USAGE = `npm run test:chaos -- [options]

Sends recordings through the five services on a real Kafka and a real Redis while processes are killed, then while
servers are killed, cut and replaced, and compares verdicts and incidents with one process in memory. About 25 minutes.

  --kills N         processes killed in the first run (100)
  --calls N         calls sent in the first run, at the least (5000000)
  --applications N  side by side, each at the speed of its recordings (12)
  --seed N          of the moments and victims (1)
  --only NAME       'kills' or 'servers'
  --report FILE     also writes the figures there, as Markdown
`;

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '100' },
    calls: { type: 'string', default: '5000000' },
    applications: { type: 'string', default: '12' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string' },
    report: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  process.stdout.write(USAGE);
  process.exit(0);
}

const recordings = join(ROOT, 'recordings');
const REPLICAS = {
  collector: 1,
  'sequence-detector': 2,
  'frequency-detector': 1,
  'log-detector': 2,
  'alert-service': 3,
} as const;
/** Calls of the second run: enough for everything that is done to the servers. */
const SERVER_CALLS = 1_000_000;

function tell(message: string): void {
  process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${message}\n`);
}

async function kills(): Promise<[string, Comparison]> {
  const count = Number(values.kills);
  const workload = await workloadOf({
    recordings,
    applications: Number(values.applications),
    calls: Number(values.calls),
  });
  let killed: Kills | undefined;
  const run = await disturbedRun({
    workload,
    brokers: 1,
    replicas: REPLICAS,
    tell,
    disturb: async (stack, signal) => {
      // The last kills still find the stream at work.
      const meanPauseMs = (workload.spanMs * 0.95) / Math.max(1, count);
      killed = await killAtRandom(stack, signal, { count, meanPauseMs, seed: Number(values.seed), tell });
    },
  });
  const by = Object.entries(killed ?? {}).map(([name, times]) => `${name} ${times}`);
  const all = Object.values(killed ?? {}).reduce((sum, times) => sum + times, 0);
  const processes = Object.entries(REPLICAS).map(([name, replicas]) => `${replicas} ${name}`);
  const done = [
    `${all} times \`kill -9\` at random moments: ${by.join(', ')}`,
    `processes: ${processes.join(', ')}; one broker, 6 partitions; seed ${values.seed}`,
    `${workload.applications.length} applications, ${workload.sources.length} streams in real time`,
  ];
  return [section('Killed processes', done, run), run];
}

async function servers(): Promise<[string, Comparison]> {
  const workload = await workloadOf({ recordings, applications: 6, calls: SERVER_CALLS });
  let trouble: Trouble = [];
  const run = await disturbedRun({
    workload,
    brokers: 3,
    replicas: { ...REPLICAS, 'sequence-detector': 1 },
    tell,
    disturb: async (stack, signal) => {
      trouble = await troubleServers(stack, signal, tell);
    },
  });
  const done = trouble.map(({ name, tookMs }) => `${name} (${Math.round(tookMs / 1_000)} s)`);
  return [section('Troubled servers: three brokers, replication 3', done, run), run];
}

const parts = { kills, servers };
const chosen = Object.entries(parts).filter(([name]) => values.only === undefined || values.only === name);
const sections: string[] = [];
let failed = 0;
for (const [, part] of chosen) {
  const [text, run] = await part();
  process.stdout.write(`${text}\n`);
  sections.push(text);
  if (isSame(run)) continue;
  failed += 1;
  process.stdout.write(`${differences(run)}\n`);
}
if (values.report !== undefined) {
  const head = `# The stream under kills and troubled servers\n\nMade by \`npm run test:chaos\`, on ${new Date().toISOString().slice(0, 10)}.\n`;
  await writeFile(values.report, [head, ...sections].join('\n'));
}
process.stdout.write(`${chosen.length - failed} passed, ${failed} failed, 0 skipped\n`);
process.exitCode = failed === 0 ? 0 : 1;
