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
 * Batches of `containers` containers, each of which repeats recorded files one after the other, until there are `calls`
 * calls; containers take turns. `perMessage` cuts them by size alone; without it they are cut as a collector does.
 */
export function* recordedBatches({ calls, containers, perMessage }) {
  const files = recordedCalls().filter((columns) => columns.length > 0);
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
