// What reading recorded traces costs on one core, and whether two builds read them alike: bytes to calls, to rebuilt
// requests and statements, and to events, as the collector makes them.
//   node bench/source-events.mjs [--applications employee,board] [--rounds 5] [--against DIST] [--only calls,rebuilt,events] [--megabytes 1000]
//   node bench/source-events.mjs --digest [--against DIST] [--privacy balanced,strict,full]  # a digest of every item of every recording
// DIST: another build of libs/sources (its folder `dist`, where it finds its packages). Builds take turns in one process,
// and processor time of the user counts, so that what else the machine does falls on both.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { cpuUsage, exit, stdout } from 'node:process';
import { fileURLToPath, pathToFileURL, URL } from 'node:url';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';

const RECORDINGS = fileURLToPath(new URL('../recordings', import.meta.url));
const CHUNK_BYTES = 262_144;

const { values } = parseArgs({
  options: {
    applications: { type: 'string', default: 'employee,board' },
    rounds: { type: 'string', default: '5' },
    against: { type: 'string' },
    only: { type: 'string', default: 'calls,rebuilt,events' },
    digest: { type: 'boolean', default: false },
    megabytes: { type: 'string', default: '1000' },
    privacy: { type: 'string', default: 'balanced' },
  },
});

const now = await build(fileURLToPath(new URL('../libs/sources/dist', import.meta.url)));
const before = values.against === undefined ? undefined : await build(resolve(values.against));
const builds = before === undefined ? [['now', now]] : [['before', before], ['now', now]]; // prettier-ignore
const WORK = { calls, rebuilt, events };

if (values.digest) compare();
else for (const application of values.applications.split(',')) measure(application);

function compare() {
  let differ = 0;
  for (const application of values.applications.split(',')) {
    const digests = builds.map(([, one]) => digestOf(one, application));
    const equal = digests.every(({ digest }) => digest === digests[0].digest);
    if (!equal) differ++;
    stdout.write(`${application.padEnd(12)} ${digests.map(({ digest, items }) => `${digest.slice(0, 16)} of ${items} items`).join('  ')}${equal ? '' : '  DIFFERENT'}\n`); // prettier-ignore
  }
  exit(differ === 0 ? 0 : 1);
}

function measure(application) {
  const traces = upTo(
    Number(values.megabytes) * 1e6,
    sourcesOf(application).filter(({ kind }) => kind === 'strace'),
  );
  const lines = traces.reduce((sum, { bytes }) => sum + linesOf(bytes), 0); // prettier-ignore
  const sizeBytes = traces.reduce((sum, { bytes }) => sum + bytes.length, 0);
  stdout.write(`${application}: ${lines} lines, ${(sizeBytes / 1e6).toFixed(0)} MB, ${values.rounds} rounds\n`);
  for (const name of values.only.split(',')) {
    for (const [, one] of builds) WORK[name](one, traces);
    const rates = builds.map(() => []);
    for (let round = 0; round < Number(values.rounds); round++) {
      builds.forEach(([, one], i) => {
        const start = cpuUsage();
        WORK[name](one, traces);
        const { user } = cpuUsage(start);
        rates[i].push(lines / user);
      });
    }
    builds.forEach(([title], i) => {
      const sorted = rates[i].sort((a, b) => a - b);
      const [least, middle, most] = [sorted[0], sorted[sorted.length >> 1], sorted.at(-1)].map((rate) => rate.toFixed(2)); // prettier-ignore
      stdout.write(`  ${name.padEnd(8)} ${title.padEnd(7)} ${middle} [${least}, ${most}] million lines/s\n`);
    });
  }
}

async function build(dist) {
  const load = (path) => import(pathToFileURL(join(dist, path)));
  const { StraceParser } = await load('strace/strace-parser.js');
  const { WireObserver } = await load('wire/wire-observer.js');
  const { openParser } = await load('kinds.js');
  return { StraceParser, WireObserver, openParser };
}

function calls({ StraceParser }, traces) {
  for (const { bytes } of traces) feed(new StraceParser(), bytes, () => undefined);
}

function rebuilt({ StraceParser, WireObserver }, traces) {
  for (const { bytes } of traces) {
    const observer = new WireObserver();
    feed(new StraceParser({ observer }), bytes, () => observer.drain());
  }
}

function events({ openParser }, traces) {
  for (const source of traces) feed(parserOf(openParser, source, 'balanced'), source.bytes, () => undefined);
}

function digestOf({ openParser }, application) {
  const hash = createHash('sha256');
  let items = 0;
  for (const privacy of values.privacy.split(',')) {
    for (const source of sourcesOf(application)) {
      const parser = parserOf(openParser, source, privacy);
      feed(parser, source.bytes, (given) => {
        for (const item of given) {
          hash.update(JSON.stringify(item, (_, value) => plain(value, hash)));
          items++;
        }
      });
      hash.update(JSON.stringify([parser.counts, parser.refusals, parser.notice]));
    }
  }
  return { digest: hash.digest('hex'), items };
}

/** Columns go into the digest as their bytes. */
function plain(value, hash) {
  if (value instanceof Map) return [...value];
  if (!ArrayBuffer.isView(value)) return value;
  hash.update(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
  return value.length;
}

function parserOf(openParser, { application, workload, kind, stream }, privacy) {
  return openParser(kind, { application, workload, container: workload, stream, privacy });
}

function feed(parser, bytes, take) {
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) take(parser.push(bytes.subarray(at, at + CHUNK_BYTES)));
  take(parser.end());
}

function linesOf(bytes) {
  let lines = 0;
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) lines++;
  return lines;
}

/** The first sources, up to so many bytes. */
function upTo(most, sources) {
  let sum = 0;
  return sources.filter(({ bytes }) => (sum += bytes.length) <= most || sum === bytes.length);
}

/** The sources of an application's recordings, unpacked. */
function sourcesOf(application) {
  return readdirSync(join(RECORDINGS, application), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) => {
      const folder = join(RECORDINGS, application, name);
      const { sources } = JSON.parse(readFileSync(join(folder, 'recording.json'), 'utf8'));
      return sources.map(({ workload, kind, path }) => {
        const stored = readFileSync(join(folder, path));
        const bytes = path.endsWith('.gz') ? gunzipSync(stored) : stored;
        return { application, workload, kind, stream: `${name}/${workload}`, bytes };
      });
    });
}
