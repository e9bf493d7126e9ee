import type { K8sGrant } from '@plimsoll/contracts';

import { at, list, text, texts } from './json-value.js';

const MAX_RULES = 256;
const MAX_WORDS = 64;
const MAX_SUBJECTS = 32;

/**
 * What Kubernetes' own user-facing roles permit, as its documentation of RBAC has them: their content never shows in
 * the audit log, because nobody writes them after the cluster's birth.
 */
const BUILT_IN: ReadonlyMap<string, readonly string[]> = new Map([
  ['cluster-admin', ['everything']],
  ['admin', ['read-secrets', 'exec', 'create-pods', 'use-service-accounts', 'write-rbac']],
  ['edit', ['read-secrets', 'exec', 'create-pods', 'use-service-accounts']],
  ['view', []],
]);

/** Powers in stable words, each with the resources and verbs that give it; `group/resource`, core group empty. */
const POWERS: readonly {
  readonly power: string;
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}[] = [
  { power: 'read-secrets', resources: ['/secrets'], verbs: ['get', 'list', 'watch'] },
  { power: 'exec', resources: ['/pods/exec', '/pods/attach'], verbs: ['create', 'get'] },
  { power: 'ephemeral-containers', resources: ['/pods/ephemeralcontainers'], verbs: ['update', 'patch'] },
  {
    power: 'create-pods',
    resources: [
      '/pods',
      'apps/deployments',
      'apps/daemonsets',
      'apps/statefulsets',
      'apps/replicasets',
      'batch/jobs',
      'batch/cronjobs',
      '/replicationcontrollers',
    ],
    verbs: ['create', 'update', 'patch'],
  },
  { power: 'mint-tokens', resources: ['/serviceaccounts/token'], verbs: ['create'] },
  {
    power: 'impersonate',
    resources: [
      '/users',
      '/groups',
      '/serviceaccounts',
      'authentication.k8s.io/userextras',
      'authentication.k8s.io/uids',
    ],
    verbs: ['impersonate'],
  },
  {
    power: 'escalate',
    resources: ['rbac.authorization.k8s.io/roles', 'rbac.authorization.k8s.io/clusterroles'],
    verbs: ['escalate', 'bind'],
  },
  {
    power: 'write-rbac',
    resources: ['rolebindings', 'clusterrolebindings', 'roles', 'clusterroles'].map(
      (name) => `rbac.authorization.k8s.io/${name}`,
    ),
    verbs: ['create', 'update', 'patch'],
  },
  { power: 'node-proxy', resources: ['/nodes/proxy'], verbs: ['get', 'create', 'update', 'patch', 'delete'] },
  {
    power: 'admission-webhooks',
    resources: [
      'admissionregistration.k8s.io/mutatingwebhookconfigurations',
      'admissionregistration.k8s.io/validatingwebhookconfigurations',
    ],
    verbs: ['create', 'update', 'patch'],
  },
  {
    power: 'approve-certificates',
    resources: ['certificates.k8s.io/certificatesigningrequests/approval', 'certificates.k8s.io/signers'],
    verbs: ['update', 'patch', 'approve', 'sign'],
  },
];

/** What a list of RBAC rules permits; `everything` where verbs, groups and resources are all wild. */
export function rulePowers(rules: readonly unknown[]): string[] {
  const powers = new Set<string>();
  for (const rule of rules.slice(0, MAX_RULES)) {
    const verbs = texts(at(rule, 'verbs'), MAX_WORDS, 128);
    const groups = texts0(at(rule, 'apiGroups'));
    const resources = texts(at(rule, 'resources'), MAX_WORDS, 256);
    if (resources.length === 0) {
      if (verbs.includes('*') && texts(at(rule, 'nonResourceURLs'), MAX_WORDS, 256).includes('*'))
        powers.add('all-urls');
      continue;
    }
    if (verbs.includes('*') && groups.includes('*') && resources.includes('*')) powers.add('everything');
    if (verbs.includes('*')) powers.add('all-verbs');
    if (resources.includes('*')) powers.add('all-resources');
    for (const { power, resources: wanted, verbs: needed } of POWERS) {
      const hasVerb = verbs.includes('*') || needed.some((verb) => verbs.includes(verb));
      if (hasVerb && wanted.some((full) => covers(groups, resources, full))) powers.add(power);
    }
  }
  return [...powers].sort();
}

