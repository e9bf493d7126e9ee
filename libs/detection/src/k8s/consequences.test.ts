import type { K8sAuditEvent, Verdict } from '@plimsoll/contracts';
import { beforeAll, describe, expect, it } from 'vitest';

import { emptyFusionState, fuse, fusionConfig, openIncidents, type Incident } from '../fusion/index.js';

import { k8sAuditDetector } from './k8s-audit-detector.js';
import { k8sAuditLearner } from './k8s-audit-learner.js';
import { event, quietDay } from './k8s-fixtures.js';
import type { K8sModel } from './model.js';

const NIGHT = 100_000;
const PAINTER = 'system:serviceaccount:red:painter';
const COLLECTOR = 'system:serviceaccount:kube-system:generic-garbage-collector';
const JANITOR = 'system:serviceaccount:kube-system:namespace-controller';
const ADMIN = 'ada@example.org';

let model: K8sModel;

/** The controllers have been seen to delete a thing now and then. */
function day(offset: number, minutes: number): K8sAuditEvent[] {
  const controllers = Array.from({ length: minutes }, (_, minute) =>
    [COLLECTOR, JANITOR].map((who) => removed(offset + minute * 60, who, 'pods', `job-${minute}`, 'ci')),
  ).flat();
  return [...quietDay(offset, minutes), ...controllers].sort((a, b) => a.timeUs - b.timeUs);
}

beforeAll(() => {
  const learner = k8sAuditLearner({ application: 'app', workload: 'cluster-a' });
  for (const one of day(0, 20)) learner.learn(one);
  for (const one of day(50_000, 10)) learner.calibrate(one);
  model = k8sAuditDetector.prepare(learner.finish(), { falseAlertsPerDay: 5 });
});

function removed(at: number, who: string, name: string, object: string, namespace?: string, owners?: string[]) {
  const group = name === 'clusterrolebindings' ? 'rbac.authorization.k8s.io' : '';
  const resource = { group, name, object, ...(namespace === undefined ? {} : { namespace }) };
  return event({ at, who, verb: 'delete', resource, ...(owners === undefined ? {} : { owners }) });
}

/** Verdicts of every identity, each judged by itself. */
function judged(events: readonly K8sAuditEvent[]): Verdict[] {
  const states = new Map<string, ReturnType<typeof k8sAuditDetector.start>>();
  return events.flatMap((one) => {
    const state = states.get(one.key) ?? k8sAuditDetector.start();
    states.set(one.key, state);
    return [...k8sAuditDetector.step(state, one, model)].filter((message) => message.type === 'verdict');
  });
}

function incidents(verdicts: readonly Verdict[]): readonly Incident[] {
  const state = emptyFusionState();
  for (const verdict of verdicts) fuse(state, 'app', verdict, fusionConfig());
  return openIncidents(state, 'app', fusionConfig());
}

const actors = (incident: Incident, consequence: boolean): string[] => [
  ...new Set(
    incident.evidence
      .filter((evidence) => (evidence.consequence ?? false) === consequence)
      .map(({ principal }) => principal),
  ),
];

/** An account that was taken over empties a namespace; then its janitor and the garbage collector do their work. */
function emptied(): K8sAuditEvent[] {
  const intruder = [
    ...Array.from({ length: 12 }, (_, n) => removed(NIGHT + n * 0.1, PAINTER, 'replicasets', `web-${n}`, 'red')),
    removed(NIGHT + 1.5, PAINTER, 'namespaces', 'blue', 'blue'),
  ];
  const dependents = Array.from({ length: 40 }, (_, n) => [
    removed(NIGHT + 2 + n * 0.05, COLLECTOR, 'pods', `web-${n}-x`, 'red', [`replicasets/web-${n % 12}`]),
    removed(NIGHT + 2 + n * 0.05, JANITOR, 'configmaps', `blue-${n}`, 'blue'),
  ]).flat();
  return [...intruder, ...dependents];
}

