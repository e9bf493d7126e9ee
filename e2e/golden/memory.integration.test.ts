import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { TOPICS, type LogEvent } from '@plimsoll/contracts';
import { findRecordings, learnProfiles, replay, sourcesOf } from '@plimsoll/evaluation';
import { applicationLearners, fixedProfiles, logLevelOperator, messageRecord } from '@plimsoll/pipelines';
import { MemoryLog, MemoryStateStore, runOperator, type Clock, type StreamEvent } from '@plimsoll/streaming';
import { expect, it } from 'vitest';

const RECORDINGS = fileURLToPath(new URL('../../recordings/shop', import.meta.url));
const EVENTS_A_SECOND = 40;
/** Connections live a quarter of an hour after their last event: from then on as many go as come. */
const SETTLED_MIN = 18;
const END_MIN = 42;
/** Growth beyond that is no noise of the collector. */
const FLAT = 1.1;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Bytes that are in use once all garbage is gone. */
function heldBytes(): number {
  collectGarbage();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

it('the log detector holds no more after forty minutes of connections that come and go than after a quarter of an hour', async () => {
  const recordings = await findRecordings(RECORDINGS);
  const benign = recordings.filter(({ recording }) => recording.attacks.length === 0).map(sourcesOf);
  const plan = { learn: benign.slice(0, 1), calibrate: benign.slice(1, 2) };
  const { profiles } = await learnProfiles(plan, applicationLearners());
  const events: LogEvent[] = [];
  for await (const message of replay(benign.flat())) if (message.topic === 'logs') events.push(message.event);
  let nowMs = 0;
  const clock: Clock = {
    nowMs: () => nowMs,
    sleep: (durationMs) => {
      nowMs += durationMs;
      return Promise.resolve();
    },
  };
  const log = new MemoryLog({ topics: Object.values(TOPICS), maxPartitionBytes: 100_000, clock });
  const states = new Map<number, number>();
  const running = await runOperator(logLevelOperator(fixedProfiles(profiles), { falseAlertsPerDay: 1 }), {
    log,
    store: new MemoryStateStore(clock),
    clock,
    observer: (event: StreamEvent) => {
      if (event.type === 'processed') states.set(event.task.partition, event.cachedStates);
    },
  });
  const held: number[] = [];
  const counted: number[] = [];
  let sent = 0;
  for (let minute = 1; minute <= END_MIN; minute++) {
    for (let second = 0; second < 60; second++) {
      const next = Array.from({ length: EVENTS_A_SECOND }, () => again(events[sent % events.length]!, Math.floor(sent++ / events.length))); // prettier-ignore
      await log.publish(next.map((event) => messageRecord({ topic: 'logs', event })));
      await log.drained();
      nowMs += 1_000;
    }
    if (minute !== SETTLED_MIN && minute !== END_MIN) continue;
    held.push(heldBytes());
    counted.push([...states.values()].reduce((sum, count) => sum + count, 0));
  }
  await running.stop();
  await log.close();
  const [settled, end] = [held[0]!, held[1]!];
  expect(counted[0]).toBeGreaterThan(1_000);
  expect(counted[1]! / counted[0]!).toBeLessThan(FLAT);
  expect(end / settled).toBeLessThan(FLAT);
}, 300_000);

/** The event as it comes in another round: of new connections, while the sessions are the same. */
function again(event: LogEvent, round: number): LogEvent {
  const [stream, id, timeUs] = [`${event.stream}/${round}`, `${event.id}/${round}`, event.timeUs + round * 1e9];
  if (event.type !== 'sql-statement') return { ...event, stream, id, timeUs };
  return { ...event, stream, id, timeUs, key: `${event.key}/${round}`, connection: `${event.connection}/${round}` };
}
