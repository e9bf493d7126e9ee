import type { K8sPodPowers, K8sScript } from '@plimsoll/contracts';

import { at, list, record, text } from './json-value.js';
import { containerScripts } from './script-features.js';

/** Capabilities with which a container can leave its bounds, or read and alter what is not its own. */
const STRONG_CAPABILITIES = new Set(
  'all sys_admin sys_ptrace sys_module sys_rawio dac_read_search dac_override net_admin net_raw bpf perfmon syslog mknod'.split(
    ' ',
  ),
);
const MAX_CONTAINERS = 64;
const MAX_VOLUMES = 128;
const MAX_POWERS = 48;

/** What a written pod or template tells: powers, scripts, and who decided on it. */
export interface PodFacts {
  readonly powers: K8sPodPowers;
  readonly scripts: readonly K8sScript[];
}

/**
 * The powers in the body of a write to a pod or to a workload that makes pods: the whole object, a merge patch of it,
 * or a JSON patch (a list of steps). Undefined where the body says nothing about any pod.
 */
export function podFacts(body: unknown): PodFacts | undefined {
  const specs = Array.isArray(body) ? patchedSpecs(list(body)) : podSpecs(body);
  if (specs.length === 0) return undefined;
  const powers = new Set<string>();
  const images = new Set<string>();
  const scripts: K8sScript[] = [];
  let serviceAccount: string | undefined;
  for (const spec of specs) {
    const containers = containersOf(spec);
    specPowers(spec, powers);
    for (const container of containers) containerPowers(container, powers);
    for (const container of containers) {
      const image = text(at(container, 'image'), 512);
      if (image !== undefined && images.size < 16) images.add(repositoryOf(image));
    }
    scripts.push(...containerScripts(containers));
    serviceAccount ??= text(at(spec, 'serviceAccountName'), 256) ?? text(at(spec, 'serviceAccount'), 256);
  }
  const account = serviceAccount === undefined ? {} : { serviceAccount };
  return {
    powers: { powers: [...powers].sort().slice(0, MAX_POWERS), owned: isOwned(body), images: [...images], ...account },
    scripts: scripts.slice(0, 8),
  };
}

/** Where pod specs lie: in the object itself, in its template, in a CronJob's template of a template. */
function podSpecs(body: unknown): unknown[] {
  const candidates = [
    at(body, 'spec', 'template', 'spec'),
    at(body, 'spec', 'jobTemplate', 'spec', 'template', 'spec'),
    at(body, 'template', 'spec'),
    at(body, 'spec'),
  ];
  return candidates.filter((spec) => record(spec) !== undefined && looksLikePodSpec(spec)).slice(0, 1);
}

function looksLikePodSpec(spec: unknown): boolean {
  return [
    'containers',
    'initContainers',
    'ephemeralContainers',
    'volumes',
    'hostNetwork',
    'hostPID',
    'hostIPC',
    'serviceAccountName',
    'securityContext',
  ].some((key) => at(spec, key) !== undefined);
}

/** A JSON patch as pieces of a spec: each step's value is put under the last names of its path. */
function patchedSpecs(steps: readonly unknown[]): unknown[] {
  const specs: unknown[] = [];
  for (const step of steps.slice(0, MAX_CONTAINERS)) {
    const path = text(at(step, 'path'), 1024);
    const value = at(step, 'value');
    if (path === undefined || value === undefined) continue;
    const piece = pieceOf(
      path.split('/').filter((name) => name !== ''),
      value,
    );
    if (piece !== undefined) specs.push(piece);
  }
  return specs;
}

