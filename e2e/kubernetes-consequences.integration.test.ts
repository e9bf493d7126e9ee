import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

import type { K8sAuditEvent } from '@plimsoll/contracts';
import {
  emptyFusionState,
  fuse,
  fusionConfig,
  k8sAuditDetector,
  k8sAuditLearner,
  openIncidents,
  type K8sState,
} from '@plimsoll/detection';
import { K8sAuditParser } from '@plimsoll/sources';
import { expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const COLLECTOR = 'system:serviceaccount:kube-system:generic-garbage-collector';
const THIEF = 'system:serviceaccount:web:frontend';
const NIGHT_US = Date.parse('2026-11-24T02:00:00Z') * 1000;

function read(episode: string): K8sAuditEvent[] {
  const context = { application: 'cluster', workload: 'api', container: 'api', stream: episode };
  const parser = new K8sAuditParser({ ...context, privacy: 'strict' });
  const bytes = gunzipSync(readFileSync(join(ROOT, 'recordings', 'cluster', episode, 'audit.jsonl.gz')));
  const items = [...parser.push(bytes), ...parser.end()];
  return items.flatMap((item) => (item.type === 'event' && item.event.type === 'k8s-audit' ? [item.event] : []));
}

/**
 * As the recorded cluster's operator deletes Deployments one by one in two days, somebody with a stolen token does within
 * two seconds; then comes what the real garbage collector deleted after each.
 */
function emptied(days: readonly K8sAuditEvent[]): K8sAuditEvent[] {
  const deletions = days.filter(({ verb, status }) => verb === 'delete' && status === 200);
  const causes = deletions.filter(({ resource }) => resource?.name === 'deployments');
  const names = causes.map(({ resource }) => `${resource?.object}-`);
  const effects = deletions.filter(
    ({ user, resource }) => user.name === COLLECTOR && names.some((name) => resource?.object?.startsWith(name)),
  );
  expect([causes.length, effects.length]).toEqual([19, 58]);
  const { user, key, credential, source } = days.find((event) => event.user.name === THIEF)!;
  const stolen = causes.map((event) => ({ ...event, user, key, source, ...(credential ? { credential } : {}) }));
  return [...stolen, ...effects].map((event, place) => ({ ...event, timeUs: NIGHT_US + place * 100_000 }));
}

it('what a real garbage collector deletes joins the incident of whoever deleted the owners', () => {
  const [first, morning, afternoon] = ['benign-day1', 'benign-day2-morning', 'benign-day2-afternoon'].map(read);
  const learner = k8sAuditLearner({ application: 'cluster', workload: 'api' });
  for (const event of first!) learner.learn(event);
  for (const event of morning!) learner.calibrate(event);
  const model = k8sAuditDetector.prepare(learner.finish(), { falseAlertsPerDay: 10 });

  const states = new Map<string, K8sState>();
  const fusion = emptyFusionState();
  for (const event of emptied([...first!, ...morning!, ...afternoon!])) {
    const state = states.get(event.key) ?? k8sAuditDetector.start();
    states.set(event.key, state);
    for (const message of k8sAuditDetector.step(state, event, model)) fuse(fusion, 'cluster', message, fusionConfig());
  }

  const incidents = openIncidents(fusion, 'cluster', fusionConfig());
  expect(incidents.map(({ kind }) => kind.name)).toEqual([`user:${THIEF}`]);
  const marked = (principal: string): (true | undefined)[] => [
    ...new Set(incidents[0]!.evidence.filter((one) => one.principal === principal).map((one) => one.consequence)),
  ];
  expect(marked(`user:${COLLECTOR}`)).toEqual([true]);
  expect(marked(`user:${THIEF}`)).toEqual([undefined]);
});
