import type { K8sAuditEvent, K8sControl, K8sGrant } from '@plimsoll/contracts';
import { beforeAll, describe, expect, it } from 'vitest';

import { event, modelOf, quietDay, verdictsOf, type Changes } from './k8s-fixtures.js';
import type { K8sModel } from './model.js';

const NIGHT = 100_000;
const GUARD = 'system:serviceaccount:guard:controller';
const GITOPS = 'system:serviceaccount:ops:gitops';
const DEPLOYER = 'system:serviceaccount:ci:deployer';
const SCRAPER = 'system:serviceaccount:metrics:scraper';
const ADA = 'ada@example.org';
const IN_CLUSTER: K8sControl = { powers: ['covers-system', 'mutates-pods'], targets: ['aaaa'] };

const webhook = (
  at: number,
  who: string,
  control: K8sControl,
  object = 'guard',
  changes: Changes = {},
): K8sAuditEvent =>
  event({
    at,
    who,
    verb: 'update',
    resource: { group: 'admissionregistration.k8s.io', name: 'mutatingwebhookconfigurations', object },
    control,
    ...changes,
  });
const role = (at: number, who: string, object: string, changes: Changes = {}): K8sAuditEvent => {
  const grant: K8sGrant = {
    kind: 'binding',
    cluster: true,
    role: 'ClusterRole/cluster-admin',
    subjects: [`group:${object}`],
    powers: ['everything'],
  };
  const resource = { group: 'rbac.authorization.k8s.io', name: 'clusterrolebindings', object };
  return event({ at, who, verb: 'patch', resource, grant, ...changes });
};
const proxy = (at: number, who: string, kubelet: 'runs' | 'reads' | 'other', object = 'node-a'): K8sAuditEvent =>
  event({ at, who, verb: 'get', resource: { group: '', name: 'nodes', subresource: 'proxy', object }, kubelet });
const csr = (at: number, who: string, powers: string[], changes: Changes = {}): K8sAuditEvent =>
  event({
    at,
    who,
    verb: 'create',
    status: 201,
    resource: { group: 'certificates.k8s.io', name: 'certificatesigningrequests', object: 'one' },
    control: { powers, targets: [] },
    ...changes,
  });

/** A controller writes its own webhook, a GitOps one its own bindings, and metrics are scraped from nodes. */
function day(offset: number, minutes: number): K8sAuditEvent[] {
  const turns = Array.from({ length: minutes }, (_, n) => offset + n * 60);
  const own = turns.flatMap((at, n) => [
    webhook(at, GUARD, IN_CLUSTER),
    role(at + 1, GITOPS, 'team', {
      grant: { ...role(0, GITOPS, 'team').grant!, role: 'ClusterRole/view', powers: [] },
    }),
    role(at + 2, ADA, `admins-${n % 2}`),
    proxy(at + 3, SCRAPER, 'other', 'node-a'),
    proxy(at + 33, SCRAPER, 'other', 'node-b'),
  ]);
  return [...quietDay(offset, minutes), ...own].sort((a, b) => a.timeUs - b.timeUs);
}

let model: K8sModel;
beforeAll(() => {
  model = modelOf(day);
});
const findings = (...events: readonly K8sAuditEvent[]): string[] => [
  ...new Set(verdictsOf(model, events).map(({ finding }) => finding)),
];

describe('a webhook configuration', () => {
  it('is nothing where its own controller writes it, or patches its certificates', () => {
    expect(findings(webhook(NIGHT, GUARD, IN_CLUSTER))).toEqual([]);
    expect(findings(webhook(NIGHT, GITOPS, { powers: [], targets: [] }))).toEqual([]);
  });

  it('is told where it sends pods out of the cluster, whoever wrote it', () => {
    const outside = { powers: ['calls-outside', 'covers-system', 'mutates-pods'], targets: ['bbbb'] };
    expect(findings(webhook(NIGHT, DEPLOYER, outside, 'helper'))).toEqual(['control-hook']);
    expect(findings(webhook(NIGHT, GUARD, outside))).toEqual(['control-hook']);
    expect(findings(webhook(NIGHT, ADA, { ...outside, powers: ['calls-outside', 'sees-secrets'] }, 'helper'))).toEqual([
      'control-hook',
    ]);
  });

  it('tells of one that is led to another service', () => {
    const [verdict] = verdictsOf(model, [
      webhook(NIGHT, DEPLOYER, { ...IN_CLUSTER, targets: ['cccc'] }),
      webhook(NIGHT + 1, DEPLOYER, { powers: ['calls-outside'], targets: ['dddd'] }),
    ]);
    expect(verdict?.evidence.map(({ observed }) => observed).join()).toContain('control:calls-another');
  });
});

describe('an APIService and a certificate', () => {
  it('is told where a group of the API server is served elsewhere', () => {
    const resource = { group: 'apiregistration.k8s.io', name: 'apiservices', object: 'v1.apps' };
    const control = { powers: ['serves-built-in-group'], targets: ['eeee'] };
    expect(findings(event({ at: NIGHT, who: ADA, verb: 'patch', resource, control }))).toEqual(['control-hook']);
  });

  it('is told where it is for the masters, and where a service account asks for one of another', () => {
    expect(findings(csr(NIGHT, ADA, ['asks-for-masters', 'asks-for-user']))).toEqual(['token-minted']);
    const approval = csr(NIGHT + 1, DEPLOYER, ['approves-own-request', 'asks-for-another', 'asks-for-user'], {
      verb: 'update',
      resource: {
        group: 'certificates.k8s.io',
        name: 'certificatesigningrequests',
        subresource: 'approval',
        object: 'one',
      },
    });
    expect(findings(csr(NIGHT, DEPLOYER, ['asks-for-another', 'asks-for-user']), approval)).toEqual(['token-minted']);
  });

  it('is no alarm where an administrator asks for one for a colleague', () => {
    expect(findings(csr(NIGHT, ADA, ['asks-for-another', 'asks-for-user']))).toEqual([]);
  });
});

describe("a node's proxy", () => {
  it('is nothing where metrics are scraped, and told where a kubelet is to run something', () => {
    expect(findings(proxy(NIGHT, SCRAPER, 'other'))).toEqual([]);
    expect(findings(proxy(NIGHT, SCRAPER, 'runs'))).toEqual(['container-exec']);
    expect(verdictsOf(model, [proxy(NIGHT, ADA, 'runs'), proxy(NIGHT + 1, ADA, 'runs', 'node-b')])).toHaveLength(2);
    expect(findings(proxy(NIGHT, DEPLOYER, 'reads'))).toEqual(['container-exec']);
  });
});

describe('a role or binding that is written again', () => {
  it('is no grant where it is what the log showed before, whoever writes it', () => {
    expect(findings(role(NIGHT, GITOPS, 'admins-0'))).toEqual([]);
  });

  it('is no grant where the write changed nothing', () => {
    const again = ['one', 'two', 'three'].map((name, n) => role(NIGHT + n, GITOPS, name, { unchanged: true }));
    expect(findings(...again)).toEqual([]);
    expect(findings(role(NIGHT, GITOPS, 'one'))).toEqual(['privilege-grant']);
  });

  it('is one where another gains by it', () => {
    const grant = { ...role(0, GITOPS, 'admins-0').grant!, subjects: ['system:serviceaccount:red:painter'] };
    expect(findings(role(NIGHT, GITOPS, 'admins-0', { grant }))).toEqual(['privilege-grant']);
  });
});
