import { fileURLToPath } from 'node:url';

import { findRecordings, learnProfiles, replay, runDetection, sourcesOf } from '@plimsoll/local-run';
import { applicationLearners, applicationOperators, fixedProfiles } from '@plimsoll/pipelines';
import type { LogRecord, Operator } from '@plimsoll/streaming';
import { describe, expect, it } from 'vitest';

import { textOf } from '../records.js';
import { incidentsOf } from './outcome.js';

const RECORDINGS = fileURLToPath(new URL('../../recordings', import.meta.url));

interface Box {
  bytes: Uint8Array;
}

/** The operator as if its process had ended after every message: all that it knows is what it wrote. */
function forgetful<Message, State>(operator: Operator<Message, State>): Operator<Message, Box> {
  return {
    ...operator,
    decode: (record) => operator.decode(record),
    key: (message) => operator.key(message),
    stateTtlMs: (key, { bytes }) => operator.stateTtlMs(key, operator.decodeState(bytes)),
    start: (key) => ({ bytes: operator.encode(operator.start(key)) }),
    step(box, message, key, settings) {
      const state = operator.decodeState(box.bytes);
      const result = operator.step(state, message, key, settings);
      box.bytes = operator.encode(state);
      return result;
    },
    encode: ({ bytes }) => bytes,
    decodeState: (bytes) => ({ bytes }),
  };
}

describe('what the services know', () => {
  it.each(['employee', 'shop', 'cluster'])(
    'is all in the bytes of their states: a stop after every message changes nothing (%s)',
    async (application) => {
      const recordings = await findRecordings(`${RECORDINGS}/${application}`);
      const benign = recordings.filter(({ recording }) => recording.attacks.length === 0);
      const plan = { learn: benign.slice(0, 1).map(sourcesOf), calibrate: benign.slice(1, 2).map(sourcesOf) };
      const { profiles } = await learnProfiles(plan, applicationLearners());
      const operators = applicationOperators(fixedProfiles(profiles), { falseAlertsPerDay: 5 });
      const attacked = recordings.filter(({ recording }) => recording.attacks.length > 0).slice(0, 3);
      for (const at of attacked) {
        const run = async (wrap: boolean): Promise<string[]> => {
          const told: string[] = [];
          const tell = (record: LogRecord): void => void told.push(textOf(record));
          const { alerts } = await runDetection(
            replay(sourcesOf(at)),
            (start) => operators((operator) => (wrap ? start(forgetful(operator)) : start(operator))),
            {
              onVerdict: (_, record) => {
                tell(record);
              },
            },
          );
          // Which updates an incident went through hangs on which level was heard first; what it ends as does not.
          return [...told.sort(), ...incidentsOf(alerts)];
        };
        const whole = await run(false);
        const stopped = await run(true);
        expect(whole.length, at.recording.episode).toBeGreaterThan(10);
        expect(stopped.length, at.recording.episode).toBe(whole.length);
        expect(stopped.filter((text, i) => text !== whole[i])).toEqual([]);
      }
    },
    300_000,
  );
});
