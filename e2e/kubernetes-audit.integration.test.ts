import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

import { Coverage, Verdict, type K8sAuditEvent } from '@plimsoll/contracts';
import { k8sAuditLearner, k8sAuditDetector, type K8sModel, type K8sState } from '@plimsoll/detection';
import { K8sAuditParser, K8sAuditWebhook } from '@plimsoll/sources';
import { beforeAll, describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const SHARED = process.env['PLIMSOLL_SHARED_DATA'] ?? join(ROOT, '..', 'shared', 'data');
const INCIDENT_GAP_US = 300_000_000;

interface Labelled {
  readonly attack: string;
  readonly identity: string;
}

/** Audit events of a file, as the collector would send them; `bodies` false takes away what Metadata does not hold. */
function read(path: string, bodies = true): K8sAuditEvent[] {
  const parser = new K8sAuditParser({
    application: 'cluster',
    workload: 'cluster',
    container: 'cluster',
    stream: 'test',
    privacy: 'strict',
  });
  let text = gunzipSync(readFileSync(path)).toString('utf8');
  if (!bodies) {
    const bare = (line: string): string => {
      const event = JSON.parse(line) as Record<string, unknown>;
      return JSON.stringify({ ...event, level: 'Metadata', requestObject: undefined, responseObject: undefined });
    };
    text = text
      .split('\n')
      .filter((line) => line !== '')
      .map(bare)
      .join('\n');
  }
  const items = [...parser.push(Buffer.from(text)), ...parser.end()];
  expect(parser.counts.malformed).toBe(0);
  return items.flatMap((item) => (item.type === 'event' && item.event.type === 'k8s-audit' ? [item.event] : []));
}

/** Learns day 1, calibrates on the first half of day 2; the second half is for the test. */
function learn(folder: string, bodies = true): { model: K8sModel; test: K8sAuditEvent[] } {
  const day2 = read(join(folder, 'benign-day2.jsonl.gz'), bodies);
  const middleUs = (day2[0]!.timeUs + day2.at(-1)!.timeUs) / 2;
  const learner = k8sAuditLearner({ application: 'cluster', workload: 'cluster' });
  for (const event of read(join(folder, 'benign-day1.jsonl.gz'), bodies)) learner.learn(event);
  for (const event of day2) if (event.timeUs < middleUs) learner.calibrate(event);
  const model = k8sAuditDetector.prepare(learner.finish(), { falseAlertsPerDay: 10 });
  return { model, test: day2.filter((event) => event.timeUs >= middleUs) };
}

function verdictsOf(events: readonly K8sAuditEvent[], model: K8sModel): Verdict[] {
  const states = new Map<string, K8sState>();
  const verdicts: Verdict[] = [];
  for (const event of events) {
    const state = states.get(event.key) ?? k8sAuditDetector.start();
    states.set(event.key, state);
    for (const message of k8sAuditDetector.step(state, event, model)) {
      if (message.type === 'verdict') verdicts.push(Verdict.parse(message));
      else Coverage.parse(message);
    }
  }
  return verdicts;
}

/** Incidents as `identity finding`: clusters of verdicts with gaps of five minutes or less. */
function incidentsOf(verdicts: readonly Verdict[]): string[] {
  const last = new Map<string, number>();
  const incidents: string[] = [];
  for (const { joins, finding, window } of verdicts) {
    const name = `${joins.user ?? ''} ${finding}`;
    const before = last.get(name);
    if (before === undefined || window.startUs - before > INCIDENT_GAP_US) incidents.push(name);
    last.set(name, window.startUs);
  }
  return incidents;
}

const usersOf = (verdicts: readonly Verdict[]): Set<string> => new Set(verdicts.map(({ joins }) => joins.user ?? ''));

function labels(folder: string): Record<string, Labelled> {
  return JSON.parse(readFileSync(join(folder, 'attack-labels.json'), 'utf8')) as Record<string, Labelled>;
}

function attackFiles(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => /^attack-.*\.jsonl\.gz$/.test(name))
    .sort();
}