/** Like `texts`, but keeps the empty text: the core group's name. */
function texts0(value: unknown): string[] {
  return list(value)
    .filter((entry): entry is string => typeof entry === 'string')
    .slice(0, MAX_WORDS)
    .map((entry) => entry.slice(0, 256));
}

function covers(groups: readonly string[], resources: readonly string[], full: string): boolean {
  const slash = full.indexOf('/');
  const group = full.slice(0, slash);
  const resource = full.slice(slash + 1);
  const sub = resource.indexOf('/');
  const wild = sub === -1 ? undefined : `*${resource.slice(sub)}`;
  if (!groups.includes('*') && !groups.includes(group)) return false;
  return resources.some((name) => name === '*' || name === resource || name === wild);
}

/** Subjects as audit events name users, so that a gain can be matched with the one who acts on it. */
function subjectsOf(value: unknown, namespace: string | undefined): string[] {
  const subjects: string[] = [];
  for (const subject of list(value).slice(0, MAX_SUBJECTS)) {
    const name = text(at(subject, 'name'), 256);
    if (name === undefined) continue;
    const kind = at(subject, 'kind');
    const home = text(at(subject, 'namespace'), 256) ?? namespace ?? '';
    if (kind === 'ServiceAccount') subjects.push(`system:serviceaccount:${home.slice(0, 128)}:${name}`);
    else if (kind === 'Group') subjects.push(`group:${name}`);
    else subjects.push(name);
  }
  return subjects;
}

export interface RbacTarget {
  readonly resource: string;
  readonly namespace: string | undefined;
  readonly object: string | undefined;
}

/** What the body of a write to a role or binding permits. A JSON patch counts by the rules and subjects it puts in. */
export function grantOf(target: RbacTarget, body: unknown): K8sGrant | undefined {
  const cluster = target.resource.startsWith('cluster');
  if (target.resource === 'clusterroles' || target.resource === 'roles') {
    const kind = cluster ? 'ClusterRole' : 'Role';
    const name = target.object?.slice(0, 256) ?? text(at(body, 'metadata', 'name'), 256);
    const rules = Array.isArray(body) ? patchedRules(list(body)) : list(at(body, 'rules'));
    const role = name === undefined ? {} : { role: `${kind}/${name}` };
    return { kind: 'role', cluster, subjects: [], powers: rulePowers(rules), ...role };
  }
  if (target.resource === 'clusterrolebindings' || target.resource === 'rolebindings') {
    const subjects = Array.isArray(body)
      ? list(body)
          .flatMap((step) => [at(step, 'value')].flat())
          .filter((value) => at(value, 'name') !== undefined)
      : list(at(body, 'subjects'));
    const name = text(at(body, 'roleRef', 'name'), 256);
    const kind = at(body, 'roleRef', 'kind') === 'Role' ? 'Role' : 'ClusterRole';
    const powers = name !== undefined && kind === 'ClusterRole' ? (BUILT_IN.get(name) ?? []) : [];
    const role = name === undefined ? {} : { role: `${kind}/${name}` };
    return { kind: 'binding', cluster, subjects: subjectsOf(subjects, target.namespace), powers: [...powers], ...role };
  }
  return undefined;
}

function patchedRules(steps: readonly unknown[]): unknown[] {
  const rules: unknown[] = [];
  for (const step of steps.slice(0, MAX_RULES)) {
    const path = text(at(step, 'path'), 256) ?? '';
    const value = at(step, 'value');
    if (/^\/rules(?:\/(?:\d+|-))?$/.test(path)) rules.push(...[value].flat());
    // A step within a rule names one list of it: the rest of the rule is not in the log, so anything it may be, it is.
    else if (/^\/rules\/\d+\//.test(path)) {
      const part = path.split('/')[3] ?? '';
      const wild = { verbs: ['*'], apiGroups: ['*'], resources: ['*'] };
      if (part === 'verbs' || part === 'resources') rules.push({ ...wild, [part]: [value].flat() });
    }
  }
  return rules;
}
