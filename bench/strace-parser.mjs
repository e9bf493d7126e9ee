// How fast the strace parser is on one core, beside `wc -l` on the same file.
//   node bench/strace-parser.mjs [--recordings DIR] [--megabytes 512] [--runs 3]
// The file is made of recordings, repeated, in a temporary folder, and removed afterwards.
import { Buffer } from 'node:buffer';
import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readdirSync, readFileSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cpuUsage, stdout } from 'node:process';
import { fileURLToPath, URL } from 'node:url';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';

import { StraceParser } from '../libs/sources/dist/strace/strace-parser.js';
import { WireObserver } from '../libs/sources/dist/wire/wire-observer.js';

const { values } = parseArgs({
  options: {
    recordings: { type: 'string', default: fileURLToPath(new URL('../recordings/employee', import.meta.url)) },
    megabytes: { type: 'string', default: '512' },
    runs: { type: 'string', default: '3' },
  },
});
const CHUNK_BYTES = 262_144;

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-bench-'));
try {
  const path = join(folder, 'trace.txt');
  const { sizeBytes, lines } = synthesise(path, Number(values.megabytes) * 1e6);
  stdout.write(`${(sizeBytes / 1e6).toFixed(0)} MB, ${lines} lines of ${(sizeBytes / lines).toFixed(0)} bytes\n`);
  const count = best(() => countingSeconds(path));
  report('wc -l', count, count, lines, sizeBytes);
  const bare = best(() => cpuSeconds(() => parse(path, new StraceParser())));
  report('calls: pid, time, name, result, resumed lines matched', bare, count, lines, sizeBytes);
  const rebuilt = best(() => {
    const observer = new WireObserver();
    return cpuSeconds(() => parse(path, new StraceParser({ observer }), () => observer.drain()));
  });
  report('the same, requests and statements rebuilt', rebuilt, count, lines, sizeBytes);
} finally {
  rmSync(folder, { recursive: true });
}

function synthesise(path, wantedBytes) {
  const traces = readdirSync(values.recordings)
    .flatMap((name) => ['db', 'web'].map((part) => join(values.recordings, name, `${part}.strace.gz`)))
    .map((file) => gunzipSync(readFileSync(file)));
  const counts = traces.map((trace) => trace.reduce((sum, byte) => sum + (byte === 10 ? 1 : 0), 0));
  const file = openSync(path, 'w');
  let [sizeBytes, lines] = [0, 0];
  for (let i = 0; sizeBytes < wantedBytes; i = (i + 1) % traces.length) {
    writeSync(file, traces[i]);
    sizeBytes += traces[i].length;
    lines += counts[i];
  }
  closeSync(file);
  return { sizeBytes, lines };
}

function parse(path, parser, after = () => undefined) {
  const file = openSync(path, 'r');
  const chunk = Buffer.alloc(CHUNK_BYTES);
  for (let read = readSync(file, chunk); read > 0; read = readSync(file, chunk)) {
    parser.push(chunk.subarray(0, read));
    after();
  }
  parser.end();
  closeSync(file);
}

function best(measure) {
  return Math.min(...Array.from({ length: Number(values.runs) }, measure));
}

/** Processor time: the figure stands on a machine that does other work as well. */
function cpuSeconds(work) {
  const start = cpuUsage();
  work();
  const { user, system } = cpuUsage(start);
  return (user + system) / 1e6;
}

/** Processor time of `wc -l`, as that of the parser: what else runs on the machine counts for neither. */
function countingSeconds(path) {
  const script = `TIMEFORMAT='%U %S'; time wc -l "$0"`;
  const { stderr } = spawnSync('bash', ['-c', script, path], { encoding: 'utf8' });
  const [user, system] = stderr.trim().split(' ').map(Number);
  return user + system;
}

function report(title, seconds, countSeconds, lines, sizeBytes) {
  const rate = (lines / seconds / 1e6).toFixed(2).padStart(7);
  const bytes = (sizeBytes / seconds / 1e6).toFixed(0).padStart(6);
  const share = ((100 * countSeconds) / seconds).toFixed(1).padStart(6);
  stdout.write(`${rate} M lines/s ${bytes} MB/s ${share} % of wc   ${title}\n`);
}
