/** What a quiet team's cluster does all day, drawn from a seeded generator so that two days differ as days do. */
import { setTimeout } from 'node:timers';

import { deployment } from './cluster.mjs';

/** Mulberry32: a small generator, so that a day can be made again. */
export function randomOf(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const API = '/api/v1/namespaces';
const APPS = '/apis/apps/v1/namespaces';
const JOBS = '/apis/batch/v1/namespaces';
const RBAC = '/apis/rbac.authorization.k8s.io/v1';
const ENTRY = '#!/bin/sh\nset -eu\nexec /opt/app/run --config "$1"\n';
const MIGRATION =
  '#!/bin/sh\nset -e\nwget -q https://registry.example.org/tools/migrate.tar.gz\nsh -c "tar xzf migrate.tar.gz && ./migrate up"\n';

/** Tasks with their weight: how often a turn falls on them. Each does what its identity does in one go. */
export function tasksOf(cluster, random, day) {
  const pick = (items) => items[Math.floor(random() * items.length)];
  const pod = (account) => pick(cluster.pods.get(account));
  const ines = cluster.person('ines', '127.0.50.10');
  const tom = cluster.person('tom', '127.0.50.23');
  const probe = cluster.nobody('127.0.60.2', 'lb-probe/1.0');
  let serial = day * 1000;
  const jobs = [];

  const thumbnailer = async () => {
    const { client } = pod('media/thumbnailer');
    await client.get(`${API}/media/configmaps/thumb-config`);
    if (random() < 0.5) await client.get(`${API}/media/pods?labelSelector=app%3Dthumbnailer`);
    if (random() < 0.2) await client.get(`${API}/media/services`);
    if (random() < 0.2)
      await client.merge(`${API}/media/configmaps/thumb-config`, { data: { level: pick(['info', 'debug']) } });
  };
  const ledger = async () => {
    const { client } = pod('billing/ledger');
    await client.get(`${API}/billing/configmaps/ledger-config`);
    if (random() < 0.5) await client.get(`${API}/billing/secrets/ledger-db`);
    if (random() < 0.15) await client.get(`${API}/billing/secrets`);
    if (random() < 0.3) {
      const name = `statement-${(serial += 1)}`;
      const container = {
        name: 'r',
        image: 'registry.example.org/statement:2',
        command: ['python', '-m', 'statement', '--month', '11'],
      };
      await client.post(`${JOBS}/billing/jobs`, {
        metadata: { name },
        spec: { template: { spec: { containers: [container], restartPolicy: 'Never' } } },
      });
      jobs.push(name);
    }
    if (random() < 0.3) await client.get(`${JOBS}/billing/jobs`);
  };
  const gitops = async () => {
    const { client } = pod('tools/gitops');
    const [namespace, name] = pick([
      ['media', 'gallery'],
      ['media', 'uploads'],
      ['billing', 'ledger'],
      ['billing', 'invoices'],
    ]);
    await client.get(`${APPS}/${namespace}/deployments/${name}`);
    const container = { name: 'app', image: `registry.example.org/${name}:${(serial += 1)}` };
    await client.ask('PATCH', `${APPS}/${namespace}/deployments/${name}`, {
      spec: { template: { spec: { containers: [container] } } },
    });
    if (random() < 0.3) await client.get(`${API}/${namespace}/secrets/registry`);
    if (random() < 0.3) {
      await client.post(`${API}/${namespace}/configmaps`, {
        metadata: { name: `${name}-build` },
        data: { 'entry.sh': ENTRY },
      });
      await client.merge(`${API}/${namespace}/configmaps/${name}-build`, {
        data: { revision: String(serial), 'entry.sh': ENTRY },
      });
    }
  };
  const chart = async () => {
    const { client } = pod('tools/chart-runner');
    const namespace = pick(['media', 'billing', 'ops']);
    const release = `sh.helm.release.v1.${pick(['cache', 'gateway'])}.v${(serial += 1)}`;
    await client.get(`${API}/${namespace}/secrets?labelSelector=owner%3Dhelm`);
    await client.post(`${API}/${namespace}/secrets`, {
      metadata: { name: release },
      stringData: { release: 'x'.repeat(200) },
    });
    await client.get(`${API}/${namespace}/serviceaccounts`);
    await client.merge(`${API}/${namespace}/secrets/${release}`, { metadata: { labels: { status: 'deployed' } } });
    if (random() < 0.4) {
      const binding = {
        metadata: { name: `cache-view-${serial}` },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' },
        subjects: [{ kind: 'ServiceAccount', name: 'metrics', namespace: 'ops' }],
      };
      await client.post(`${RBAC}/namespaces/${namespace}/rolebindings`, binding);
      if (random() < 0.6) await client.delete(`${RBAC}/namespaces/${namespace}/rolebindings/cache-view-${serial}`);
    }
    if (random() < 0.3) {
      const binding = {
        metadata: { name: `cache-metrics-${serial}` },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'metrics-reader' },
        subjects: [{ kind: 'ServiceAccount', name: 'metrics', namespace: 'ops' }],
      };
      await client.post(`${RBAC}/clusterrolebindings`, binding);
    }
    if (random() < 0.3) await client.post(`${APPS}/ops/daemonsets`, collector(serial));
    if (random() < 0.4) await client.delete(`${API}/${namespace}/secrets/${release}`);
  };
  const sweeper = async () => {
    const { client } = pod('ops/sweeper');
    await client.get(`${JOBS}/billing/jobs`);
    for (const name of jobs.splice(0, 1 + Math.floor(random() * 2)))
      await client.delete(`${JOBS}/billing/jobs/${name}?propagationPolicy=Background`);
  };
  const admin = async () => {
    const target = pod(pick(['media/thumbnailer', 'billing/ledger']));
    const looks = [
      () =>
        ines.get(
          `${API}/${pick(['media', 'billing', 'tools', 'ops', 'staging'])}/${pick(['pods', 'configmaps', 'services', 'events'])}`,
        ),
      () =>
        ines.get(`${APPS}/${pick(['media', 'billing', 'ops'])}/${pick(['deployments', 'daemonsets', 'replicasets'])}`),
      () => ines.get('/api/v1/nodes'),
      () => ines.get('/api/v1/secrets'),
      () => ines.get(`${RBAC}/clusterrolebindings`),
      () => ines.exec(target.namespace, target.name, 'sh'),
      () =>
        ines.post('/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', {
          spec: { resourceAttributes: { verb: 'list', resource: 'pods' } },
        }),
      () => ines.post(`${API}/ops/serviceaccounts/metrics/token`, { spec: { audiences: null } }),
      () =>
        ines.merge(`/api/v1/nodes/node-${1 + Math.floor(random() * 3)}`, { spec: { unschedulable: random() < 0.5 } }),
      () => ines.get('/apis'),
    ];
    await pick(looks)();
    if (random() < 0.5) await pick(looks)();
  };
  const developer = async () => {
    await tom.get(`${API}/media/${pick(['pods', 'configmaps', 'services'])}`);
    if (random() < 0.3) await tom.get(`${API}/media/pods/${pod('media/thumbnailer').name}`);
    if (random() < 0.15) await tom.get(`${API}/media/secrets/session-key`);
  };
  const node = async () => {
    const n = Math.floor(random() * 3);
    await cluster.nodes[n].get(`/api/v1/pods?fieldSelector=spec.nodeName%3Dnode-${n + 1}`);
    await cluster.nodes[n].get(`/api/v1/nodes/node-${n + 1}`);
  };
  const outside = async () => {
    await probe.get(pick(['/healthz', '/version', '/readyz', '/healthz']));
    if (random() < 0.05) await probe.get('/');
  };
  return [
    [8, thumbnailer],
    [5, ledger],
    [3, gitops],
    [1.5, chart],
    [2, sweeper],
    [2, admin],
    [2, developer],
    [4, node],
    [1.5, outside],
    [0.5, () => cluster.replacePod(pick(['media/thumbnailer', 'billing/ledger', 'tools/gitops']))],
    [0.3, () => cluster.rotate(pod(pick(['media/thumbnailer', 'billing/ledger'])))],
  ];
}

