import {
  Coverage,
  Verdict,
  type K8sAuditEvent,
  type LogGap,
  type ProfileFile,
  type VerdictMessage,
} from '@plimsoll/contracts';
import { beforeAll, describe, expect, it } from 'vitest';

import { k8sAuditDetector } from './k8s-audit-detector.js';
import { k8sAuditLearner } from './k8s-audit-learner.js';
import { event, quietDay } from './k8s-fixtures.js';
import type { K8sModel } from './model.js';
import type { K8sState } from './state.js';

const BUDGET = { falseAlertsPerDay: 5 };
const NIGHT = 100_000;
const DEPLOYER = 'system:serviceaccount:ci:deployer';

function learn(): ProfileFile {
  const learner = k8sAuditLearner({ application: 'app', workload: 'cluster-a' });
  for (const one of quietDay(0)) learner.learn(one);
  for (const one of quietDay(50_000, 10)) learner.calibrate(one);
  return learner.finish();
}

let model: K8sModel;

beforeAll(() => {
  model = k8sAuditDetector.prepare(learn(), BUDGET);
});

/** What every key's state machine says of the events, in their order; a state may be stored and read in between. */
function detect(events: readonly K8sAuditEvent[], stored = false): VerdictMessage[] {
  const states = new Map<string, K8sState>();
  return events.flatMap((one) => {
    let state = states.get(one.key) ?? k8sAuditDetector.start();
    if (stored) state = k8sAuditDetector.decode(k8sAuditDetector.encode(state));
    states.set(one.key, state);
    return [...k8sAuditDetector.step(state, one, model)];
  });
}

function verdicts(events: readonly K8sAuditEvent[]): Verdict[] {
  return detect(events).filter((message) => message.type === 'verdict');
}

/** Requests of one user that were scored, of events that lie within a minute. */
function counted(events: readonly K8sAuditEvent[]): number {
  const after = event({ at: NIGHT + 10_000, ...(events[0] && { who: events[0].user.name }) });
  const coverage = detect([...events, after]).find((message) => message.type === 'coverage');
  return coverage === undefined ? 0 : Object.values(coverage.windows).reduce((sum, count) => sum + count, 0);
}

const findings = (events: readonly K8sAuditEvent[]): string[] => [
  ...new Set(verdicts(events).map(({ finding }) => finding)),
];

describe('an ordinary day', () => {
  it('gives no verdict, and one coverage a minute of each user', () => {
    const messages = detect(quietDay(NIGHT, 5));
    expect(messages.filter(({ type }) => type === 'verdict')).toEqual([]);
    const coverage = messages.filter((message) => message.type === 'coverage');
    expect(coverage.length).toBeGreaterThanOrEqual(4 * 4);
    for (const one of coverage) Coverage.parse(one);
  });

  it('holds what an admin does for the first time, and a deployment of a new version', () => {
    const who = 'ada@example.org';
    const newThings = ['persistentvolumes', 'resourcequotas', 'serviceaccounts'].map((name, n) =>
      event({ at: NIGHT + n, who, resource: { group: '', name, namespace: 'red' } }),
    );
    const token = event({
      at: NIGHT + 5,
      who,
      verb: 'create',
      resource: { group: '', name: 'serviceaccounts', subresource: 'token', namespace: 'red', object: 'painter' },
      status: 201,
    });
    expect(findings([...newThings, token])).toEqual([]);
  });

  it('holds a load spike of what is always asked', () => {
    expect(findings(Array.from({ length: 300 }, (_, n) => event({ at: NIGHT + n / 100 })))).toEqual([]);
  });

  it('holds an informer that lists everything anew', () => {
    const names = Array.from('abcdefghijklmnop', (letter) => `kind${letter}s`);
    expect(findings(names.map((name, n) => event({ at: NIGHT + n / 10, resource: { group: 'x.io', name } })))).toEqual(
      [],
    );
  });
});

