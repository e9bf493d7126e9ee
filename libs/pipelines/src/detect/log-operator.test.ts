import { sealProfile, type LogEvent, type LogGap, type ProfileFile } from '@plimsoll/contracts';
import type { Detector } from '@plimsoll/detection';
import { describe, expect, it } from 'vitest';

import { DetectorModels } from './detector-models.js';
import { logOperator, logPart, type LogPart } from './log-operator.js';
import { fixedProfiles } from './profile-source.js';

interface Count {
  seen: number;
}

/** Counts events; its state is the count in one byte. */
function counting(name: string): Detector<LogEvent, Count, never> {
  return {
    name,
    level: 'log',
    // No test looks into a model.
    prepare: () => ({}) as never,
    start: () => ({ seen: 0 }),
    beside: (state) => ({ ...state }),
    step(state) {
      state.seen += 1;
      return [];
    },
    encode: ({ seen }) => Uint8Array.of(seen),
    decode: ([seen = 0]) => ({ seen }),
  };
}

function part(name: string, stateTag: number, profiles: readonly ProfileFile[] = []): LogPart {
  const detector = counting(name);
  const row = { kind: 'web-request', stateTag, stateTtlMs: stateTag * 1_000, onceTtlMs: stateTag * 100 } as const;
  return logPart(row, detector, new DetectorModels(detector, fixedProfiles(profiles), { falseAlertsPerDay: 1 }));
}

function gap(n: number): LogGap {
  return {
    type: 'gap',
    schema: 1,
    id: `gap-${n}`,
    of: 'web-request',
    application: 'shop',
    workload: 'web',
    container: 'web-1',
    stream: 'access.log',
    key: 'session',
    timeUs: n,
    gap: { startUs: n, endUs: n + 1, cause: 'source-drop' },
  };
}

function profileOf(detector: string): ProfileFile {
  const learned = { streams: ['test'], events: 1, novelty: 0, complete: true, notes: [] };
  return sealProfile({ application: 'shop', workload: 'web', detector, learned, model: {} });
}

/** Settings under which no detector has a profile. */
const SETTINGS = '[]';
const KEY = 'web-request:session';

describe('the operator of the log level', () => {
  it('hands an event to every detector of its kind, once, and keeps the state of each', async () => {
    const both = logOperator([part('first', 1), part('second', 2, [profileOf('second')])]);
    const settings = both.settings!.wanted();
    await both.settings!.prepare(settings);
    const state = both.start(KEY);
    both.step(state, gap(1), KEY, settings);
    // A key that is seen once lives shortly: a client may make up one for each request.
    expect(both.stateTtlMs(KEY, state)).toBe(200);
    both.step(state, gap(2), KEY, settings);
    both.step(state, gap(2), KEY, settings);
    const bytes = both.encode(state);
    const again = both.decodeState(bytes);
    expect(again.scorers.map((scorer) => [scorer.tag, ...scorer.encode()])).toEqual([
      [1, 2],
      [2, 2],
    ]);
    expect(both.encode(again)).toEqual(bytes);
    expect(both.stateTtlMs(KEY, again)).toBe(2_000);
  });

  it('lets a detector that is new to a kind start anew beside the one that was there', () => {
    const [first, second] = [part('first', 1), part('second', 2)];
    const alone = logOperator([first]);
    const state = alone.start(KEY);
    alone.step(state, gap(1), KEY, SETTINGS);
    const grown = logOperator([second, first]).decodeState(alone.encode(state));
    expect(grown.scorers.map((scorer) => [scorer.tag, ...scorer.encode()])).toEqual([
      [2, 0],
      [1, 1],
    ]);
  });

  it('does not spend what came while no profile was active: it is handed on where it comes again', () => {
    const [first, second] = [part('first', 1), part('second', 2)];
    const both = logOperator([first, second]);
    const state = both.start(KEY);
    both.step(state, gap(1), KEY, SETTINGS);
    both.step(state, gap(1), KEY, SETTINGS);
    expect(state.scorers.map((scorer) => [...scorer.encode()])).toEqual([[2], [2]]);
    expect(state.recent.size).toBe(0);
  });

  it('refuses a state of a detector that this release has not', () => {
    const known = logOperator([part('first', 1)]);
    const bytes = known.encode(known.start(KEY));
    expect(() => logOperator([part('second', 2)]).decodeState(bytes)).toThrow('this release has not');
  });
});
