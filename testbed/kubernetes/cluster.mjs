/** The cluster that the recordings are made in: namespaces, accounts, roles, nodes, and pods with true bound tokens. */
import { setTimeout } from 'node:timers';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { join } from 'node:path';

import { ApiClient } from './api-client.mjs';

export const NAMESPACES = ['media', 'billing', 'tools', 'ops', 'staging'];
const RBAC = '/apis/rbac.authorization.k8s.io/v1';

const rule = (apiGroups, resources, verbs) => ({ apiGroups, resources, verbs });
const ROLES = {
  'media/thumbnailer': [
    rule([''], ['configmaps', 'pods', 'services'], ['get', 'list']),
    rule([''], ['configmaps'], ['patch']),
    rule(['coordination.k8s.io'], ['leases'], ['get', 'create', 'update']),
  ],
  'billing/ledger': [
    rule([''], ['configmaps', 'secrets'], ['get']),
    rule(['batch'], ['jobs'], ['create', 'get', 'list']),
  ],
  'billing/gitops': [
    rule(['apps'], ['deployments'], ['get', 'list', 'patch']),
    rule([''], ['configmaps'], ['get', 'create', 'patch', 'delete']),
  ],
  'media/gitops': [
    rule(['apps'], ['deployments'], ['get', 'list', 'patch', 'delete']),
    rule([''], ['configmaps', 'pods', 'services'], ['get', 'list', 'create', 'patch', 'delete']),
  ],
  'billing/sweeper': [rule(['batch'], ['jobs'], ['list', 'delete'])],
};
const CLUSTER_ROLES = {
  'chart-runner': [
    rule([''], ['secrets', 'services', 'serviceaccounts', 'configmaps'], ['get', 'list', 'create', 'patch', 'delete']),
    rule([''], ['pods'], ['create', 'get', 'list', 'delete']),
    rule([''], ['pods/exec'], ['create']),
    rule([''], ['serviceaccounts/token'], ['create']),
    rule(['apps'], ['deployments', 'daemonsets'], ['get', 'create', 'patch', 'delete']),
    rule(
      ['rbac.authorization.k8s.io'],
      ['roles', 'rolebindings', 'clusterroles', 'clusterrolebindings'],
      ['get', 'create', 'patch', 'delete', 'bind', 'escalate'],
    ),
  ],
  'metrics-reader': [rule([''], ['nodes', 'pods', 'services'], ['get', 'list', 'watch'])],
};
const BINDINGS = {
  'media/thumbnailer': ['Role', 'thumbnailer', 'media', 'thumbnailer'],
  'billing/ledger': ['Role', 'ledger', 'billing', 'ledger'],
  'billing/gitops': ['Role', 'gitops', 'tools', 'gitops'],
  'media/gitops': ['Role', 'gitops', 'tools', 'gitops'],
  'billing/sweeper': ['Role', 'sweeper', 'ops', 'sweeper'],
};

/** A certificate of the cluster's own authority, as `cert` of the local tool makes them. */
function certificate(pki, name, subject) {
  const file = (end) => join(pki, `${name}.${end}`);
  const run = (...args) => execFileSync('openssl', args, { stdio: 'ignore' });
  run('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', file('key'));
  run('req', '-new', '-key', file('key'), '-subj', subject, '-out', file('csr'));
  writeFileSync(file('ext'), 'keyUsage=critical,digitalSignature\nextendedKeyUsage=clientAuth\n');
  const ca = ['-CA', join(pki, 'ca.crt'), '-CAkey', join(pki, 'ca.key'), '-CAcreateserial'];
  run('x509', '-req', '-in', file('csr'), ...ca, '-days', '2', '-extfile', file('ext'), '-out', file('crt'));
}

