/**
 * Single-core scoring speed of the shipped detectors, beside a plain `Set` of strings-free keys and, where Python with
 * numpy is found, the same job as a numpy batch, all on the same calls in one run.
 *
 *   node bench/detectors.mjs [--calls 2000000] [--python python3]
 *
 * The calls imitate a web worker: requests of 20 to 60 calls from a few dozen shapes, with benign variety, four threads
 * that take turns. Each figure is the best of fifteen passes over all calls after a warm-up, the rows in turn, in millions
 * of calls a second of processor time.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';

import { frequencyDetector, FrequencyLearner, sequenceDetector, SequenceLearner } from '@plimsoll/detection';

const { values } = parseArgs({ options: { calls: { type: 'string' }, python: { type: 'string' } } });
const CALLS = Number(values.calls ?? 2_000_000);
const PYTHON = values.python ?? 'python3';
const ROUNDS = 15;
const BATCH = 4_096;
const WHERE = { application: 'bench', workload: 'web', container: 'web-1' };

const numbers = webWorker(CALLS, 1);
const input = batches(numbers, 'live');
const teach = batches(webWorker(1_000_000, 2), 'learn');
const check = batches(webWorker(1_000_000, 3), 'check');

const rows = [
  ['sequence, bags 2–6 together (default)', () => shipped(sequenceDetector(), sequence({}))],
  ['sequence, one bag size (6)', () => shipped(sequenceDetector(), sequence({ bags: [6] }))],
  ['sequence, n-grams of 10', () => shipped(sequenceDetector(), sequence({ bags: [], ngrams: [10] }))],
  [
    'sequence, rare calls (one in 16 after 7)',
    () => shipped(sequenceDetector(), sequence({ bags: [], rare: { length: 8, bits: 4 } })),
  ],
  ['frequency (default)', () => shipped(frequencyDetector(), new FrequencyLearner(WHERE))],
  ['plain Set, one bag size (6)', () => plainSet([6])],
  ['plain Set, bags 2–6 together', () => plainSet([2, 3, 4, 5, 6])],
];
// Rounds of all rows in turn, so that what else the machine does meets all of them alike.
const passes = rows.map(([, make]) => make());
for (const pass of passes) pass();
const best = passes.map(() => Infinity);
for (let round = 0; round < ROUNDS; round++) {
  passes.forEach((pass, i) => {
    best[i] = Math.min(best[i], seconds(pass));
  });
}
rows.forEach(([name], i) => {
  process.stdout.write(`${(CALLS / best[i] / 1e6).toFixed(1).padStart(7)} M calls/s  ${name}\n`);
});
numpy();

function sequence(options) {
  return new SequenceLearner(WHERE, options);
}

/** Everything that the detector does to a batch: windows, look-ups, verdicts. */
function shipped(detector, learner) {
  for (const batch of teach) learner.learn(batch);
  for (const batch of check) learner.calibrate(batch);
  const model = detector.prepare(learner.finish(), { falseAlertsPerDay: 1 });
  return () => {
    const state = detector.start();
    for (const batch of input) detector.step(state, batch, model);
  };
}

/** Known or not by running sums in a Set, one thread: what a short program would do. */
function plainSet(sizes) {
  const weights = Float64Array.from({ length: 2048 }, (_, i) => ((i * 2654435761) % 2 ** 32) * 1024 + i);
  const known = sizes.map(() => new Set());
  const slide = (calls, seen) => {
    sizes.forEach((size, s) => {
      let sum = 0;
      for (let i = 0; i < calls.length; i++) {
        sum += weights[calls[i]];
        if (i >= size) sum -= weights[calls[i - size]];
        if (i >= size - 1) seen(known[s], sum);
      }
    });
  };
  slide(webWorker(1_000_000, 2), (set, sum) => set.add(sum));
  return () => {
    let unknown = 0;
    slide(numbers, (set, sum) => {
      if (!set.has(sum)) unknown++;
    });
    return unknown;
  };
}

function numpy() {
  const folder = mkdtempSync(join(tmpdir(), 'detectors-'));
  try {
    writeFileSync(join(folder, 'calls.bin'), numbers);
    writeFileSync(join(folder, 'learn.bin'), webWorker(1_000_000, 2));
    const program = `
import sys, time
import numpy as np
live = np.fromfile(sys.argv[1] + '/calls.bin', dtype=np.uint16)
learn = np.fromfile(sys.argv[1] + '/learn.bin', dtype=np.uint16)
weights = np.random.default_rng(1).integers(0, 2**62, 2048, dtype=np.int64)
def keys(calls, size):
    sums = np.concatenate([[0], np.cumsum(weights[calls])])
    return sums[size:] - sums[:-size]
for name, sizes in (('one bag size (6)', [6]), ('bags 2-6 together', [2, 3, 4, 5, 6])):
    known = [np.unique(keys(learn, size)) for size in sizes]
    best = 1e9
    for _ in range(3):
        start = time.process_time()
        for size, table in zip(sizes, known):
            found = keys(live, size)
            at = np.minimum(np.searchsorted(table, found), len(table) - 1)
            (table[at] != found).sum()
        best = min(best, time.process_time() - start)
    print(f'{len(live) / best / 1e6:7.1f} M calls/s  numpy batch, {name}')
`;
    const run = spawnSync(PYTHON, ['-c', program, folder], { encoding: 'utf8' });
    if (run.status === 0) process.stdout.write(run.stdout);
    else process.stdout.write(`   (no numpy with ${PYTHON}: its rows are left out)\n`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Processor time, so that other programs on the machine do not count; all of this process's threads do. */
function seconds(pass) {
  const before = process.cpuUsage();
  pass();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

function webWorker(count, seed) {
  const next = uniform(seed);
  const vocabulary = [0, 1, 3, 4, 5, 8, 9, 11, 16, 20, 21, 39, 41, 42, 44, 45, 47, 72, 79, 87, 96, 228, 257, 262, 288];
  const shapes = Array.from({ length: 40 }, (_, s) => {
    const shape = uniform(1_000 + s);
    return Array.from(
      { length: 20 + Math.floor(shape() * 40) },
      () => vocabulary[Math.floor(shape() ** 2 * vocabulary.length)],
    );
  });
  const calls = new Uint16Array(count);
  for (let i = 0; i < count;) {
    for (const call of shapes[Math.floor(next() ** 2 * shapes.length)]) {
      if (i < count) calls[i++] = call;
      if (next() < 0.0002 && i < count) calls[i++] = 20;
    }
  }
  return calls;
}

function batches(calls, stream) {
  const cut = [];
  for (let from = 0; from < calls.length; from += BATCH) {
    const part = calls.slice(from, from + BATCH);
    cut.push({
      ...WHERE,
      container: stream,
      stream,
      firstOrdinal: from,
      baseTimeUs: from * 10,
      count: part.length,
      numbers: part,
      threads: Uint32Array.from(part, (_, i) => 100 + (Math.floor((from + i) / 200) % 4)),
      offsetsUs: Uint32Array.from(part, (_, i) => i * 10),
      results: undefined,
      digests: undefined,
      names: new Map(),
      gaps: [],
      last: false,
    });
  }
  return cut;
}

function uniform(seed) {
  let state = seed >>> 0;
  return () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
}