function pieceOf(path: readonly string[], value: unknown): unknown {
  const last = path.at(-1);
  if (last === 'spec' || last === 'template') {
    const whole = podSpecs({ spec: value });
    return whole[0] ?? podSpecs(value)[0];
  }
  const index = path.findLastIndex((name) =>
    ['containers', 'initContainers', 'ephemeralContainers', 'volumes'].includes(name),
  );
  if (index === -1) return last === undefined ? undefined : { [last]: value };
  const within = path.slice(index + 1).filter((name) => !/^(?:\d+|-)$/.test(name));
  const entry = within.reduceRight<unknown>((inner, name) => ({ [name]: inner }), value);
  return { [path[index]!]: Array.isArray(entry) ? entry : [entry] };
}

function containersOf(spec: unknown): unknown[] {
  return ['containers', 'initContainers', 'ephemeralContainers']
    .flatMap((key) => list(at(spec, key)))
    .slice(0, MAX_CONTAINERS);
}

function specPowers(spec: unknown, powers: Set<string>): void {
  if (at(spec, 'hostNetwork') === true) powers.add('host-network');
  if (at(spec, 'hostPID') === true) powers.add('host-pid');
  if (at(spec, 'hostIPC') === true) powers.add('host-ipc');
  if (list(at(spec, 'ephemeralContainers')).length > 0) powers.add('ephemeral-container');
  if (at(spec, 'securityContext', 'runAsUser') === 0) powers.add('run-as-root');
  for (const volume of list(at(spec, 'volumes')).slice(0, MAX_VOLUMES)) {
    const path = at(volume, 'hostPath', 'path');
    if (typeof path === 'string') powers.add(hostPathPower(path));
    for (const source of list(at(volume, 'projected', 'sources')).slice(0, 16)) {
      const audience = at(source, 'serviceAccountToken', 'audience');
      if (typeof audience === 'string') powers.add('token-for-audience');
    }
  }
  for (const toleration of list(at(spec, 'tolerations')).slice(0, MAX_VOLUMES)) {
    const key = at(toleration, 'key');
    if (typeof key === 'string' && /control-plane|master/.test(key)) powers.add('control-plane-toleration');
  }
}

function containerPowers(container: unknown, powers: Set<string>): void {
  const context = at(container, 'securityContext');
  if (at(context, 'privileged') === true) powers.add('privileged');
  if (at(context, 'runAsUser') === 0) powers.add('run-as-root');
  if (at(context, 'procMount') === 'Unmasked') powers.add('unmasked-proc');
  const profile = at(context, 'seccompProfile', 'type');
  if (profile === 'Unconfined') powers.add('seccomp-off');
  for (const added of list(at(context, 'capabilities', 'add')).slice(0, MAX_CONTAINERS)) {
    if (typeof added !== 'string') continue;
    const name = added.toLowerCase().replace(/^cap_/, '').slice(0, 32);
    powers.add(STRONG_CAPABILITIES.has(name) ? `capability-${name}` : 'capability-other');
  }
}

/** Which part of the host a path opens. `sensitive` parts give the node or its credentials; `logs` and the rest do not. */
function hostPathPower(path: string): string {
  const clean = path.slice(0, 512).replace(/\/+/g, '/').replace(/\/$/, '');
  if (clean === '' || clean === '/') return 'host-path-root';
  if (/\/(?:docker|containerd|crio|cri-dockerd)\.sock$|^\/var\/run$|^\/run$|^\/run\/containerd/.test(clean))
    return 'host-path-runtime';
  if (/^\/(?:etc|root|home|proc|dev|boot)(?:\/|$)|^\/var\/lib\/(?:kubelet|etcd|docker|containerd)|\/\.\./.test(clean)) {
    return 'host-path-sensitive';
  }
  return 'host-path';
}

/** An image without its tag and digest: what is new is a repository, a version is everyday. */
function repositoryOf(image: string): string {
  const undigested = image.split('@')[0] ?? image;
  const colon = undigested.lastIndexOf(':');
  return colon > undigested.lastIndexOf('/') ? undigested.slice(0, colon) : undigested;
}

function isOwned(body: unknown): boolean {
  return list(at(body, 'metadata', 'ownerReferences')).some((owner) => at(owner, 'controller') === true);
}