describe('what is no ordinary day', () => {
  const binding = { group: 'rbac.authorization.k8s.io', name: 'clusterrolebindings', object: 'helper' };

  it('is a binding to everything, and names who gains', () => {
    const grant = {
      kind: 'binding' as const,
      cluster: true,
      role: 'ClusterRole/cluster-admin',
      subjects: ['system:serviceaccount:red:painter'],
      powers: ['everything'],
    };
    const [verdict] = verdicts([
      event({ at: NIGHT, who: DEPLOYER, verb: 'create', resource: binding, status: 201, grant }),
    ]);
    expect(verdict).toMatchObject({
      finding: 'privilege-grant',
      path: 'rbac',
      severity: 6,
      joins: { user: DEPLOYER, credential: 'JTI=deployer' },
    });
    expect(verdict?.techniques).toContain('T1098.006');
    expect(verdict?.evidence.some(({ observed }) => observed.includes('to system:serviceaccount:red:painter'))).toBe(
      true,
    );
    expect(verdict?.evidence[0]?.observed).toContain('audit level RequestResponse');
    Verdict.parse(verdict);
  });

  it('is a role with every power under another name, bound by the one who wrote it', () => {
    const role = {
      kind: 'role' as const,
      cluster: true,
      role: 'ClusterRole/harmless',
      subjects: [],
      powers: ['everything'],
    };
    const bound = { ...role, kind: 'binding' as const, subjects: ['ada'], powers: [] };
    const events = [
      event({
        at: NIGHT,
        who: DEPLOYER,
        verb: 'create',
        resource: { ...binding, name: 'clusterroles' },
        status: 201,
        grant: role,
      }),
      event({ at: NIGHT + 400, who: DEPLOYER, verb: 'create', resource: binding, status: 201, grant: bound }),
    ];
    const found = verdicts(events);
    expect(found.map(({ finding }) => finding)).toEqual(['privilege-grant', 'privilege-grant']);
    expect(found[1]?.evidence.some(({ observed }) => observed.includes('grant:everything'))).toBe(true);
  });

  it('is a privileged pod', () => {
    const podPowers = { powers: ['host-path-root', 'host-pid', 'privileged'], owned: false, images: ['x'] };
    const resource = { group: '', name: 'pods', namespace: 'red', object: 'debug' };
    expect(findings([event({ at: NIGHT, who: DEPLOYER, verb: 'create', resource, status: 201, podPowers })])).toEqual([
      'privileged-workload',
    ]);
  });

  it('is not the controller that makes the pods of a privileged workload', () => {
    const podPowers = { powers: ['host-path-root', 'host-pid', 'privileged'], owned: true, images: ['x'] };
    const resource = { group: '', name: 'pods', namespace: 'red', object: 'debug-abcde' };
    const controller = event({
      at: NIGHT,
      who: 'system:serviceaccount:kube-system:daemon-set-controller',
      verb: 'create',
      resource,
      status: 201,
      podPowers,
      credential: { id: 'JTI=c' },
      source: { address: '127.0.0.1' },
    });
    expect(findings([controller]).filter((finding) => finding === 'privileged-workload')).toEqual([]);
  });

  it('is a program that fetches another, where the object held none', () => {
    const scripts = [{ where: 'lifecycle' as const, kinds: ['interpreter', 'download', 'pipe-to-shell'], digest: 'd' }];
    const resource = { group: 'apps', name: 'deployments', namespace: 'red', object: 'painter' };
    const podPowers = { powers: [], owned: false, images: ['painter'] };
    expect(findings([event({ at: NIGHT, who: DEPLOYER, verb: 'patch', resource, podPowers, scripts })])).toEqual([
      'injected-program',
    ]);
  });

  it('is a token used from another address than its pod has', () => {
    const stolen = event({ at: NIGHT, source: { address: '203.0.113.9', matchesPod: false } });
    expect(findings([event({ at: NIGHT - 1 }), stolen])).toEqual(['token-stolen']);
  });

  it('is a token used from two addresses, where no kubelet told the right one', () => {
    const events = [event({ at: NIGHT }), event({ at: NIGHT + 1, source: { address: '203.0.113.9' } })];
    expect(findings(events)).toEqual(['token-stolen']);
  });

  it("is a token used from where no pod is, though nobody saw its pod's own address", () => {
    const pods = Array.from({ length: 3 }, (_, n) => ({
      id: `JTI=new-${n}`,
      pod: `painter-${n}`,
      podUid: `new-${n}`,
      node: 'node-z',
    }));
    const near = pods.map((credential, n) => event({ at: NIGHT + n, credential, source: { address: `10.0.77.${n}` } }));
    const far = event({ at: NIGHT + 9, credential: pods[0]!, source: { address: '203.0.113.9' } });
    expect(findings(near)).toEqual([]);
    expect(verdicts([...near, far]).map(({ finding }) => finding)).toEqual(['token-stolen']);
  });

  it('is a token that no pod has, for an account that lives in pods', () => {
    const minted = event({ at: NIGHT, credential: { id: 'JTI=minted' }, source: { address: '10.0.1.77' } });
    expect(
      findings([
        minted,
        event({
          at: NIGHT + 1,
          credential: { id: 'JTI=minted' },
          verb: 'get',
          resource: { group: '', name: 'secrets', namespace: 'red', object: 'db' },
        }),
      ]),
    ).toContain('token-minted');
  });

  it('is an account that asks for everything and is refused', () => {
    const asked = ['red', 'ci', 'kube-system'].flatMap((namespace) =>
      ['secrets', 'serviceaccounts', 'nodes'].map((name) => ({ group: '', name, namespace })),
    );
    const events = asked.map((resource, n) => event({ at: NIGHT + n, resource, status: 403, decision: 'forbid' }));
    expect(findings(events)).toEqual(['denied-exploration']);
  });

  it('is nobody who tries many paths', () => {
    const { resource: _, ...template } = event({ at: NIGHT, who: 'system:anonymous', status: 403, verb: 'get' });
    const events = ['/', '/api', '/ui', '/metrics', '/logs/'].map((path, n) => ({
      ...template,
      id: `p${n}/x`,
      auditId: `p${n}`,
      path,
    }));
    expect(findings(events)).toEqual(['anonymous-exploration']);
  });

  it('is mass deletion by an account that deletes little', () => {
    const events = Array.from({ length: 40 }, (_, n) =>
      event({
        at: NIGHT + n / 20,
        who: DEPLOYER,
        verb: 'delete',
        resource: { group: '', name: 'configmaps', namespace: 'red', object: `build-${n}` },
      }),
    );
    expect(findings(events)).toEqual(['mass-deletion']);
    expect(findings(events.slice(0, 4))).toEqual([]);
  });

  it('is acting as another', () => {
    const who = 'ada@example.org';
    const events = [1, 2].map((n) =>
      event({
        at: NIGHT + n,
        who,
        impersonated: 'system:serviceaccount:red:painter',
        verb: 'create',
        resource: { group: '', name: 'pods', subresource: 'exec', namespace: 'ci', object: `x-${n}` },
      }),
    );
    expect(
      verdicts(events)
        .at(-1)
        ?.evidence.some(({ observed }) => observed.includes('token:impersonation')),
    ).toBe(true);
  });
});

