// What is measured without Kafka and Redis: each gives a function that does the work once, and how much work that is.
import { Buffer } from 'node:buffer';
import process from 'node:process';
import { fileURLToPath, URL } from 'node:url';

import { decodeSyscallBatch, encodeJson, encodeSyscallBatch } from '@plimsoll/contracts';
import { frequencyDetector, sequenceDetector } from '@plimsoll/detection';
import { findRecordings, learnProfiles, replay, sourcesOf } from '@plimsoll/local-run';
import {
  applicationLearners,
  CollectorPipeline,
  fixedProfiles,
  logLevelOperator,
  messageRecord,
  sequenceOperator,
} from '@plimsoll/pipelines';
import { openParser } from '@plimsoll/sources';

import { StraceParser } from '../../libs/sources/dist/strace/strace-parser.js';
import { WireObserver } from '../../libs/sources/dist/wire/wire-observer.js';
import { PlainDetector } from './plain-detector.mjs';
import { Stub } from './stub.mjs';
import { learned, recordedBatches, straceFiles } from './traces.mjs';

/** Traces that are read. */
const FILES = 6;
const BUDGET = { falseAlertsPerDay: 1 };
const SCORERS = { sequence: sequenceDetector, frequency: frequencyDetector };

/** strace text cut into lines: the least that reading it in JavaScript costs. */
export function split() {
  const files = traces();
  const run = () => {
    for (const bytes of files) for (const chunk of chunksOf(bytes)) chunk.latin1Slice().split('\n');
  };
  return { units: countLines(files), run };
}

/** strace text to calls; with `rebuilt` also to requests and statements. */
export function strace({ rebuilt }) {
  const files = traces();
  const run = () => {
    for (const bytes of files) {
      const observer = rebuilt ? new WireObserver() : undefined;
      const parser = new StraceParser(observer && { observer });
      for (const chunk of chunksOf(bytes)) {
        parser.push(chunk);
        observer?.drain();
      }
      parser.end();
    }
  };
  return { units: countLines(files), run };
}

/** strace text to events and batches, and those to the bytes that are published: the collector without HTTP and Kafka. */
export function collected() {
  const files = traces();
  const where = { application: 'shop', workload: 'web', container: 'web' };
  const run = () => {
    for (const [i, bytes] of files.entries()) {
      const stream = `bench/${i}`;
      const parser = openParser('strace', { ...where, stream, privacy: 'balanced' });
      const pipeline = new CollectorPipeline(where, stream);
      const publish = (items) => items.flatMap((item) => pipeline.push(item)).forEach(messageRecord);
      for (const chunk of chunksOf(bytes)) publish(parser.push(chunk));
      publish(parser.end());
      pipeline.flush().forEach(messageRecord);
    }
  };
  return { units: countLines(files), run };
}

function traces() {
  return straceFiles(['shop']).slice(0, FILES);
}

function* chunksOf(bytes) {
  for (let at = 0; at < bytes.length; at += 262_144) yield bytes.subarray(at, at + 262_144);
}

function countLines(files) {
  let count = 0;
  for (const bytes of files) for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) count += 1;
  return count;
}

/** A detector on batches in memory; with `trails`, by a profile that was taught other runs of calls up to so many. */
export function score({ detector, calls, trails = 0 }) {
  const batches = [...recordedBatches({ calls, containers: 50, perMessage: 4_096 })];
  const one = SCORERS[detector]();
  const profile = learned(detector);
  const model = one.prepare(trails > 0 ? taught(profile, trails) : profile, BUDGET);
  const run = () => {
    const states = new Map();
    for (const batch of batches) {
      const state = states.get(batch.container) ?? one.start();
      states.set(batch.container, state);
      one.step(state, batch, model);
    }
  };
  return { units: batches.reduce((sum, { count }) => sum + count, 0), run };
}

/** Its own runs stay, so that as much is known as before: what grows is the tables that they are looked up in. */
function taught(profile, trails) {
  let seed = 1;
  const call = () => (seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0) % 300;
  const own = profile.model.trails;
  const more = Array.from({ length: trails - own.length }, () => `${Array.from({ length: 6 }, call).join(' ')}:1`);
  return { ...profile, model: { ...profile.model, trails: [...own, ...more] } };
}

