/**
 * Sends seeded odd but legal requests to real servers under strace, and compares what is rebuilt with what each server
 * says that it saw. Run after `npm run build`:
 *
 *   node e2e/measure-framing.mjs [--servers apache,nginx,node,python,tomcat] [--requests N] [--seed N] [--write]
 *
 * `--write` writes docs/reports/framing.md. Exit code 1 where anything is wrong.
 */
import { writeFileSync } from 'node:fs';
import process from 'node:process';
import { parseArgs } from 'node:util';

import { framingRun } from './dist/framing/framing-run.js';
import { framingReport } from './dist/framing/framing-report.js';

const { values: options } = parseArgs({
  options: {
    servers: { type: 'string', default: 'apache,nginx,node,python,tomcat' },
    requests: { type: 'string', default: '3000' },
    seed: { type: 'string', default: '1' },
    write: { type: 'boolean', default: false },
  },
});
const [seed, requests] = [Number(options.seed), Number(options.requests)];
const rows = [];
for (const server of options.servers.split(',')) {
  const row = { server, ...(await framingRun(server, seed, requests)) };
  rows.push(row);
  const { examples, ...figures } = row;
  process.stdout.write(`${JSON.stringify(figures)}\n${examples.map((each) => `  ${each}\n`).join('')}`);
}
const report = framingReport(rows, { seed, requests });
if (options.write) writeFileSync('docs/reports/framing.md', report);
else process.stdout.write(report);
process.exitCode = rows.some(({ wrong }) => wrong > 0) ? 1 : 0;
