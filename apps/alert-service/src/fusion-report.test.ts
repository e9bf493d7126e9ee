import { Verdict } from '@plimsoll/contracts';
import { fusionOperator } from '@plimsoll/pipelines';
import { watermarkAt } from '@plimsoll/pipelines/testing/verdicts';
import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';

import { FusionReport } from './fusion-report.js';

const START_US = 1_790_000_000_000_000;

const verdict = Verdict.parse({
  type: 'verdict',
  schema: 1,
  id: 'a'.repeat(32),
  application: 'shop',
  workload: 'web',
  container: 'web-1',
  detector: 'web',
  level: 'log',
  profileVersion: 'v1',
  stream: 'access.log',
  window: { startUs: START_US, endUs: START_US },
  count: 1,
  state: 'anomalous',
  pValue: 1e-9,
  score: 40,
  severity: 5,
  path: 'sqli',
  finding: 'injection',
  cwe: [],
  techniques: [],
  evidence: [],
  joins: { session: 's1' },
});

describe('FusionReport', () => {
  it('counts what fusion reads and opens, and how far behind the event it comes', async () => {
    const registry = new Registry();
    const report = new FusionReport(registry, { nowMs: () => START_US / 1_000 + 4_000 });
    // Prometheus sees no rise in a series that begins with its first count.
    expect(await registry.metrics()).toContain('plimsoll_incidents_total{path="sqli",severity="critical"} 0');
    const operator = report.around(fusionOperator());
    const state = operator.start('shop');
    operator.step(state, { message: verdict, arrivedUs: START_US + 2_000_000 }, 'shop', '');
    const mark = watermarkAt('shop', START_US + 3_600_000_000);
    operator.step(state, { message: mark, arrivedUs: START_US + 2_000_000 }, 'shop', '');
    const text = await registry.metrics();
    expect(text).toContain('plimsoll_verdicts_total{level="log",outcome="joined"} 1');
    expect(text).toMatch(/plimsoll_incidents_total\{path="sqli",severity="[a-z]+"\} 1/);
    expect(text).toContain('plimsoll_verdict_latency_seconds_sum{level="log"} 2');
    expect(text).toContain('plimsoll_verdict_latency_seconds_bucket{le="1",level="log"} 0');
  });
});
