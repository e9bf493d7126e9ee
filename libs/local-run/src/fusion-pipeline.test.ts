import {
  encodeJson,
  TOPICS,
  type Alert,
  type DeadLetter,
  type Verdict,
  type VerdictsRecord,
} from '@plimsoll/contracts';
import { fusionOperator } from '@plimsoll/pipelines';
import { checkedAlert } from '@plimsoll/pipelines/testing/alert-checks';
import { SECOND, T0, watermarkAt, webVerdict } from '@plimsoll/pipelines/testing/verdicts';
import type { LogRecord } from '@plimsoll/streaming';
import { describe, expect, it } from 'vitest';

import { EmbeddedTopology } from './embedded.js';

const END = watermarkAt('shop', T0 + 10_000 * SECOND);

async function run(messages: readonly VerdictsRecord[]): Promise<{ records: LogRecord[]; dead: DeadLetter[] }> {
  const records: LogRecord[] = [];
  const dead: DeadLetter[] = [];
  const topology = await EmbeddedTopology.start((start) => start(fusionOperator()), {
    onAlert: (record) => records.push(record),
    onDeadLetter: (letter) => dead.push(letter),
  });
  const key = 'shop';
  const topic = TOPICS.verdicts.name;
  await topology.publish(messages.map((message) => ({ topic, key, value: encodeJson(message) })));
  await topology.drained();
  await topology.stop();
  return { records, dead };
}

function byIncident(alerts: readonly Alert[]): Map<string, Alert[]> {
  const all = new Map<string, Alert[]>();
  for (const alert of alerts) all.set(alert.finding_info.uid, [...(all.get(alert.finding_info.uid) ?? []), alert]);
  return all;
}

/** Twenty thousand alike in a minute, of many sessions, and one that is not, in the middle. */
function flood(different: Partial<Verdict>): Verdict[] {
  const verdicts = Array.from({ length: 20_000 }, (_, i) =>
    webVerdict(i * 0.003, { joins: { session: `s${i % 500}` } }),
  );
  verdicts.splice(10_000, 0, webVerdict(30.0005, different));
  return verdicts;
}

const REQUEST = {
  method: 'GET',
  path: '/search',
  status: 200,
  parameter: 'q',
  address: '203.0.113.9',
  agent: '"><script>alert(1)</script>',
} as const;

describe('the fusion pipeline', () => {
  it('names the page, the parameter and the client, in words and as OCSF has them', async () => {
    const { records } = await run([
      webVerdict(1, { request: REQUEST }),
      webVerdict(400, { joins: { session: 'b' }, request: { method: 'POST', path: '/pay', status: 0 } }),
      END,
    ]);
    const titles = records.map(checkedAlert).map(({ message }) => message);
    expect(new Set(titles)).toEqual(
      new Set([
        'SQL injection in shop: GET /search, parameter q, from 203.0.113.9',
        'SQL injection in shop: POST /pay',
      ]),
    );
    expect(checkedAlert(records[0]!).evidences[0]).toMatchObject({
      http_request: { http_method: 'GET', url: { path: '/search' }, args: 'q', user_agent: REQUEST.agent },
      http_response: { code: 200 },
      src_endpoint: { ip: '203.0.113.9' },
    });
  });

  it('publishes findings that OCSF, CloudEvents and our own schema accept', async () => {
    const { records } = await run([
      webVerdict(1),
      webVerdict(2, { joins: { user: 'alice' }, path: 'csrf', finding: 'origin', cwe: [], techniques: [] }),
      webVerdict(2.5, { level: 'sequence', detector: 'sequence', path: 'unknown', joins: {}, cwe: [] }),
      webVerdict(3, { level: 'frequency', detector: 'rate', path: 'unknown', joins: {}, workload: 'db', evidence: [] }),
      webVerdict(4, { path: 'rbac', joins: { credential: 'JTI=1' }, techniques: ['T1098.006', 'T9999.001'] }),
      webVerdict(5, { path: 'web-shell', severity: 6, joins: { session: '\ud800"<script>' } }),
      END,
    ]);
    const alerts = records.map(checkedAlert);
    expect(new Set(alerts.map(({ activity_name }) => activity_name))).toEqual(new Set(['Create', 'Update', 'Close']));
    expect(byIncident(alerts).size).toBe(4);
  });

  it('names what fired, what did not, and what is normal', async () => {
    const { records } = await run([webVerdict(1), END]);
    const last = checkedAlert(records.at(-1)!);
    expect(last.finding_info.title).toBe('SQL injection in shop by session mallory');
    expect(last.finding_info.desc).toContain('sequence (system-call sequences): no report.');
    expect(last.anomaly_analyses[2]!.baselines[1]!.observations[0]!.value).toContain('1 to 4 digits');
    expect(last.finding_info.related_analytics[0]).toMatchObject({ name: 'web', version: '0123456789abcdef' });
    expect(last.finding_info.attacks[0]!.technique).toEqual({
      uid: 'T1190',
      name: 'Exploit Public-Facing Application',
    });
    expect(last.evidences[0]!.actor).toEqual({ session: { uid: 'mallory' } });
    expect(last.time).toBe((T0 + 301 * SECOND) / 1_000);
  });

  it('publishes the same bytes when it runs again', async () => {
    const messages = [webVerdict(1), webVerdict(2, { joins: { user: 'alice' } }), END];
    const bytes = async (): Promise<string[]> =>
      (await run(messages)).records.map(
        ({ value, headers }) => JSON.stringify(headers) + Buffer.from(value).toString(),
      );
    expect(await bytes()).toEqual(await bytes());
  });

  it('sends a verdict beyond the grace to the dead letters as late', async () => {
    const { dead } = await run([webVerdict(7_200), watermarkAt('shop', T0 + 7_200 * SECOND), webVerdict(1)]);
    expect(dead.map(({ reason, by }) => [reason, by])).toEqual([['late', 'alert-service']]);
  });

  it('makes few incidents of a flood, and shows the one that is different', async () => {
    const shared = { joins: { session: 's7' } };
    const others: [string, Partial<Verdict>, number][] = [
      ['another path', { path: 'xss', finding: 'script', ...shared }, 2],
      ['another finding of the same session', { finding: 'new-statement', ...shared }, 2],
      ['another workload', { workload: 'db', detector: 'sql', finding: 'new-table', joins: { session: 'quiet' } }, 2],
    ];
    for (const [what, different, most] of others) {
      const { records } = await run([...flood(different), END]);
      const alerts = records.map(checkedAlert);
      const open = [...byIncident(alerts).values()].filter((all) => all.at(-1)!.unmapped.merged_into === undefined);
      expect(open.length, what).toBeLessThanOrEqual(most);
      const shown = alerts.flatMap(({ evidences }) => evidences.map(({ data }) => data.finding));
      expect(shown, what).toContain(different.finding);
      const seen = new Set(alerts.flatMap(({ evidences }) => evidences.map(({ data }) => data.verdict)));
      expect(seen.size, `${what}: every verdict is in some revision`).toBe(20_001);
      expect(records.length, what).toBeLessThan(800);
    }
  }, 240_000);
});