describe('the state machine', () => {
  const attack = (): K8sAuditEvent[] => [
    ...quietDay(NIGHT, 2),
    ...['secrets', 'nodes', 'serviceaccounts', 'namespaces'].map((name, n) =>
      event({ at: NIGHT + 130 + n, resource: { group: '', name, namespace: 'ci' }, status: 403 }),
    ),
  ];

  it('says the same when every state was stored and read between two events', () => {
    const events = attack();
    expect(JSON.stringify(detect(events, true))).toBe(JSON.stringify(detect(events)));
  });

  it('counts a repeated delivery once', () => {
    const events = attack();
    expect(JSON.stringify(detect(events.flatMap((one) => [one, one])))).toBe(JSON.stringify(detect(events)));
  });

  it('judges every request of a client that gives one auditID to all', () => {
    const asked = attack().slice(-4);
    const reused = asked.map((one, n) => ({ ...one, auditId: 'chosen', ...(n > 0 ? { auditIdReused: true } : {}) }));
    const again = asked.map((one, n) => ({ ...asked[0]!, auditId: 'chosen', id: one.id, timeUs: one.timeUs + n }));
    expect(verdicts(reused).length).toBeGreaterThanOrEqual(verdicts(asked).length);
    expect(verdicts(asked).length).toBeGreaterThan(0);
    expect(counted(again)).toBe(4);
  });

  it('counts two stages of one request once, whoever delivers the second', () => {
    const started = event({ at: NIGHT, stage: 'ResponseStarted', verb: 'watch' });
    const complete = { ...started, id: 'later', stage: 'ResponseComplete', timeUs: started.timeUs + 5_000_000 };
    expect(counted([started, complete, complete])).toBe(1);
  });

  it('answers warming without a profile, and says of a gap that it was one', () => {
    const state = k8sAuditDetector.start();
    const { application, workload, container, stream, key } = event();
    const gap: LogGap = {
      application,
      workload,
      container,
      schema: 1,
      id: 'g',
      stream,
      key,
      type: 'gap',
      of: 'k8s-audit',
      timeUs: event().timeUs,
      gap: { startUs: 0, endUs: 1, cause: 'source-drop' },
    };
    k8sAuditDetector.step(state, event(), undefined);
    k8sAuditDetector.step(state, gap, undefined);
    const [coverage] = k8sAuditDetector.step(state, event({ at: 90 }), undefined);
    expect(coverage).toMatchObject({ type: 'coverage', windows: { warming: 1, gap: 1 }, profileVersion: 'none' });
  });

  it('tells of no minute that held repeated requests alone', () => {
    const state = k8sAuditDetector.start();
    const stage = (at: number, name: string): K8sAuditEvent => event({ at, stage: name, auditId: 'once' });
    k8sAuditDetector.step(state, stage(0, 'ResponseStarted'), model);
    expect(k8sAuditDetector.step(state, stage(90, 'ResponseComplete'), model)).toHaveLength(1);
    expect(k8sAuditDetector.step(state, event({ at: 200 }), model)).toEqual([]);
  });

  it('reads the states of an earlier release, whose minute had no key', () => {
    const minute = { index: -1, application: '', workload: '', container: '', stream: '', version: '' };
    const counts = { normal: 0, anomalous: 0, warming: 0, gap: 0 };
    const stored = (open: object): Uint8Array =>
      Buffer.from(`\u0001${JSON.stringify({ ...k8sAuditDetector.start(), minute: open })}`);
    expect(k8sAuditDetector.decode(stored({ ...minute, ...counts }))).toEqual(k8sAuditDetector.start());
    const first = event({ at: 0 });
    const open = { ...minute, index: Math.floor(first.timeUs / 60_000_000), ...counts, normal: 3 };
    const state = k8sAuditDetector.decode(stored(open));
    expect(k8sAuditDetector.step(state, event({ at: 90 }), model)).toMatchObject([
      { type: 'coverage', windows: { normal: 3 } },
    ]);
  });

  it('stays small whatever one user does', () => {
    const state = k8sAuditDetector.start();
    for (let n = 0; n < 1_200; n++) {
      const credential = { id: `JTI=${n}`, pod: `p-${n}`, podUid: `u-${n}`, node: `n-${n}` };
      k8sAuditDetector.step(
        state,
        event({
          at: NIGHT + n,
          verb: `v${n}`,
          credential,
          resource: { group: 'g', name: `r${n}`, namespace: `ns${n}` },
          status: 403,
        }),
        model,
      );
    }
    expect(k8sAuditDetector.encode(state).byteLength).toBeLessThan(120_000);
  });

  it('bears a resource with the name of what every object of JavaScript has', () => {
    const resource = { group: 'x.io', name: 'constructor', namespace: 'red', object: 'a-b' };
    expect(() => detect([event({ at: NIGHT, verb: 'patch', resource })])).not.toThrow();
  });

  it('refuses a state and a profile that are not its own', () => {
    expect(() => k8sAuditDetector.decode(Uint8Array.of(9, 1))).toThrow(/version 9/);
    expect(() => k8sAuditDetector.decode(Uint8Array.of(1, 1))).toThrow(/no JSON/);
    expect(() => k8sAuditDetector.prepare({ ...learn(), model: { kind: 'other' } }, BUDGET)).toThrow(
      /not a profile of Kubernetes/,
    );
  });
});

