import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';

import { ROOT } from '../root.js';
import { runProgramIn } from './compose-stack.js';
import { seconds, type DrillPlace, type DrillResult } from './drill.js';
import { readmeDrill } from './readme-drill.js';
import { securedDrill } from './secured-drill.js';
import { sidecarDrill } from './sidecar-drill.js';
import { restartDrill, scaleDrill, upgradeDrill } from './stream-drills.js';

const USAGE = `npm run test:compose -- [options] [DRILL …]

Drills with docker compose, on stacks of their own that are taken away afterwards: readme (as it is written there, then
down and up), sidecar (collectors beside containers of another application), secured (TLS and passwords), scale (detectors 1, 3, 1), restart (everything in turn), upgrade (from an
earlier commit, in place). All of them without a name. Needs a Docker engine and some 40 minutes.

  --from COMMIT     what is upgraded (HEAD~1)
  --calls N         calls that are replayed in scale, restart and upgrade, at the least (500000)
  --applications N  side by side, each at the speed of its recordings (4)
  --report FILE     also writes the figures there, as Markdown
`;

const DRILLS: Readonly<Record<string, (place: DrillPlace) => Promise<DrillResult>>> = {
  readme: readmeDrill,
  sidecar: sidecarDrill,
  secured: securedDrill,
  scale: scaleDrill,
  restart: restartDrill,
  upgrade: upgradeDrill,
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    from: { type: 'string', default: 'HEAD~1' },
    calls: { type: 'string', default: '500000' },
    applications: { type: 'string', default: '4' },
    report: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
const unknown = positionals.filter((name) => !(name in DRILLS));
if (values.help || unknown.length > 0) {
  process.stdout.write(USAGE);
  process.exit(values.help ? 0 : 2);
}

function tell(message: string): void {
  process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${message}\n`);
}

async function output(...command: readonly [string, ...string[]]): Promise<string> {
  return (await runProgramIn(ROOT, command)).output.trim();
}

const scratch = await mkdtemp(join(tmpdir(), 'plimsoll-drills-'));
const [commit, from] = [await output('git', 'rev-parse', 'HEAD'), await output('git', 'rev-parse', values.from)];
const engine = await output('docker', 'version', '--format', '{{.Server.Version}}');
const compose = await output('docker', 'compose', 'version', '--short');
const sections = [
  `# The stack by docker compose\n\nMade by \`npm run test:compose\` on ${new Date().toISOString().slice(0, 10)}: commit ${commit.slice(0, 9)}, Docker ${engine}, compose ${compose}.\n`,
];
const names = positionals.length > 0 ? positionals : Object.keys(DRILLS);
let failed = 0;
for (const name of names) {
  tell(`drill: ${name}`);
  const place: DrillPlace = {
    ...{ folder: ROOT, scratch, from, tell },
    calls: Number(values.calls),
    applications: Number(values.applications),
  };
  const [{ done, faults }, took] = await seconds(() =>
    DRILLS[name]!(place).catch((error: unknown) => ({ done: [], faults: [String(error)] })),
  );
  if (faults.length > 0) failed += 1;
  const lines = [...done, ...faults.map((fault) => `**Not as it should be**: ${fault}`)];
  const listed = lines.map((line) => (line.startsWith('#') ? `\n#${line}` : `- ${line}`));
  const text = [
    `## ${name}: ${faults.length === 0 ? 'as it should be' : 'NOT as it should be'}, ${took}`,
    '',
    ...listed,
    '',
  ].join('\n');
  process.stdout.write(`${text}\n`);
  sections.push(text);
}
if (values.report !== undefined) await writeFile(values.report, sections.join('\n'));
await rm(scratch, { recursive: true, force: true });
process.stdout.write(`${names.length - failed} passed, ${failed} failed, 0 skipped\n`);
process.exitCode = failed === 0 ? 0 : 1;
