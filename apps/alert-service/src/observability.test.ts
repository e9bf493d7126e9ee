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
