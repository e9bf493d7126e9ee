// Asks a real API server what only it knows of deploy/kubernetes. Writes namespaces, accounts and rights into it, nothing
// that runs:
//
//   KUBECONFIG=admin.kubeconfig node e2e/kubernetes/check-cluster.mjs [folder of CRDs for KEDA and the Prometheus Operator]
//
// The user needs rights over the whole cluster, and to impersonate. Without CRDs, objects of the two operators are left out.
import { execFileSync, spawnSync } from 'node:child_process';
import process from 'node:process';
import { fileURLToPath, URL } from 'node:url';

import { parseAllDocuments, stringify } from 'yaml';

const KUBERNETES = fileURLToPath(new URL('../../deploy/kubernetes', import.meta.url));
const OF_OPERATORS = /^(keda\.sh|monitoring\.coreos\.com)\//;
const crds = process.argv[2];
let failed = 0;

function check(name, passed, detail = '') {
  if (!passed) failed += 1;
  process.stdout.write(`${passed ? 'ok  ' : 'FAIL'} ${name}${passed || detail === '' ? '' : `: ${detail}`}\n`);
}

function kubectl(args, input) {
  const { status, stdout, stderr } = spawnSync('kubectl', args, { input, encoding: 'utf8' });
  return { status, out: stdout.trim(), error: stderr.trim() };
}

const render = (folder) =>
  parseAllDocuments(execFileSync('kubectl', ['kustomize', `${KUBERNETES}/${folder}`], { encoding: 'utf8' })).map(
    (one) => one.toJS(),
  );
const text = (manifests) => manifests.map((one) => stringify(one, { aliasDuplicateObjects: false })).join('---\n');

/** Objects go through every admission and validation of the server; none is kept. */
function dryRun(folder) {
  const manifests = render(folder).filter(({ apiVersion }) => crds !== undefined || !OF_OPERATORS.test(apiVersion));
  const { status, out, error } = kubectl(
    ['apply', '--dry-run=server', '--validate=strict', '-f', '-'],
    text(manifests),
  );
  const accepted = out.split('\n').filter((line) => line.endsWith('(server dry run)')).length;
  check(
    `${folder}: ${accepted} of ${manifests.length} objects accepted`,
    status === 0 && accepted === manifests.length,
    error,
  );
  check(`${folder}: no warning`, !/Warning/.test(error), error);
  return manifests;
}

/** A Deployment with a forbidden pod is taken with a warning; the pod itself is refused. */
function admitPods(manifests) {
  for (const { kind, metadata, spec } of manifests) {
    if (spec?.template?.spec?.containers === undefined) continue;
    const name = `${kind.toLowerCase()}-${metadata.name}`.slice(0, 60);
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace: metadata.namespace },
      spec: spec.template.spec,
    };
    // No controller manager need run for it: the account's token and the volumes of claims are not looked at here.
    const { status, error } = kubectl(['create', '--dry-run=server', '-f', '-'], text([withoutClaims(pod, spec)]));
    check(`pod of ${kind} ${metadata.name} admitted to ${metadata.namespace}`, status === 0, error);
  }
}

function withoutClaims(pod, { volumeClaimTemplates = [] }) {
  const volumes = [
    ...(pod.spec.volumes ?? []),
    ...volumeClaimTemplates.map(({ metadata: { name } }) => ({ name, emptyDir: {} })),
  ];
  return { ...pod, spec: { ...pod.spec, volumes, restartPolicy: pod.spec.restartPolicy ?? 'Always' } };
}

const OPERATOR = ['--as', 'jo@example.com', '--as-group', 'plimsoll-operators', '--as-group', 'system:authenticated'];
const account = (namespace, name) => ['--as', `system:serviceaccount:${namespace}:${name}`];
const RIGHTS = [
  [
    'an operator',
    OPERATOR,
    'plimsoll',
    ['get pods', 'get pods/log', 'list deployments.apps', 'patch deployments.apps/scale'],
    true,
  ],
  ['an operator', OPERATOR, 'plimsoll-sensors', ['list daemonsets.apps', 'get pods/log'], true],
  [
    'an operator',
    OPERATOR,
    'plimsoll',
    [
      'get secrets',
      'create pods',
      'create pods/exec',
      'create jobs.batch',
      'delete deployments.apps',
      'create rolebindings.rbac.authorization.k8s.io',
      'create serviceaccounts/token',
    ],
    false,
  ],
  ['an operator', OPERATOR, 'default', ['get pods', 'list deployments.apps'], false],
  ...[
    ['plimsoll', 'plimsoll-service'],
    ['plimsoll-sensors', 'plimsoll-sensor'],
  ].map(([namespace, name]) => [
    name,
    account(namespace, name),
    namespace,
    ['get pods', 'list pods', 'get secrets', 'get configmaps', 'create pods', 'get nodes', 'create pods/exec'],
    false,
  ]),
];

function rights() {
  for (const [who, as, namespace, things, wanted] of RIGHTS) {
    for (const thing of things) {
      // `pods/log` would be a pod called log.
      const [verb, resource, subresource] = thing.split(/[ /]/);
      const what = [verb, resource, ...(subresource === undefined ? [] : ['--subresource', subresource])];
      const { out } = kubectl(['auth', 'can-i', ...what, ...as, '--namespace', namespace]);
      check(
        `${who} ${wanted ? 'may' : 'may not'} ${thing} in ${namespace}`,
        out.split('\n').at(-1) === (wanted ? 'yes' : 'no'),
        out,
      );
    }
  }
}

if (crds !== undefined) {
  const { status, error } = kubectl(['apply', '--server-side', '-f', crds]);
  check('CRDs of KEDA and the Prometheus Operator', status === 0, error);
  kubectl(['wait', '--for=condition=Established', '--timeout=30s', '-f', crds]);
}
const kept = new Set(['Namespace', 'ServiceAccount', 'ClusterRole', 'RoleBinding']);
const { status, error } = kubectl(['apply', '-f', '-'], text(render('base').filter(({ kind }) => kept.has(kind))));
check('namespaces, accounts and rights are made', status === 0, error);
kubectl(['apply', '-f', '-'], text(render('sidecar').filter(({ kind }) => kind === 'Namespace')));
// A controller makes them in a whole cluster; an API server alone has none.
for (const namespace of ['plimsoll', 'plimsoll-example'])
  kubectl(['create', 'serviceaccount', 'default', '-n', namespace]);
for (const overlay of ['overlays/minikube', 'overlays/production', 'sidecar']) admitPods(dryRun(overlay));
rights();
// A rule that admits everything would pass all of the above.
const open = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'open', namespace: 'plimsoll' },
  spec: { containers: [{ name: 'one', image: 'one', securityContext: { privileged: true } }] },
};
check(
  'a privileged pod is refused',
  /violates PodSecurity/.test(kubectl(['create', '--dry-run=server', '-f', '-'], text([open])).error),
);
process.stdout.write(failed === 0 ? 'all as it should be\n' : `${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;
