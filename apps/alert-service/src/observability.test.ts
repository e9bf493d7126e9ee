import { readFileSync } from 'node:fs';

import { expect, it } from 'vitest';

const read = (path: string): string => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');
const namesIn = (text: string): Set<string> =>
  new Set([...text.matchAll(/\bplimsoll_[a-z_]+/g)].map(([name]) => name.replace(/_(?:bucket|count|sum)$/, '')));

it('asks in dashboard and rules for documented metrics alone', () => {
  const documented = namesIn(read('docs/metrics.md'));
  expect(documented.size).toBeGreaterThan(30);
  for (const file of ['dashboard.json', 'alerts.yaml', 'alerts.test.yaml']) {
    const asked = namesIn(read(`deploy/observability/${file}`));
    expect(asked.size).toBeGreaterThan(3);
    expect([...asked].filter((name) => !documented.has(name))).toEqual([]);
  }
});

it('sends whoever an alert rule wakes to a row of the drills that exists', () => {
  const [, drills = ''] = read('docs/operating.md').split('\n## Drills\n');
  const rows = new Set([...drills.matchAll(/^\| \*\*(.+?)\*\* \|/gm)].map(([, row]) => row));
  expect(rows.size).toBeGreaterThan(8);
  const rules = read('deploy/observability/alerts.yaml');
  const sent = [...rules.matchAll(/runbook: 'docs\/operating\.md#drills: (.+)'/g)].map(([, row]) => row);
  expect(sent).toHaveLength(rules.match(/- alert:/g)!.length);
  expect(sent.filter((row) => !rows.has(row))).toEqual([]);
});

it('has a test for every alert rule', () => {
  const named = (file: string): Set<string | undefined> =>
    new Set(
      [...read(`deploy/observability/${file}`).matchAll(/(?:- alert|alertname): (\w+)/g)].map(([, name]) => name),
    );
  expect([...named('alerts.test.yaml')].sort()).toEqual([...named('alerts.yaml')].sort());
});