/** Plays turns until the time is over, with short pauses between them. */
export async function playDay(cluster, { seed, day, durationMs }) {
  const random = randomOf(seed);
  const tasks = tasksOf(cluster, random, day);
  const whole = tasks.reduce((sum, [weight]) => sum + weight, 0);
  for (const end = Date.now() + durationMs; Date.now() < end;) {
    let left = random() * whole;
    const [, task] = tasks.find(([weight]) => (left -= weight) < 0) ?? tasks[0];
    await task();
    await new Promise((resolve) => setTimeout(resolve, random() * 400));
  }
}

function collector(serial) {
  const name = `log-shipper-${serial}`;
  const template = {
    containers: [
      {
        name: 'app',
        image: 'registry.example.org/log-shipper:2',
        volumeMounts: [{ name: 'logs', mountPath: '/logs' }],
      },
    ],
    volumes: [{ name: 'logs', hostPath: { path: '/var/log/pods' } }],
  };
  const { metadata, spec } = deployment(name, template);
  return { metadata, spec: { selector: spec.selector, template: spec.template } };
}

/** What a cautious team does now and then, and never on the days that were learned: no attack, though it looks like one. */
export async function hardNegatives(cluster) {
  const ines = cluster.person('ines', '127.0.50.10');
  const [chartRunner] = cluster.pods.get('tools/chart-runner');
  const [gitops] = cluster.pods.get('tools/gitops');
  const [sweeper] = cluster.pods.get('ops/sweeper');
  const { client } = chartRunner;
  // helm upgrade of a release that brings its own role, binding, hook job and a ConfigMap with a script.
  await client.get(`${API}/billing/secrets?labelSelector=owner%3Dhelm`);
  await client.post(`${API}/billing/secrets`, {
    metadata: { name: 'sh.helm.release.v1.queue.v2' },
    stringData: { release: 'x' },
  });
  await client.post(`${RBAC}/namespaces/billing/roles`, {
    metadata: { name: 'queue' },
    rules: [{ apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'list'] }],
  });
  await client.post(`${RBAC}/namespaces/billing/rolebindings`, {
    metadata: { name: 'queue' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'queue' },
    subjects: [{ kind: 'ServiceAccount', name: 'ledger', namespace: 'billing' }],
  });
  await client.post(`${API}/billing/configmaps`, {
    metadata: { name: 'queue-scripts' },
    data: { 'migrate.sh': MIGRATION },
  });
  await client.post(`${APPS}/billing/deployments`, deployment('queue'));
  await client.post(`${APPS}/ops/daemonsets`, collector(9_001));
  // Secret rotation.
  for (const name of ['session-key', 'backup-key']) {
    const namespace = name === 'session-key' ? 'media' : 'ops';
    await ines.get(`${API}/${namespace}/secrets/${name}`);
    await ines.merge(`${API}/${namespace}/secrets/${name}`, { stringData: { password: 'not-a-secret-either' } });
  }
  // An admin looks into a pod, and restarts a deployment.
  const [target] = cluster.pods.get('billing/ledger');
  await ines.exec('billing', target.name, 'sh');
  await ines.exec('billing', target.name, 'ls', '/var/lib/ledger');
  await ines.merge(`${APPS}/media/deployments/gallery`, {
    spec: { template: { metadata: { annotations: { restartedAt: 'now' } } } },
  });
  // A deployment whose ConfigMap holds its start script, again.
  await gitops.client.merge(`${API}/media/configmaps/gallery-build`, { data: { 'entry.sh': `${ENTRY}# v2\n` } });
  // A load spike of an account that always asks the same, and the sweeper after a busy night.
  const [thumbnailer] = cluster.pods.get('media/thumbnailer');
  for (let n = 0; n < 80; n++) await thumbnailer.client.get(`${API}/media/configmaps/thumb-config`);
  for (let n = 0; n < 6; n++)
    await sweeper.client.delete(`${JOBS}/billing/jobs/statement-${n}?propagationPolicy=Background`);
}
