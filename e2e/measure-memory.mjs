/**
 * What the log detector and the fusion of incidents hold in memory once all garbage is gone, while hours of events go by
 * on a clock that runs faster: connections and containers that come and go, the same sessions, attacks again and again.
 *
 *   node e2e/measure-memory.mjs [--minutes 60] [--events 150]
 *
 * `minutes` are of event time, `events` a second for the log detector. Prints MiB. Run after `npm run build`.
 */
import process from 'node:process';
import { fileURLToPath, URL } from 'node:url';
import { parseArgs } from 'node:util';

import { findRecordings, learnProfiles, replay, runDetection, sourcesOf } from '@plimsoll/local-run';
import {
  applicationLearners,
  applicationOperators,
  fixedProfiles,
  fusionOperator,
  logLevelOperator,
  messageRecord,
  verdictRecord,
} from '@plimsoll/pipelines';

import { again, FasterLife, heldBytes } from './dist/golden/faster-life.js';

const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '60' }, events: { type: 'string', default: '150' } },
});
const MINUTES = Number(values.minutes);
const EVENTS = Number(values.events);
const BUDGET = { falseAlertsPerDay: 1 };
const MINUTE_US = 60_000_000;

const recordings = await findRecordings(fileURLToPath(new URL('../recordings/shop', import.meta.url)));
const benign = recordings.filter(({ recording }) => recording.attacks.length === 0).map(sourcesOf);
const plan = { learn: benign.slice(0, 2), calibrate: benign.slice(2, 3) };
const profiles = fixedProfiles((await learnProfiles(plan, applicationLearners())).profiles);

await logDetector();
await fusion();

function tell(name, minute) {
  const mib = (heldBytes() / 1_048_576).toFixed(1);
  process.stdout.write(`${name.padEnd(12)} ${String(Math.round(minute)).padStart(4)} min ${mib.padStart(7)} MiB\n`);
}

async function logDetector() {
  const recorded = [];
  for (const at of recordings) {
    for await (const message of replay(sourcesOf(at))) if (message.topic === 'logs') recorded.push(message.event);
  }
  const life = await FasterLife.start(logLevelOperator(profiles, BUDGET));
  const events = again(recorded);
  for (let second = 1; second <= MINUTES * 60; second++) {
    const next = Array.from({ length: EVENTS }, () => events.next().value);
    await life.give(next.map((event) => messageRecord({ topic: 'logs', event })));
    life.pass(1_000);
    if (second % 180 === 0) tell('log detector', second / 60);
  }
  await life.stop();
}

async function fusion() {
  const { verdicts, roundUs } = await rounds();
  const life = await FasterLife.start(fusionOperator(BUDGET));
  for (let round = 0; round * roundUs < MINUTES * MINUTE_US; round++) {
    for (let from = 0; from < verdicts.length; from += 50) {
      const next = verdicts.slice(from, from + 50).map(({ verdict, shiftUs }) => {
        const moved = shifted(verdict, shiftUs + round * roundUs);
        const id = `${round.toString(16)}-${verdict.id}`.slice(0, 32);
        return verdictRecord({ ...moved, id, container: `${verdict.container}/${round}` });
      });
      await life.give(next);
    }
    life.pass(roundUs / 1_000);
    if (round % 2 === 1) tell('fusion', ((round + 1) * roundUs) / MINUTE_US);
  }
  await life.stop();
}

/** The verdicts of all test episodes, the episodes one after another in event time. */
async function rounds() {
  const verdicts = [];
  let atUs = 1.7e15;
  for (const at of recordings.filter(({ recording }) => recording.attacks.length > 0)) {
    const own = [];
    await runDetection(replay(sourcesOf(at)), applicationOperators(profiles, BUDGET), {
      onVerdict: (verdict) => own.push(verdict),
    });
    const startUs = Math.min(...own.map(({ window }) => window.startUs));
    verdicts.push(...own.map((verdict) => ({ verdict, shiftUs: atUs - startUs })));
    atUs += Math.max(...own.map(({ window }) => window.endUs)) - startUs + 1e6;
  }
  return { verdicts, roundUs: atUs - 1.7e15 };
}

function shifted(verdict, byUs) {
  const { startUs, endUs } = verdict.window;
  const evidence = verdict.evidence?.map((one) => ({ ...one, timeUs: one.timeUs + byUs }));
  return { ...verdict, window: { startUs: startUs + byUs, endUs: endUs + byUs }, ...(evidence && { evidence }) };
}
