import type { K8sAuditEvent } from '@plimsoll/contracts';
import { beforeAll, describe, expect, it } from 'vitest';

import { event, modelOf, quietDay, verdictsOf, type Changes } from './k8s-fixtures.js';
import type { K8sModel } from './model.js';

const NIGHT = 100_000;
const KEEPER = 'system:serviceaccount:red:keeper';
const BY_OWN = { binding: 'RoleBinding/keeper/red', role: 'Role/keeper', subject: 'ServiceAccount/keeper/red' };
const BY_NEW = {
  binding: 'ClusterRoleBinding/helper',
  role: 'ClusterRole/cluster-admin',
  subject: 'Group/system:serviceaccounts',
};

const secret = (changes: Changes): K8sAuditEvent =>
  event({
    who: KEEPER,
    verb: 'get',
    resource: { group: '', name: 'secrets', namespace: 'red', object: 'db' },
    allowedBy: BY_OWN,
    ...changes,
  });
const node = (changes: Changes): K8sAuditEvent =>
  event({ who: KEEPER, verb: 'list', resource: { group: '', name: 'nodes' }, ...changes });

/** Reads its secret, and asks for nodes in vain. */
function day(offset: number, minutes: number): K8sAuditEvent[] {
  const own = Array.from({ length: minutes * 6 }, (_, n) => secret({ at: offset + n * 10 }));
  const refused = own
    .filter((_, n) => n % 5 === 0)
    .map((_, n) => node({ at: offset + n * 50, status: 403, decision: 'forbid' }));
  return [...quietDay(offset, minutes), ...own, ...refused].sort((a, b) => a.timeUs - b.timeUs);
}

let model: K8sModel;
beforeAll(() => {
  model = modelOf(day);
});

/** What the verdicts' evidence tells. */
const told = (events: readonly K8sAuditEvent[]): string[] =>
  verdictsOf(model, events).flatMap(({ evidence }) => evidence.map(({ observed }) => observed));

describe('a binding that was widened to a group', () => {
  it('makes nobody strange who asks what he always asked and got', () => {
    const asked = secret({ at: NIGHT, allowedBy: BY_NEW });
    expect(told([asked])).toEqual([]);
    // The newness of the binding is not even a part of another alarm.
    const stolen = secret({ at: NIGHT + 5, allowedBy: BY_NEW, source: { address: '203.0.113.9', matchesPod: false } });
    expect(told([asked, stolen]).filter((text) => text.includes('allowed by'))).toEqual([]);
  });

  it('counts where it lets be done what was refused before, or never asked', () => {
    const other = secret({
      at: NIGHT + 1,
      allowedBy: BY_NEW,
      resource: { group: '', name: 'secrets', namespace: 'kube-system', object: 'root' },
    });
    expect(told([node({ at: NIGHT, allowedBy: BY_NEW }), other]).some((text) => text.includes('allowed by'))).toBe(
      true,
    );
  });
});
