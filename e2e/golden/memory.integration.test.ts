import { fileURLToPath } from 'node:url';

import type { LogEvent } from '@plimsoll/contracts';
import { findRecordings, learnProfiles, replay, sourcesOf } from '@plimsoll/local-run';
import { applicationLearners, fixedProfiles, logLevelOperator, messageRecord } from '@plimsoll/pipelines';
import { expect, it } from 'vitest';

import { again, FasterLife, heldBytes } from './faster-life.js';

const RECORDINGS = fileURLToPath(new URL('../../recordings/shop', import.meta.url));
const EVENTS_A_SECOND = 40;
/** Connections live a quarter of an hour after their last event: from then on as many go as come. */
const SETTLED_MIN = 18;
const END_MIN = 42;
/** Growth beyond that is no noise of the collector. */
const FLAT = 1.1;

it('the log detector holds no more after forty minutes of connections that come and go than after a quarter of an hour', async () => {
  const recordings = await findRecordings(RECORDINGS);
  const benign = recordings.filter(({ recording }) => recording.attacks.length === 0).map(sourcesOf);
  const plan = { learn: benign.slice(0, 1), calibrate: benign.slice(1, 2) };
  const { profiles } = await learnProfiles(plan, applicationLearners());
  const recorded: LogEvent[] = [];
  for await (const message of replay(benign.flat())) if (message.topic === 'logs') recorded.push(message.event);
  const life = await FasterLife.start(logLevelOperator(fixedProfiles(profiles), { falseAlertsPerDay: 1 }));
  const events = again(recorded);
  const looks: { readonly held: number; readonly states: number }[] = [];
  for (let second = 1; second <= END_MIN * 60; second++) {
    const next = Array.from({ length: EVENTS_A_SECOND }, () => events.next().value);
    await life.give(next.map((event) => messageRecord({ topic: 'logs', event })));
    life.pass(1_000);
    if (second === SETTLED_MIN * 60 || second === END_MIN * 60) {
      looks.push({ held: heldBytes(), states: life.states() });
    }
  }
  await life.stop();
  const [settled, end] = [looks[0]!, looks[1]!];
  expect(settled.states).toBeGreaterThan(1_000);
  expect(end.states / settled.states).toBeLessThan(FLAT);
  expect(end.held / settled.held).toBeLessThan(FLAT);
}, 300_000);