describe('learning', () => {
  it('gives the same profile for the same events', () => {
    expect(learn().version).toBe(learn().version);
  });

  it('refuses to make a profile of nothing', () => {
    expect(() => k8sAuditLearner({ application: 'a', workload: 'w' }).finish()).toThrow(
      /^w: not enough Kubernetes audit events: 0 read/,
    );
  });

  it('says at which audit level it learned', () => {
    expect(learn().learned.notes[0]).toMatch(/RequestResponse \d+/);
  });
});

describe('a node', () => {
  const NODE = 'system:node:node-a';
  const ofPod = (namespace: string, i: number): K8sAuditEvent[] => [
    event({
      at: NIGHT + i,
      who: NODE,
      verb: 'create',
      status: 201,
      resource: { group: '', name: 'serviceaccounts', subresource: 'token', namespace, object: 'default' },
    }),
    event({
      at: NIGHT + i + 0.1,
      who: NODE,
      verb: 'patch',
      resource: { group: '', name: 'pods', subresource: 'status', namespace, object: `web-${namespace}` },
    }),
  ];
  const withPods = (days: K8sAuditEvent[]): K8sAuditEvent[] =>
    days.flatMap((one, i) =>
      one.user.name === NODE
        ? [one, ...ofPod('red', 0).map((of) => ({ ...of, timeUs: one.timeUs + 1, id: `${i}${of.id}` }))]
        : [one],
    );

  it('is not strange for the pods that others put on it', () => {
    const learner = k8sAuditLearner({ application: 'app', workload: 'cluster-a' });
    for (const one of withPods(quietDay(0))) learner.learn(one);
    for (const one of withPods(quietDay(50_000, 10))) learner.calibrate(one);
    const known = k8sAuditDetector.prepare(learner.finish(), BUDGET);
    const state = k8sAuditDetector.start();
    const told = (events: readonly K8sAuditEvent[]): VerdictMessage[] =>
      events.flatMap((one) => [...k8sAuditDetector.step(state, one, known)].filter(({ type }) => type === 'verdict'));
    expect(told(['green', 'blue', 'grey', 'pink'].flatMap(ofPod))).toEqual([]);
    const secrets = { group: '', name: 'secrets', namespace: 'kube-system' };
    const refused = Array.from({ length: 12 }, (_, i) =>
      event({
        at: NIGHT + 20 + i,
        who: NODE,
        status: 403,
        decision: 'forbid',
        resource: { ...secrets, namespace: `n-${'abcdefghijkl'[i]}` },
      }),
    );
    expect(told(refused).length).toBeGreaterThan(0);
  });
});
