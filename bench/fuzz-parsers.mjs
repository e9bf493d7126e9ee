/**
 * Every parser on damaged lines and on whole ones: it may not throw, take long over a piece, or grow. Prints a table in
 * Markdown; exit code 1 where a limit was passed. Run after `npm run build`:
 *
 *   node --expose-gc bench/fuzz-parsers.mjs [--lines 1000000] [--seed 1] [--kind sysdig-json]
 */
import { Buffer } from 'node:buffer';
import process from 'node:process';
import { parseArgs } from 'node:util';

import { openParser } from '../libs/sources/dist/kinds.js';
import { damaged } from '../libs/sources/dist/testing/damaged-lines.js';
import { OTHER_FORMS, SAMPLE_LINES } from '../libs/sources/dist/testing/sample-sources.js';

/** Limits: the slowest piece of 1,000 lines, and growth of heap and buffers between the first tenth and the end. */
const MAX_PIECE_MS = 2_000;
const MAX_GROWTH_MB = 128;
const PIECE_LINES = 1_000;
const WHOLE_LINES = 1_000_000;
const WHERE = { application: 'a', workload: 'w', container: 'c', stream: 's', privacy: 'balanced' };

const { values } = parseArgs({
  options: {
    lines: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: '1' },
    kind: { type: 'string' },
  },
});
const lines = Number(values.lines);
const forms = [...Object.entries(SAMPLE_LINES), ...OTHER_FORMS].filter(
  ([kind]) => values.kind === undefined || kind === values.kind,
);
const print = (line) => process.stdout.write(`${line}\n`);

/** Processor time of this process: what else runs on the machine does not count. */
function cpuMs() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

function heldMb() {
  globalThis.gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return (heapUsed + arrayBuffers) / 1_048_576;
}

function fuzz(kind, samples) {
  const parser = openParser(kind, WHERE);
  const source = damaged(samples, lines, Number(values.seed));
  let [slowestMs, totalMs, earlyMb, done] = [0, 0, 0, 0];
  for (;;) {
    const piece = [];
    for (let i = 0; i < PIECE_LINES; i++) {
      const next = source.next();
      if (next.done) break;
      piece.push(next.value);
    }
    if (piece.length === 0) break;
    const bytes = Buffer.concat(piece);
    const begin = cpuMs();
    parser.push(bytes);
    const tookMs = cpuMs() - begin;
    totalMs += tookMs;
    slowestMs = Math.max(slowestMs, tookMs);
    done += piece.length;
    if (earlyMb === 0 && done >= lines / 10) earlyMb = heldMb();
  }
  parser.end();
  const { read, ignored, malformed, lines: all } = parser.counts;
  const told = read + ignored + malformed;
  if (told !== all) throw new Error(`${kind}: ${all} lines, of which ${told} are accounted for`);
  const growthMb = heldMb() - earlyMb;
  return { perSecond: (done / totalMs) * 1_000, slowestMs, growthMb, counts: parser.counts };
}

function speed(kind, samples) {
  // Bytes as they come from a file: pieces of 64 KiB that end anywhere.
  const text = Buffer.from(`${samples.join('\n')}\n`.repeat(Math.ceil(2_000 / samples.length)));
  const linesInText = samples.length * Math.ceil(2_000 / samples.length);
  const rounds = Math.ceil(WHOLE_LINES / linesInText);
  const parser = openParser(kind, WHERE);
  const begin = cpuMs();
  for (let round = 0; round < rounds; round++) {
    for (let at = 0; at < text.length; at += 65_536) parser.push(text.subarray(at, at + 65_536));
  }
  parser.end();
  const seconds = (cpuMs() - begin) / 1_000;
  return { linesPerSecond: (rounds * linesInText) / seconds, mbPerSecond: (rounds * text.length) / seconds / 1e6 };
}

print(`Node ${process.version}, ${lines} damaged lines a kind, seed ${values.seed}\n`);
print('| kind | whole lines/s | MB/s | damaged lines/s | refused | slowest 1,000 lines | growth |');
print('|---|---:|---:|---:|---:|---:|---:|');
let failed = false;
for (const [kind, samples] of forms) {
  const { perSecond, slowestMs, growthMb, counts } = fuzz(kind, samples);
  const { linesPerSecond, mbPerSecond } = speed(kind, samples);
  const refused = `${((counts.malformed / counts.lines) * 100).toFixed(0)} %`;
  const thousands = (value) => `${Math.round(value / 1_000).toLocaleString('en')} k`;
  print(
    `| ${kind} | ${thousands(linesPerSecond)} | ${mbPerSecond.toFixed(0)} | ${thousands(perSecond)} | ${refused} | ${slowestMs.toFixed(0)} ms | ${growthMb.toFixed(1)} MB |`,
  );
  failed ||= slowestMs > MAX_PIECE_MS || growthMb > MAX_GROWTH_MB;
}
process.exitCode = failed ? 1 : 0;
