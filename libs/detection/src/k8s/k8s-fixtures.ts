import type { K8sAuditEvent, Verdict } from '@plimsoll/contracts';

import { k8sAuditDetector } from './k8s-audit-detector.js';
import { k8sAuditLearner } from './k8s-audit-learner.js';
import type { K8sModel } from './model.js';
import type { K8sState } from './state.js';

const START_US = 1_800_000_000_000_000;

/** Changes that a test makes to an event; `at` is seconds after the fixtures' beginning. */
export type Changes = Omit<Partial<K8sAuditEvent>, 'user'> & { readonly at?: number; readonly who?: string };

let serial = 0;

/** An event of a service account in a pod that lists pods of its own namespace. */
export function event({ at = 0, who = 'system:serviceaccount:red:painter', ...changes }: Changes = {}): K8sAuditEvent {
  serial += 1;
  const account = who.startsWith('system:serviceaccount:');
  const name = who.split(':')[3] ?? '';
  return {
    application: 'app',
    workload: 'cluster-a',
    container: 'cluster-a',
    schema: 1,
    id: `audit-${serial}/ResponseComplete`,
    timeUs: START_US + Math.round(at * 1_000_000),
    stream: 'test',
    key: `cluster-a/${who}`,
    type: 'k8s-audit',
    auditId: `audit-${serial}`,
    stage: 'ResponseComplete',
    level: 'RequestResponse',
    verb: 'list',
    user: { name: who, kind: account ? 'service-account' : kindOf(who), groups: [] },
    ...(account
      ? { credential: { id: `JTI=${name}`, pod: `${name}-7d9f-abcde`, podUid: `uid-${name}`, node: 'node-a' } }
      : {}),
    source: { address: account ? '10.0.1.5' : '192.0.2.10' },
    resource: { group: '', name: 'pods', namespace: 'red' },
    dryRun: false,
    status: 200,
    decision: 'allow',
    ...changes,
  };
}

function kindOf(who: string): K8sAuditEvent['user']['kind'] {
  if (who === 'system:anonymous') return 'anonymous';
  if (who === 'unauthenticated') return 'unauthenticated';
  return who.startsWith('system:node:') ? 'node' : 'user';
}

/** A quiet day of a small cluster, one request a second for each account, twenty minutes long. */
export function quietDay(offsetSeconds: number, minutes = 20): K8sAuditEvent[] {
  const events: K8sAuditEvent[] = [];
  for (let second = 0; second < minutes * 60; second++) {
    const at = offsetSeconds + second;
    events.push(event({ at }));
    events.push(
      event({ at, verb: 'get', resource: { group: '', name: 'configmaps', namespace: 'red', object: 'colours' } }),
    );
    if (second % 3 === 0) events.push(...deployment(at));
    if (second % 7 === 0) events.push(...admin(at, Math.floor(second / 7)));
    if (second % 5 === 0) {
      events.push(
        event({
          at,
          who: 'system:node:node-a',
          verb: 'update',
          resource: { group: 'coordination.k8s.io', name: 'leases', namespace: 'kube-node-lease', object: 'node-a' },
        }),
      );
    }
  }
  return events;
}

const DEPLOYER = 'system:serviceaccount:ci:deployer';

function deployment(at: number): K8sAuditEvent[] {
  const resource = { group: 'apps', name: 'deployments', namespace: 'red', object: 'painter' };
  return [
    event({ at, who: DEPLOYER, verb: 'get', resource }),
    event({ at, who: DEPLOYER, verb: 'patch', resource, podPowers: { powers: [], owned: false, images: ['painter'] } }),
    event({
      at,
      who: DEPLOYER,
      verb: 'delete',
      resource: { group: '', name: 'configmaps', namespace: 'red', object: `build-${at}` },
    }),
  ];
}

/** An admin who looks at something else every time. */
function admin(at: number, turn: number): K8sAuditEvent[] {
  const names = ['pods', 'nodes', 'services', 'events', 'configmaps', 'endpoints', 'limitranges', 'secrets'];
  const name = names[turn % names.length]!;
  const who = 'ada@example.org';
  const resource = { group: '', name, namespace: ['red', 'ci', 'kube-system'][turn % 3]! };
  const exec = event({
    at,
    who,
    verb: 'create',
    resource: { group: '', name: 'pods', subresource: 'exec', namespace: 'red', object: 'painter-7d9f-abcde' },
    status: 101,
  });
  if (turn % 11 === 0) return [exec];
  const once = event({
    at,
    who,
    verb: 'create',
    resource: { ...resource, name: `thing${String.fromCharCode(97 + (turn % 26), 97 + (turn % 23))}s` },
    status: 201,
  });
  return turn % 4 === 0 ? [once] : [event({ at, who, resource })];
}

/** A model of such a day, calibrated on another, at five false alerts a day. */
export function modelOf(day: (offsetSeconds: number, minutes: number) => readonly K8sAuditEvent[]): K8sModel {
  const learner = k8sAuditLearner({ application: 'app', workload: 'cluster-a' });
  for (const one of day(0, 20)) learner.learn(one);
  for (const one of day(50_000, 10)) learner.calibrate(one);
  return k8sAuditDetector.prepare(learner.finish(), { falseAlertsPerDay: 5 });
}

/** Verdicts on the events, each user's judged by a state of its own. */
export function verdictsOf(model: K8sModel, events: readonly K8sAuditEvent[]): Verdict[] {
  const states = new Map<string, K8sState>();
  return events.flatMap((one) => {
    const state = states.get(one.key) ?? k8sAuditDetector.start();
    states.set(one.key, state);
    return [...k8sAuditDetector.step(state, one, model)].filter((message) => message.type === 'verdict');
  });
}
