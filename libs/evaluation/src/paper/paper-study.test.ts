import { fileURLToPath, URL } from 'node:url';

import type { Baseline } from '@plimsoll/detection';
import { findRecordings } from '@plimsoll/local-run';
import { expect, it } from 'vitest';

import { evaluateRecordings } from '../evaluate-recordings.js';
import { paperBlocks } from './paper-blocks.js';
import { paperStudy } from './paper-study.js';

const BUNDLED = fileURLToPath(new URL('../../../../recordings/employee', import.meta.url));
const EPISODES = ['benign-01', 'benign-02', 'benign-06', 'benign-08', 'sqli-update-single-3-a'];
/** A researcher's own: how many different calls a window holds. */
const variety: Baseline = {
  name: 'variety of calls',
  fit: () => ({
    windows: (trace, windowCalls) =>
      Array.from(
        { length: Math.ceil(trace.length / windowCalls) },
        (_, i) => new Set(trace.subarray(i * windowCalls, (i + 1) * windowCalls)).size,
      ),
  }),
};

it("gives a new scorer its row in every table of detectors, and re-makes the paper's tables", async () => {
  const all = await findRecordings(BUNDLED);
  const recordings = all.filter(({ recording }) => EPISODES.includes(recording.episode));
  const evaluation = {
    applications: ['employee'],
    profiles: [],
    split: { learn: [], calibrate: [], test: [] },
    outcomes: [],
    others: [],
  };
  const { applications } = await paperStudy(evaluation, recordings, {
    budget: { falseAlertsPerDay: 1 },
    seed: 1,
    development: [],
    scorers: [variety],
  });
  const [employee] = applications;
  for (const table of [employee!.windows, employee!.requests, employee!.fields]) {
    expect(table.map(({ view }) => view)).toContain('variety of calls');
  }
  expect(employee!.requests.find(({ view }) => view === 'variety of calls')!.recall.of).toBeGreaterThan(0);
  const calls = employee!.calls!;
  expect(calls.bagSizes).toHaveLength(16);
  // The paper's table for three fields, which is what this attack alters.
  expect(calls.sets.map(({ set, score }) => [set, score.fields])).toEqual(
    Array.from({ length: 17 }, (_, i) => [i + 1, 3]),
  );
  // Honest people change their own rows here: with all of that learned, calls tell no injected UPDATE.
  expect(calls.honest.injected).toBeGreaterThan(0);
  expect(calls.honest.points[0]!.told.value).toBe(1);
  expect(calls.honest.points.at(-1)!.told.value).toBe(0);
}, 240_000);

it('makes the same report twice, with a table over seeds, and leaves development episodes out of every table', async () => {
  const all = await findRecordings(BUNDLED);
  const recordings = all.filter(({ recording }) => EPISODES.includes(recording.episode));
  const options = {
    budget: { falseAlertsPerDay: 1 },
    seed: 1,
    seeds: 2,
    development: ['sqli-update-single-3-a'],
  };
  const made = async (): Promise<string> => {
    const report = await paperStudy(await evaluateRecordings(recordings, options), recordings, options);
    const [employee] = report.applications;
    expect(employee!.seeds.map(({ view }) => view)).toEqual(
      expect.arrayContaining(['fused', 'log', 'sequence, random group', 'BoSC w=2, frame 100']),
    );
    expect(employee!.seeds.every(({ seeds }) => seeds === 2)).toBe(true);
    expect(employee!.calls!.honest.injected).toBe(0);
    expect(employee!.calls!.statements.map(({ kind }) => kind)).not.toContain('update-injection');
    return JSON.stringify([report, paperBlocks(report)]);
  };
  expect(await made()).toBe(await made());
}, 240_000);