/** The plain detector on the same calls, two bytes each. */
export function scorePlain({ calls }) {
  const batches = [...recordedBatches({ calls, containers: 50, perMessage: 4_096 })];
  const model = PlainDetector.learn(batches);
  const given = batches.map(({ container, numbers }) => [container, Buffer.from(Uint8Array.from(new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength)))]); // prettier-ignore
  const run = () => {
    const states = new Map();
    for (const [container, value] of given) {
      const state = states.get(container) ?? new PlainDetector(model);
      states.set(container, state);
      state.step(container, value, []);
    }
  };
  return { units: batches.reduce((sum, { count }) => sum + count, 0), run };
}

/** Messages to batches, beside a copy of their bytes; without `perMessage`, as a collector cuts the recordings. */
export function decode({ calls, copy, perMessage }) {
  const batches = [...recordedBatches({ calls, containers: 50, perMessage })];
  const messages = batches.map((batch) => encodeSyscallBatch(batch));
  const run = () => {
    for (const message of messages) void (copy ? Buffer.from(message) : decodeSyscallBatch(message));
  };
  const bytes = messages.reduce((sum, { byteLength }) => sum + byteLength, 0);
  return { units: batches.reduce((sum, { count }) => sum + count, 0), bytes, run };
}

/** Messages of 20 calls of many containers through the sequence detector's operator. */
export function quiet({ containers, calls }) {
  const operator = sequenceOperator(fixedProfiles([learned('sequence')]), BUDGET);
  const batches = [...recordedBatches({ calls, containers, perMessage: 20 })];
  const ends = new Map();
  for (const { container, firstOrdinal, count, baseTimeUs, offsetsUs } of batches) {
    const startUs = ends.get(container)?.startUs ?? baseTimeUs;
    ends.set(container, { startUs, calls: firstOrdinal + count, us: baseTimeUs + offsetsUs.at(-1) + 1_000 - startUs });
  }
  let round = 0;
  const run = () => {
    const records = batches.map((batch) => {
      // Every pass goes on where the one before ended, without a gap.
      const { calls: ordinals, us } = ends.get(batch.container);
      const [firstOrdinal, baseTimeUs] = [batch.firstOrdinal + round * ordinals, batch.baseTimeUs + round * us];
      return { key: batch.container, value: Buffer.from(encodeSyscallBatch({ ...batch, firstOrdinal, baseTimeUs })) };
    });
    round += 1;
    return (stub ??= new Stub(operator)).give(records);
  };
  let stub;
  return { units: batches.length, run };
}

/** Recorded events of one kind through the log detector's operator, by what was learned; or, with `parse`, no more than parsed. */
export async function events({ kind, application, parse }) {
  const recordings = await findRecordings(fileURLToPath(new URL(`../../recordings/${application}`, import.meta.url)));
  const benign = recordings.filter(({ recording }) => recording.attacks.length === 0).map(sourcesOf);
  const plan = { learn: benign.slice(0, -1), calibrate: benign.slice(-1) };
  const { profiles } = await learnProfiles(plan, applicationLearners());
  const found = [];
  for (const sources of benign) {
    for await (const message of replay(sources)) {
      if (message.topic === 'logs' && message.event.type === kind) found.push(message.event);
    }
  }
  const spanUs = 1e6 + Math.max(...found.map(({ timeUs }) => timeUs)) - Math.min(...found.map(({ timeUs }) => timeUs));
  const stub = new Stub(logLevelOperator(fixedProfiles(profiles), BUDGET));
  let round = 0;
  const run = () => {
    round += 1;
    const records = found.map((event) => {
      const again = { ...event, id: `${event.id.slice(0, 28)}${String(round).padStart(4, '0')}`, timeUs: event.timeUs + round * spanUs }; // prettier-ignore
      return { key: event.key, value: encodeJson(again) };
    });
    return parse ? parsed(records) : stub.give(records);
  };
  return { units: found.length, run };
}

function parsed(records) {
  const before = process.cpuUsage();
  for (const { value } of records) JSON.parse(value.toString());
  const { user, system } = process.cpuUsage(before);
  return user + system;
}