describe('consequences in a cluster', () => {
  it('join the incident of the deletion that they follow from, and are marked', () => {
    const verdicts = judged(emptied());
    expect(new Set(verdicts.map(({ joins }) => joins.user))).toEqual(new Set([PAINTER, COLLECTOR, JANITOR]));
    const found = incidents(verdicts);
    expect(found.map(({ kind }) => kind.name)).toEqual([`user:${PAINTER}`]);
    expect(actors(found[0]!, false)).toEqual([`user:${PAINTER}`]);
    expect(actors(found[0]!, true).sort()).toEqual([`user:${COLLECTOR}`, `user:${JANITOR}`]);
  });

  it('are told by names where the log has no owners', () => {
    const intruder = Array.from({ length: 12 }, (_, n) =>
      removed(NIGHT + n * 0.1, PAINTER, 'deployments', `web-${n}`, 'red'),
    );
    const collected = Array.from({ length: 40 }, (_, n) =>
      removed(NIGHT + 2 + n * 0.05, COLLECTOR, 'replicasets', `web-${n % 12}-5f8c${n}`, 'red'),
    );
    const found = incidents(judged([...intruder, ...collected]));
    expect(found.map(({ kind }) => kind.name)).toEqual([`user:${PAINTER}`]);
    expect(actors(found[0]!, true)).toEqual([`user:${COLLECTOR}`]);
  });

  it('are the same in whatever order the verdicts come', () => {
    const verdicts = judged(emptied());
    expect(incidents([...verdicts].reverse())).toEqual(incidents(verdicts));
  });

  it('are not what the same controllers do to objects that nobody touched', () => {
    const elsewhere = Array.from({ length: 40 }, (_, n) =>
      removed(NIGHT + 2 + n * 0.05, COLLECTOR, 'pods', `other-${n}`, 'green', [`replicasets/other-${n}`]),
    );
    const found = incidents(judged([...emptied().filter(({ user }) => user.name !== COLLECTOR), ...elsewhere]));
    expect(found.map(({ kind }) => kind.name).sort()).toEqual([`user:${PAINTER}`, `user:${COLLECTOR}`].sort());
  });

  it('are what an administrator takes back, and never what gives power', () => {
    const grant = (at: number, who: string, object: string) =>
      event({
        at,
        who,
        verb: 'create',
        resource: { group: 'rbac.authorization.k8s.io', name: 'clusterrolebindings', object },
        grant: {
          kind: 'binding',
          cluster: true,
          role: 'ClusterRole/cluster-admin',
          subjects: [who],
          powers: ['everything'],
        },
      });
    const repair = Array.from({ length: 30 }, (_, n) =>
      removed(NIGHT + 20 + n * 0.1, ADMIN, 'clusterrolebindings', n === 0 ? 'backdoor' : `backdoor-${n}`),
    );
    const found = incidents(judged([grant(NIGHT, PAINTER, 'backdoor'), ...repair]));
    expect(found.map(({ kind }) => kind.name)).toEqual([`user:${PAINTER}`]);
    expect(actors(found[0]!, true)).toEqual([`user:${ADMIN}`]);

    const second = incidents(judged([grant(NIGHT, PAINTER, 'backdoor'), grant(NIGHT + 20, ADMIN, 'backdoor')]));
    expect(second.map(({ kind }) => kind.name).sort()).toEqual([`user:${ADMIN}`, `user:${PAINTER}`]);
  });

  it('are not what the same controllers do that gives power, and no rate of deletions names that', () => {
    const grant = event({
      at: NIGHT + 6,
      who: COLLECTOR,
      verb: 'create',
      resource: { group: 'rbac.authorization.k8s.io', name: 'clusterrolebindings', object: 'mine' },
      grant: {
        kind: 'binding',
        cluster: true,
        role: 'ClusterRole/cluster-admin',
        subjects: ['eve'],
        powers: ['everything'],
      },
    });
    const verdicts = judged([...emptied(), grant]);
    expect(verdicts.at(-1)).toMatchObject({ path: 'rbac', finding: 'privilege-grant', severity: 6 });
    const found = incidents(verdicts);
    expect(found.map(({ kind }) => kind.name).sort()).toEqual([`user:${PAINTER}`, `user:${COLLECTOR}`].sort());
  });

  it('follow from what fired, and not from what was only near its threshold', () => {
    const weak = (one: Verdict): Verdict => ({ ...one, id: `weak ${one.id}`, state: 'normal', pValue: 0.005 });
    const verdicts = judged(emptied());
    const both = verdicts.flatMap((one) => (one.joins.user === PAINTER ? [weak(one), one] : [one]));
    expect(incidents(both).map(({ kind }) => kind.name)).toEqual([`user:${PAINTER}`]);
    expect(incidents([...both].reverse())).toEqual(incidents(both));

    const found = incidents(verdicts.map((one) => (one.joins.user === PAINTER ? weak(one) : one)));
    expect(found.map(({ kind }) => kind.name).sort()).toEqual([`user:${COLLECTOR}`, `user:${JANITOR}`].sort());
  });
});
