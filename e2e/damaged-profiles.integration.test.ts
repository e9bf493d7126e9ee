import { join } from 'node:path';

import {
  encodeJson,
  PlimsollError,
  readProfile,
  sealProfile,
  VerdictsRecord,
  type LogEvent,
  type ProfileFile,
  type SyscallBatch,
} from '@plimsoll/contracts';
import { CALL_DETECTORS, EVENT_DETECTORS, type Detector } from '@plimsoll/detection';
import { findRecordings, learnProfiles, replay, sourcesOf, type ReplaySource } from '@plimsoll/local-run';
import { applicationLearners, checkProfile, type CollectorMessage } from '@plimsoll/pipelines';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';

import { ROOT } from './root.js';

const RUNS = 150;
/** Messages that a damaged model scores, of each detector. */
const SCORED = 60;
const BUDGET = { falseAlertsPerDay: 1 };
const PLANS = [
  { application: 'employee', learn: ['benign-01'], calibrate: ['benign-06'], score: 'sqli-union-a' },
  {
    application: 'cluster',
    learn: ['benign-day1'],
    calibrate: ['benign-day2-morning'],
    score: 'stolen-token-discovery-a',
  },
];
const DETECTORS = [...CALL_DETECTORS, ...EVENT_DETECTORS].map(({ name }) => name);

let profiles: readonly ProfileFile[];
let messages: readonly CollectorMessage[];

/** Where to damage a model: which child on each level (modulo how many there are), and what to make of it. */
const damages = fc.record({
  path: fc.array(fc.nat(), { minLength: 1, maxLength: 7 }),
  become: fc.constantFrom<(value: unknown) => unknown>(
    () => undefined,
    () => null,
    () => -1,
    () => 0,
    () => 1e308,
    () => 0.5,
    () => 'x'.repeat(600),
    () => '__proto__',
    () => [],
    () => ({}),
    (value) => (Array.isArray(value) ? [...(value as unknown[]), ...(value as unknown[])] : value),
    (value) => (Array.isArray(value) ? value.slice(0, value.length >> 1) : value),
    (value) => (Array.isArray(value) ? [...(value as unknown[])].reverse() : value),
  ),
});

beforeAll(async () => {
  const all = await Promise.all(
    PLANS.map(async ({ application, learn, calibrate, score }) => {
      const recordings = await findRecordings(join(ROOT, 'recordings', application));
      const of = (episode: string): ReplaySource[] =>
        recordings.filter(({ recording }) => recording.episode === episode).flatMap(sourcesOf);
      const plan = { learn: learn.map(of), calibrate: calibrate.map(of) };
      const learned = await learnProfiles(plan, applicationLearners());
      const scored: CollectorMessage[] = [];
      for await (const message of replay(of(score))) scored.push(message);
      return { profiles: learned.profiles, messages: scored };
    }),
  );
  profiles = all.flatMap((one) => one.profiles);
  messages = all.flatMap((one) => one.messages);
}, 300_000);

describe.each(DETECTORS)('a damaged profile of %s', (name) => {
  it('is refused as a bad profile, or scores', () => {
    const whole = profiles.find(({ detector }) => detector === name)!;
    expect(outcome(name, whole)).toBe('scored');
    const seen = { scored: 0, refused: 0 };
    fc.assert(
      fc.property(fc.array(damages, { minLength: 1, maxLength: 3 }), (list) => {
        const model = list.reduce((made, { path, become }) => altered(made, path, become), whole.model);
        seen[outcome(name, sealProfile({ ...whole, model: model ?? {} }))] += 1;
      }),
      { numRuns: RUNS },
    );
    expect(seen.refused).toBeGreaterThan(0);
  }, 300_000);

  it('is refused where it is empty, cut, or of another version', () => {
    const whole = profiles.find(({ detector }) => detector === name)!;
    const refused = (bytes: Uint8Array): void => {
      expect(() => checkProfile(readProfile(bytes))).toThrow(expect.objectContaining({ code: 'bad-profile' }));
    };
    const bytes = encodeJson(whole);
    refused(encodeJson(sealProfile({ ...whole, model: {} })));
    refused(bytes.subarray(0, bytes.length >> 1));
    refused(new Uint8Array());
    refused(encodeJson({ ...whole, schema: 2 }));
    refused(encodeJson(sealProfile({ ...whole, detector: 'none' })));
  });
});

function outcome(name: string, profile: ProfileFile): 'scored' | 'refused' {
  try {
    checkProfile(profile);
  } catch (error) {
    if (error instanceof PlimsollError && error.code === 'bad-profile') return 'refused';
    throw error;
  }
  for (const row of CALL_DETECTORS) {
    if (row.name !== name) continue;
    row.use((one) => {
      scoreCalls(one, profile);
    });
  }
  for (const row of EVENT_DETECTORS) {
    if (row.name !== name) continue;
    row.use((one) => {
      scoreEvents(one, profile, row.kind);
    });
  }
  return 'scored';
}

function scoreCalls<State, Model>(detector: Detector<SyscallBatch, State, Model>, profile: ProfileFile): void {
  score(
    detector,
    profile,
    messages.flatMap((message) => (message.topic === 'syscalls' ? [message.batch] : [])),
  );
}

function scoreEvents<State, Model>(
  detector: Detector<LogEvent, State, Model>,
  profile: ProfileFile,
  kind: LogEvent['type'],
): void {
  const events = messages.flatMap((message) => (message.topic === 'logs' ? [message.event] : []));
  score(
    detector,
    profile,
    events.filter(({ type }) => type === kind),
  );
}

/** Throws where the model, or what follows from it, is not one. */
function score<Input, State, Model>(
  detector: Detector<Input, State, Model>,
  profile: ProfileFile,
  inputs: readonly Input[],
): void {
  expect(inputs.length).toBeGreaterThan(0);
  const model = detector.prepare(profile, BUDGET);
  const state = detector.start();
  for (const input of inputs.slice(0, SCORED)) {
    for (const verdict of detector.step(state, input, model)) {
      expect(VerdictsRecord.safeParse(JSON.parse(JSON.stringify(verdict))).error).toBeUndefined();
    }
  }
  detector.decode(detector.encode(state));
}

/** `value` with what lies at the path made something else of; the whole where it holds nothing. */
function altered(value: unknown, [at, ...path]: readonly number[], become: (value: unknown) => unknown): unknown {
  if (at === undefined || typeof value !== 'object' || value === null) return become(value);
  const keys = Object.keys(value);
  if (keys.length === 0) return become(value);
  const key = keys[at % keys.length]!;
  const made = altered((value as Record<string, unknown>)[key], path, become);
  if (Array.isArray(value)) {
    const copy = [...(value as unknown[])];
    copy.splice(Number(key), 1, ...(made === undefined ? [] : [made]));
    return copy;
  }
  const { [key]: _gone, ...rest } = value as Record<string, unknown>;
  return made === undefined ? rest : { ...rest, [key]: made };
}
