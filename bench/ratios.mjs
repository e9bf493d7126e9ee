// Fails where a part has become slow beside its peer in the same run: what a machine under load can still tell.
//   npm run bench:ratios
// The limits are some one and a half to twice what was measured on a machine that did other work as well.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execPath, exit, stdout } from 'node:process';
import { fileURLToPath, URL } from 'node:url';

import { encodeSyscallBatch } from '@plimsoll/contracts';

import { recordedBatches } from './speed/traces.mjs';

/** Section, row, the row it is compared with, and how many times its processor time it may take. */
const LIMITS = [
  // Splitting is over too soon to hold what takes fifty times as long against it: 26 to 56 were measured within one run.
  ['parse', 'strace: calls', 'split lines', 6],
  ['parse', 'strace: calls, requests and statements', 'strace: calls', 10],
  ['parse', 'strace: messages with events', 'strace: calls', 32],
  ['score', 'sequence', 'plain JavaScript, bags of 6', 6],
  ['score', 'frequency', 'plain JavaScript, bags of 6', 9],
  // Far from the goal of 1.3 (docs/decisions/0371): 6 to 7 were measured, 14 before.
  ['quiet', '10,000 containers', '10 containers', 11],
  ['events', 'web requests', 'JSON.parse of requests', 14],
  ['events', 'SQL statements', 'JSON.parse of requests', 8],
  ['events', 'audit events', 'JSON.parse of requests', 11],
];
const MOST_BYTES_A_CALL = 4.2;

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-ratios-'));
try {
  const file = join(folder, 'results.json');
  const script = fileURLToPath(new URL('speed.mjs', import.meta.url));
  const sections = [...new Set(LIMITS.map(([section]) => section))].join(',');
  const { status } = spawnSync(execPath, [script, '--only', sections, '--rounds', '5', '--json', file], {
    stdio: 'inherit',
  });
  if (status !== 0) exit(status ?? 1);
  const { sections: measured } = JSON.parse(readFileSync(file, 'utf8'));
  const rowOf = (section, title) => measured[section].rows.find((row) => row.title === title).rounds;
  let failed = false;
  for (const [section, title, peer, limit] of LIMITS) {
    const peers = rowOf(section, peer);
    const ratio = median(rowOf(section, title).map(({ cpuPerMillion }, i) => cpuPerMillion / peers[i].cpuPerMillion));
    failed ||= ratio > limit;
    stdout.write(
      `${ratio > limit ? 'TOO SLOW' : 'ok'}: ${section}, ${title}: ${ratio.toFixed(2)} times ${peer}, at most ${limit}\n`,
    );
  }
  const [calls, bytes] = [...recordedBatches({ calls: 500_000, containers: 20 })].reduce(
    ([count, size], batch) => [count + batch.count, size + encodeSyscallBatch(batch).byteLength],
    [0, 0],
  );
  const bytesPerCall = bytes / calls;
  failed ||= bytesPerCall > MOST_BYTES_A_CALL;
  stdout.write(`${bytesPerCall.toFixed(2)} bytes a call, at most ${MOST_BYTES_A_CALL}\n`);
  if (failed) exit(1);
} finally {
  rmSync(folder, { recursive: true });
}

function median(numbers) {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
}
