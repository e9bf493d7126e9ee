import { expect, it } from 'vitest';

import { scoreApplication } from '../request-table.js';
import { compareRuns, type RunRow } from './compare-runs.js';
import type { RunManifest } from './manifest.js';

const MANIFEST: RunManifest = {
  schema: 1,
  commit: 'a',
  dirty: false,
  node: 'v22',
  machine: { system: 'Linux', architecture: 'x64', processors: '2', memoryBytes: 1 },
  seed: 1,
  settings: { falseAlertsPerDay: 1 },
  data: { 'shop/one/a': '00' },
  plans: {},
};

/** Ten episodes of one attack, of which the first `found` are found. */
function score(found: number, wrong: number): RunRow {
  const action = { path: 'sqli' as const, kind: 'any', severity: 1, startUs: 1e6, endUs: 2e6 };
  const event = { window: false, path: 'sqli' as const };
  const scored = scoreApplication(
    'shop',
    'fused',
    Array.from({ length: 10 }, (_, i) => ({
      episode: `${i}`,
      actions: [action],
      evidence: [
        ...(i < found ? [{ ...event, id: 'hit', incident: 'hit', timeUs: 1.5e6, saidUs: 1.5e6 }] : []),
        ...(i < wrong ? [{ ...event, id: 'false', incident: 'false', timeUs: 60e6, saidUs: 60e6 }] : []),
      ],
      spanUs: 100e6,
    })),
  );
  return { ...scored, by: 'request' };
}

it('says what differs and what that did, with intervals', () => {
  const before = { manifest: MANIFEST, rows: [score(4, 0)] };
  const after = {
    manifest: { ...MANIFEST, settings: { falseAlertsPerDay: 5 }, data: { 'shop/one/a': '01' } },
    rows: [score(10, 2)],
  };
  const { differences, rows } = compareRuns(before, after);
  expect(differences).toEqual([
    { what: 'data.shop/one/a', before: '00', after: '01' },
    { what: 'settings.falseAlertsPerDay', before: '1', after: '5' },
  ]);
  const [{ difference, episodes }] = rows as [(typeof rows)[number]];
  expect(episodes).toBe(10);
  expect(difference.recall.value).toBeCloseTo(0.6);
  expect(difference.recall.low).toBeGreaterThan(0);
  expect(difference.precision.value).toBeLessThan(0);
});

it('finds no difference between a run and itself, and names rows that one of them lacks', () => {
  const run = { manifest: MANIFEST, rows: [score(4, 1)] };
  const same = compareRuns(run, run);
  expect(same.differences).toEqual([]);
  expect(same.rows[0]!.difference.f1).toEqual({ value: 0, low: 0, high: 0 });
  expect(compareRuns(run, { ...run, rows: [] }).onlyBefore).toEqual(['shop: fused, by request']);
});

it('knows two recordings of one plan from one recording, and from recordings of two plans', () => {
  const planned = (plan: string, data: string): RunManifest => ({
    ...MANIFEST,
    data: { 'shop/one/a': data },
    plans: { 'shop/one': plan },
  });
  const again = (before: RunManifest, after: RunManifest): readonly string[] =>
    compareRuns({ manifest: before, rows: [] }, { manifest: after, rows: [] }).recordedAgain;
  expect(again(planned('p', '00'), planned('p', '01'))).toEqual(['shop/one']);
  expect(again(planned('p', '00'), planned('p', '00'))).toEqual([]);
  expect(again(planned('p', '00'), planned('q', '01'))).toEqual([]);
});
