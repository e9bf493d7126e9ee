import { describe, expect, it } from 'vitest';

import { grantOf, rulePowers } from './grant-powers.js';

const binding = { resource: 'clusterrolebindings', namespace: undefined, object: 'x' };

describe('what rules permit', () => {
  it.each([
    ['everything', [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }], 'everything'],
    ['reading secrets', [{ verbs: ['list'], apiGroups: [''], resources: ['pods', 'secrets'] }], 'read-secrets'],
    ['exec', [{ verbs: ['create'], apiGroups: [''], resources: ['pods/exec'] }], 'exec'],
    ['exec by a wild resource', [{ verbs: ['create'], apiGroups: [''], resources: ['*/exec'] }], 'exec'],
    ['minting tokens', [{ verbs: ['create'], apiGroups: [''], resources: ['serviceaccounts/token'] }], 'mint-tokens'],
    ['impersonation', [{ verbs: ['impersonate'], apiGroups: [''], resources: ['users'] }], 'impersonate'],
    [
      'escalation',
      [{ verbs: ['bind'], apiGroups: ['rbac.authorization.k8s.io'], resources: ['clusterroles'] }],
      'escalate',
    ],
    ['node proxy', [{ verbs: ['get'], apiGroups: [''], resources: ['nodes/proxy'] }], 'node-proxy'],
  ])('names %s', (_, rules, power) => {
    expect(rulePowers(rules)).toContain(power);
  });

  it('finds nothing in what harms nobody', () => {
    expect(rulePowers([{ verbs: ['get', 'list', 'watch'], apiGroups: [''], resources: ['pods', 'nodes'] }])).toEqual(
      [],
    );
    expect(rulePowers([{ verbs: ['get'], apiGroups: ['apps'], resources: ['secrets'] }])).toEqual([]);
  });

  it('reads anything without a throw', () => {
    expect(rulePowers([undefined, 7, 'x', { verbs: 'all' }, { verbs: [1], resources: [null] }])).toEqual([]);
  });
});

describe('a grant', () => {
  it.each(['constructor', '__proto__', 'toString'])('of a role called %s permits nothing that is known', (name) => {
    expect(grantOf(binding, { roleRef: { kind: 'ClusterRole', name } })).toMatchObject({ powers: [] });
  });

  it('names who gains as audit events name users', () => {
    const grant = grantOf(binding, {
      roleRef: { kind: 'ClusterRole', name: 'cluster-admin' },
      subjects: [
        { kind: 'ServiceAccount', namespace: 'red', name: 'painter' },
        { kind: 'Group', name: 'system:authenticated' },
        { kind: 'User', name: 'ada' },
      ],
    });
    expect(grant).toEqual({
      kind: 'binding',
      cluster: true,
      role: 'ClusterRole/cluster-admin',
      subjects: ['system:serviceaccount:red:painter', 'group:system:authenticated', 'ada'],
      powers: ['everything'],
    });
  });

  it('reads the rules that a JSON patch adds', () => {
    const rule = { apiGroups: [''], resources: ['secrets'], verbs: ['get'] };
    const target = { resource: 'clusterroles', namespace: undefined, object: 'helper' };
    expect(grantOf(target, [{ op: 'add', path: '/rules/-', value: rule }])?.powers).toEqual(['read-secrets']);
    expect(grantOf(target, [{ op: 'add', path: '/rules/0/verbs/-', value: '*' }])?.powers).toContain('everything');
    expect(grantOf(target, [{ op: 'add', path: '/metadata/labels/x', value: 'y' }])?.powers).toEqual([]);
  });

  it('reads the subjects that a JSON patch adds', () => {
    const grant = grantOf(binding, [{ op: 'add', path: '/subjects/-', value: { kind: 'User', name: 'eve' } }]);
    expect(grant?.subjects).toEqual(['eve']);
  });
});
