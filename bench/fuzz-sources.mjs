// Damaged lines for a parser: it may not throw, hang or grow.
//   node bench/fuzz-sources.mjs KIND FILE… [--lines 1000000] [--seed 1]
// FILE is a trace or log of that kind, plain or gzip. Exit code 1 where a limit below was passed.
import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { exit, memoryUsage, stderr, stdout } from 'node:process';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';

import { openParser } from '../libs/sources/dist/kinds.js';
import { TraceMutator } from '../libs/sources/dist/strace/trace-mutator.fixture.js';

/** Slowest piece of 1,000 lines, and growth between the first tenth and the end. */
const MAX_PIECE_MS = 2_000;
const MAX_GROWTH_MB = 256;
const PIECE_LINES = 1_000;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { lines: { type: 'string', default: '1000000' }, seed: { type: 'string', default: '1' } },
});
const [kind, ...paths] = positionals;
if (!kind || paths.length === 0) {
  stderr.write('usage: node bench/fuzz-sources.mjs KIND FILE… [--lines 1000000] [--seed 1]\n');
  exit(2);
}

const mutator = new TraceMutator(paths.map(read), Number(values.seed));
const parser = openParser(kind, {
  application: 'fuzz',
  workload: 'fuzz',
  container: 'fuzz',
  stream: 'fuzz',
  privacy: 'balanced',
});
const pieces = Math.ceil(Number(values.lines) / PIECE_LINES);
let [slowestMs, earlyMb, peakMb, items, totalMs] = [0, 0, 0, 0, 0];
for (let i = 0; i < pieces; i++) {
  const piece = mutator.lines(PIECE_LINES);
  const start = performance.now();
  items += parser.push(piece).length;
  const tookMs = performance.now() - start;
  totalMs += tookMs;
  slowestMs = Math.max(slowestMs, tookMs);
  const { heapUsed, external } = memoryUsage();
  const nowMb = (heapUsed + external) / 1e6;
  if (i < pieces / 10) earlyMb = Math.max(earlyMb, nowMb);
  peakMb = Math.max(peakMb, nowMb);
}
items += parser.end().length;

const rate = (parser.counts.lines / totalMs / 1e3).toFixed(2);
stdout.write(`${kind}: ${parser.counts.lines} lines, ${items} items, ${rate} M lines/s, no exception\n`);
stdout.write(
  `slowest ${PIECE_LINES} lines ${slowestMs.toFixed(0)} ms; ${earlyMb.toFixed(0)} MB early, ${peakMb.toFixed(0)} MB at most\n`,
);
stdout.write(`${JSON.stringify(parser.counts)}\n`);
if (slowestMs > MAX_PIECE_MS || peakMb - earlyMb > MAX_GROWTH_MB) exit(1);

function read(path) {
  const bytes = readFileSync(path);
  return bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes;
}
