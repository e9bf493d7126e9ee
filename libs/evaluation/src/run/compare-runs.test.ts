import { expect, it } from 'vitest';

import { scoreApplication, type RequestScore } from '../request-table.js';
import { compareRuns } from './compare-runs.js';
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
};

/** Ten episodes of one attack, of which the first `found` are found. */
function score(found: number, wrong: number): RequestScore {
  const action = { path: 'sqli' as const, kind: 'any', severity: 1, startUs: 1e6, endUs: 2e6 };
  const event = { window: false, path: 'sqli' as const };
  return scoreApplication(
    'shop',
    'fused',
    Array.from({ length: 10 }, (_, i) => ({
      episode: `${i}`,
      actions: [action],
      evidence: [
        ...(i < found ? [{ ...event, id: 'hit', incident: 'hit', timeUs: 1.5e6 }] : []),
        ...(i < wrong ? [{ ...event, id: 'false', incident: 'false', timeUs: 60e6 }] : []),
      ],
      spanUs: 100e6,
    })),
  );
}

it('says what differs and what that did, with intervals', () => {
  const before = { manifest: MANIFEST, requests: [score(4, 0)] };
  const after = {
    manifest: { ...MANIFEST, settings: { falseAlertsPerDay: 5 }, data: { 'shop/one/a': '01' } },
    requests: [score(10, 2)],
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
  const run = { manifest: MANIFEST, requests: [score(4, 1)] };
  const same = compareRuns(run, run);
  expect(same.differences).toEqual([]);
  expect(same.rows[0]!.difference.f1).toEqual({ value: 0, low: 0, high: 0 });
  expect(compareRuns(run, { ...run, requests: [] }).onlyBefore).toEqual(['shop: fused']);
});
