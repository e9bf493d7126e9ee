// Recorded calls of the repository's own recordings, and batches, topics and profiles made of them.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, URL } from 'node:url';
import { gunzipSync } from 'node:zlib';

import { FrequencyLearner, SequenceLearner } from '@plimsoll/detection';
import { CallBatcher } from '@plimsoll/pipelines';

import { StraceParser } from '../../libs/sources/dist/strace/strace-parser.js';

const RECORDINGS = fileURLToPath(new URL('../../recordings', import.meta.url));
export const APPLICATIONS = ['employee', 'shop', 'board'];
const WHERE = { application: 'bench', workload: 'web' };

/** Every recorded strace file's bytes, in a fixed order. */
export function straceFiles(applications = APPLICATIONS) {
  return applications.flatMap((application) =>
    readdirSync(join(RECORDINGS, application)).flatMap((episode) =>
      readdirSync(join(RECORDINGS, application, episode))
        .filter((name) => name.endsWith('.strace.gz'))
        .map((name) => gunzipSync(readFileSync(join(RECORDINGS, application, episode, name)))),
    ),
  );
}

/** The calls of each recorded file, as its parser gives them. */
export function recordedCalls(applications) {
  return straceFiles(applications).map((bytes) => {
    const parser = new StraceParser();
    return [...parser.push(bytes), ...parser.end()].flatMap((item) => (item.type === 'calls' ? [item.calls] : []));
  });
}

/**
 * Of up to `most` recorded calls of `shop` the thread and the rest of strace's line, from the call on, without its arguments:
 * calls are to be read and scored, and no requests rebuilt of them.
 */
export function callLines(most) {
  const lines = [];
  for (const bytes of straceFiles(['shop'])) {
    for (const line of bytes.toString('latin1').split('\n')) {
      const found = /^(\d+)\s+[\d.]+ (\w+)\(.*\)\s+= (-?\d+)/.exec(line);
      if (found) lines.push([found[1], `${found[2]}(1) = ${found[3]} <0.000010>\n`]);
      if (lines.length === most) return lines;
    }
  }
  return lines;
}

/**
 * Batches of `containers` containers, each of which repeats recorded files one after the other, until there are `calls`
 * calls; containers take turns of as many calls as a message holds. `perMessage` cuts them by size alone; without it they
 * are cut as a collector does.
 */
export function* recordedBatches({ calls, containers, perMessage }) {
  const turn = perMessage ?? 512;
  const files = recordedCalls()
    .filter((columns) => columns.length > 0)
    .map((columns) => columns.flatMap((one) => cut(one, turn)));
  const limits = perMessage && { calls: perMessage, growUs: 0, maxCalls: perMessage, maxAgeUs: 4_000_000_000 };
  const each = Array.from({ length: containers }, (_, i) => ({
    batcher: new CallBatcher({ ...WHERE, container: `c${String(i).padStart(11, '0')}` }, `run-1/c${i}`, limits),
    file: i % files.length,
    part: 0,
    shiftUs: 0,
    lastUs: 0,
  }));
  for (let given = 0; given < calls;) {
    for (const one of each) {
      const columns = files[one.file][one.part];
      if (one.part === 0) one.shiftUs = Math.max(0, one.lastUs + 1_000 - columns.timesUs[0]);
      const timesUs = columns.timesUs.map((timeUs) => timeUs + one.shiftUs);
      one.lastUs = timesUs.at(-1);
      yield* one.batcher.push({ ...columns, timesUs });
      given += columns.count;
      one.part += 1;
      if (one.part === files[one.file].length) [one.part, one.file] = [0, (one.file + 1) % files.length];
      if (given >= calls) break;
    }
  }
  for (const { batcher } of each) yield* batcher.flush();
}

/** The calls in pieces of `most`; what the digests stand for goes with the first. */
function cut(columns, most) {
  const pieces = [];
  for (let from = 0; from < columns.count; from += most) {
    const of = (column) => column?.subarray(from, from + most);
    const { numbers, threads, timesUs, results, digests, names } = columns;
    pieces.push({
      count: Math.min(most, columns.count - from),
      numbers: of(numbers),
      threads: of(threads),
      timesUs: of(timesUs),
      results: of(results),
      digests: of(digests),
      names: from === 0 ? names : new Map(),
    });
  }
  return pieces;
}

/** What a detector learned of the recorded files, so that it finds little in them that is new; half of them calibrate it. */
export function learned(detector) {
  const learner = detector === 'sequence' ? new SequenceLearner(WHERE) : new FrequencyLearner(WHERE);
  const batches = recordedCalls().map((columns, i) => {
    const batcher = new CallBatcher({ ...WHERE, container: `f${i}` }, `learn/${i}`);
    return [...columns.flatMap((one) => batcher.push(one)), ...batcher.flush()];
  });
  for (const batch of batches.flat()) learner.learn(batch);
  for (const batch of batches.filter((_, i) => i % 2 === 1).flat()) learner.calibrate(batch);
  return learner.finish();
}