describe('a cluster made with a real API server', () => {
  const folder = join(ROOT, 'recordings', 'k8s-made');
  let model: K8sModel;
  let test: K8sAuditEvent[];

  beforeAll(() => {
    ({ model, test } = learn(folder));
  });

  const named: Readonly<Record<string, readonly string[]>> = {
    tokenElsewhere: ['system:serviceaccount:media:thumbnailer token-stolen'],
    privilegedAndExec: ['system:serviceaccount:tools:chart-runner privileged-workload'],
    execAlone: ['system:serviceaccount:tools:chart-runner container-exec'],
    mintedToken: [
      'system:serviceaccount:tools:chart-runner token-minted',
      'system:serviceaccount:ops:breakglass token-minted',
    ],
    mintedForBusyAccount: [
      'system:serviceaccount:tools:chart-runner token-minted',
      'system:serviceaccount:billing:ledger token-minted',
    ],
    massDeletion: ['system:serviceaccount:tools:gitops mass-deletion'],
    injectedProgram: [
      'system:serviceaccount:billing:ledger injected-program',
      'system:serviceaccount:tools:gitops injected-program',
    ],
    impersonation: ['ines@example.org impersonation'],
  };

  it.each(Object.entries(named))('shows %s, and who did it', (attack, incidents) => {
    const verdicts = verdictsOf(read(join(folder, `attack-${attack}.jsonl.gz`)), model);
    const found = incidentsOf(verdicts);
    for (const incident of incidents) expect(found).toContain(incident);
    const attackers = new Set(incidents.map((incident) => incident.split(' ')[0]));
    expect([...usersOf(verdicts)].filter((user) => !attackers.has(user))).toEqual([]);
  });

  it('points to requests of the attacker by their own identity', () => {
    const known = labels(folder);
    for (const name of attackFiles(folder)) {
      const verdicts = verdictsOf(read(join(folder, name)), model);
      const first = verdicts[0]?.evidence[0]?.event.split('/')[0] ?? '';
      expect(known[first]?.attack).toBe(name.replace(/^attack-|\.jsonl\.gz$/g, ''));
    }
  });

  it('links the one who minted a token with the one who uses it', () => {
    const verdicts = verdictsOf(read(join(folder, 'attack-mintedToken.jsonl.gz')), model);
    const credentials = ['tools:chart-runner', 'ops:breakglass'].map(
      (who) => verdicts.find(({ joins }) => joins.user?.endsWith(who))?.joins.credential,
    );
    expect(credentials[0]).toMatch(/^JTI=/);
    expect(credentials[1]).toBe(credentials[0]);
  });

  it('is quiet on an ordinary day, and on everyday work that looks like an attack', () => {
    expect(incidentsOf(verdictsOf(test, model))).toEqual([]);
    expect(incidentsOf(verdictsOf(read(join(folder, 'hard-negatives.jsonl.gz')), model))).toEqual([]);
  });

  it('does not rest on user agents: without any, all is the same', () => {
    const events = read(join(folder, 'attack-privilegedAndExec.jsonl.gz'));
    expect(events.every(({ userAgent }) => userAgent === undefined)).toBe(true);
  });
});

const given = join(SHARED, 'k8s-audit');
if (existsSync(given)) {
  describe('the deliveries of a real audit webhook', () => {
    it('hold each request once, however often they come', () => {
      const context = { application: 'cluster', workload: 'cluster', container: 'cluster', stream: 'webhook' };
      const webhook = new K8sAuditWebhook({ ...context, privacy: 'strict' });
      const samples = join(given, 'webhook-samples');
      const bodies = readdirSync(samples)
        .filter((name) => name.endsWith('.body.json'))
        .sort();
      const seen = (): string[] =>
        bodies
          .flatMap((name) => [...webhook.accept(readFileSync(join(samples, name)))])
          .flatMap((item) => (item.type === 'event' && item.event.type === 'k8s-audit' ? [item.event.auditId] : []));
      const first = seen();
      expect(first.length).toBeGreaterThan(150);
      expect(new Set(first).size).toBe(first.length);
      expect(webhook.counts.malformed).toBe(0);
      expect(seen()).toEqual([]);
    });
  });

  describe.each([
    ['with bodies', true],
    ['at Metadata alone', false],
  ])('the recorded cluster %s', (_, bodies) => {
    let model: K8sModel;
    let test: K8sAuditEvent[];

    beforeAll(() => {
      ({ model, test } = learn(given, bodies));
    });

    it('has at most two false incidents on the test half', () => {
      expect(incidentsOf(verdictsOf(test, model)).length).toBeLessThanOrEqual(2);
    });

    it.each(attackFiles(given).filter((name) => bodies || !name.startsWith('attack-A7')))(
      '%s names the intruder, and nobody else',
      (name) => {
        const known = labels(given);
        const events = read(join(given, name), bodies);
        const attackers = new Set(
          events.filter(({ auditId }) => known[auditId] !== undefined).map(({ user }) => user.name),
        );
        const users = usersOf(verdictsOf(events, model));
        expect([...users].filter((user) => attackers.has(user)).length).toBeGreaterThan(0);
        expect([...users].filter((user) => !attackers.has(user))).toEqual([]);
      },
    );
  });
}