/** A kubelet that accepts every exec and closes it: the API server then logs what it logs for a real one. */
function startKubelet(pki) {
  const server = createServer({
    key: readFileSync(join(pki, 'apiserver.key')),
    cert: readFileSync(join(pki, 'apiserver.crt')),
  });
  server.on('request', (_, response) => response.writeHead(404).end());
  server.on('upgrade', (request, socket) => {
    socket.on('error', () => socket.destroy());
    socket.end(
      `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: ${request.headers.upgrade}\r\n\r\n`,
    );
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

export class Cluster {
  #serial = 0;

  constructor({ port, pki }) {
    this.access = { port, pki };
    this.admin = new ApiClient({ ...this.access, cert: 'admin', agent: 'kubectl/v1.34.4' });
    this.pods = new Map();
  }

  async build() {
    const { pki } = this.access;
    certificate(pki, 'ines', '/O=site-reliability/CN=ines@example.org');
    certificate(pki, 'tom', '/O=media-team/CN=tom@example.org');
    this.kubelet = await startKubelet(pki);
    const must = async (answer, what) => {
      const { status, body } = await answer;
      if (status >= 300) throw new Error(`${what}: ${status} ${JSON.stringify(body).slice(0, 300)}`);
      return body;
    };
    for (const name of NAMESPACES) await must(this.admin.post('/api/v1/namespaces', { metadata: { name } }), name);
    for (const n of [1, 2, 3]) {
      const name = `node-${n}`;
      await must(this.admin.post('/api/v1/nodes', { metadata: { name } }), name);
      const status = {
        addresses: [{ type: 'InternalIP', address: '127.0.0.1' }],
        daemonEndpoints: { kubeletEndpoint: { Port: this.kubelet.address().port } },
      };
      await must(this.admin.merge(`/api/v1/nodes/${name}/status`, { status }), `${name} status`);
    }
    for (const account of [
      'media/thumbnailer',
      'billing/ledger',
      'tools/gitops',
      'tools/chart-runner',
      'ops/sweeper',
      'ops/breakglass',
      'ops/metrics',
    ]) {
      const [namespace, name] = account.split('/');
      await must(this.admin.post(`/api/v1/namespaces/${namespace}/serviceaccounts`, { metadata: { name } }), account);
    }
    const apiGroup = 'rbac.authorization.k8s.io';
    for (const [role, rules] of Object.entries(ROLES)) {
      const [namespace, name] = role.split('/');
      await must(this.admin.post(`${RBAC}/namespaces/${namespace}/roles`, { metadata: { name }, rules }), role);
    }
    for (const [name, rules] of Object.entries(CLUSTER_ROLES))
      await must(this.admin.post(`${RBAC}/clusterroles`, { metadata: { name }, rules }), name);
    for (const [binding, [kind, role, home, account]] of Object.entries(BINDINGS)) {
      const [namespace, name] = binding.split('/');
      const subjects = [{ kind: 'ServiceAccount', name: account, namespace: home }];
      await must(
        this.admin.post(`${RBAC}/namespaces/${namespace}/rolebindings`, {
          metadata: { name },
          roleRef: { apiGroup, kind, name: role },
          subjects,
        }),
        binding,
      );
    }
    const clusterWide = [
      ['chart-runner', 'chart-runner', { kind: 'ServiceAccount', name: 'chart-runner', namespace: 'tools' }],
      ['site-reliability', 'cluster-admin', { apiGroup, kind: 'Group', name: 'site-reliability' }],
      ['breakglass', 'cluster-admin', { kind: 'ServiceAccount', name: 'breakglass', namespace: 'ops' }],
    ];
    for (const [name, role, subject] of clusterWide) {
      await must(
        this.admin.post(`${RBAC}/clusterrolebindings`, {
          metadata: { name },
          roleRef: { apiGroup, kind: 'ClusterRole', name: role },
          subjects: [subject],
        }),
        name,
      );
    }
    const team = {
      metadata: { name: 'media-team' },
      roleRef: { apiGroup, kind: 'ClusterRole', name: 'view' },
      subjects: [{ apiGroup, kind: 'Group', name: 'media-team' }],
    };
    await must(this.admin.post(`${RBAC}/namespaces/media/rolebindings`, team), 'media-team');
    for (const [namespace, name] of [
      ['media', 'thumb-config'],
      ['billing', 'ledger-config'],
      ['media', 'web-config'],
    ]) {
      await must(
        this.admin.post(`/api/v1/namespaces/${namespace}/configmaps`, { metadata: { name }, data: { level: 'info' } }),
        name,
      );
    }
    for (const [namespace, name] of [
      ['billing', 'ledger-db'],
      ['media', 'session-key'],
      ['ops', 'backup-key'],
    ]) {
      await must(
        this.admin.post(`/api/v1/namespaces/${namespace}/secrets`, {
          metadata: { name },
          stringData: { password: 'not-a-secret' },
        }),
        name,
      );
    }
    for (const [namespace, name] of [
      ['media', 'gallery'],
      ['media', 'thumbnailer'],
      ['media', 'uploads'],
      ['billing', 'ledger'],
      ['billing', 'invoices'],
    ]) {
      await must(this.admin.post(`/apis/apps/v1/namespaces/${namespace}/deployments`, deployment(name)), name);
    }
    this.nodes = [1, 2, 3].map(
      (n) => new ApiClient({ ...this.access, cert: `node-${n}`, address: `127.0.30.${n}`, agent: 'kubelet/v1.34.4' }),
    );
    for (const account of [
      'media/thumbnailer',
      'media/thumbnailer',
      'media/thumbnailer',
      'billing/ledger',
      'billing/ledger',
      'tools/gitops',
      'tools/chart-runner',
      'ops/sweeper',
    ]) {
      await this.startPod(account);
    }
  }

  /** A pod of the account on the next node, as its kubelet would bring it up: token, then address in its status. */
  async startPod(account) {
    const [namespace, serviceAccountName] = account.split('/');
    const serial = (this.#serial += 1);
    const node = (serial % 3) + 1;
    const name = `${serviceAccountName}-6d5f9c7b8-${suffix(serial)}`;
    const spec = {
      serviceAccountName,
      nodeName: `node-${node}`,
      containers: [{ name: 'app', image: `registry.example.org/${serviceAccountName}:1.4` }],
    };
    const made = await this.admin.post(`/api/v1/namespaces/${namespace}/pods`, { metadata: { name }, spec });
    if (made.status !== 201) throw new Error(`pod ${name}: ${made.status} ${JSON.stringify(made.body).slice(0, 200)}`);
    const address = `127.7.${node}.${10 + serial}`;
    const pod = { account, namespace, name, uid: made.body.metadata.uid, node, address };
    pod.client = await this.#tokenOf(pod);
    const status = { phase: 'Running', podIP: address, podIPs: [{ ip: address }], hostIP: `127.0.30.${node}` };
    await this.nodes[node - 1].merge(`/api/v1/namespaces/${namespace}/pods/${name}/status`, {
      metadata: { uid: pod.uid },
      status,
    });
    this.pods.set(account, [...(this.pods.get(account) ?? []), pod]);
    return pod;
  }

  /** The pod's token is replaced, as kubelets do before it ends. */
  async rotate(pod) {
    pod.client = await this.#tokenOf(pod);
  }

  /** Removes the oldest pod of the account and starts another. */
  async replacePod(account) {
    const pods = this.pods.get(account);
    const [oldest, ...rest] = pods;
    this.pods.set(account, rest);
    await this.nodes[oldest.node - 1].ask('DELETE', `/api/v1/namespaces/${oldest.namespace}/pods/${oldest.name}`, {
      kind: 'DeleteOptions',
      apiVersion: 'v1',
      gracePeriodSeconds: 0,
      preconditions: { uid: oldest.uid },
    });
    return this.startPod(account);
  }

  async #tokenOf(pod) {
    const [namespace, account] = pod.account.split('/');
    const boundObjectRef = { kind: 'Pod', apiVersion: 'v1', name: pod.name, uid: pod.uid };
    const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${account}/token`;
    const kubelet = this.nodes[pod.node - 1];
    let answer = await kubelet.post(path, { spec: { audiences: null, boundObjectRef } });
    // The node authorizer learns of a pod a moment after it was made: a kubelet asks again, and so does this one.
    for (let attempt = 0; answer.status === 403 && attempt < 20; attempt++) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      answer = await kubelet.post(path, { spec: { audiences: null, boundObjectRef } });
    }
    if (answer.status !== 201)
      throw new Error(`token of ${pod.name}: ${answer.status} ${JSON.stringify(answer.body).slice(0, 200)}`);
    pod.token = answer.body.status.token;
    return this.as(pod.token, pod.address, `${account}/1.4`);
  }

  /** A client that holds a token, from any loopback address. */
  as(token, address, agent) {
    return new ApiClient({ ...this.access, token, address, agent });
  }

  person(cert, address) {
    return new ApiClient({ ...this.access, cert, address, agent: 'kubectl/v1.34.4' });
  }

  nobody(address, agent = 'curl/8.5.0') {
    return new ApiClient({ ...this.access, address, agent });
  }

  close() {
    this.kubelet?.close();
  }
}

export function deployment(name, template = {}) {
  const labels = { app: name };
  const spec = { containers: [{ name: 'app', image: `registry.example.org/${name}:1` }], ...template };
  return {
    metadata: { name, labels },
    spec: { replicas: 1, selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
  };
}

/** Five characters as Kubernetes generates them, from a number. */
function suffix(serial) {
  const letters = 'bcdfghjklmnpqrstvwxz2456789';
  let left = serial * 7_919 + 104_729;
  return Array.from({ length: 5 }, () => {
    const letter = letters[left % letters.length];
    left = Math.floor(left / 3) + 31;
    return letter;
  }).join('');
}
