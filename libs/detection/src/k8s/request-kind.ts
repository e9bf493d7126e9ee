import type { K8sAuditEvent } from '@plimsoll/contracts';

import { namePattern } from './names.js';

const CONNECTS = new Set(['exec', 'attach', 'portforward', 'proxy']);
const WORKLOADS = new Set(
  'pods deployments daemonsets statefulsets replicasets replicationcontrollers jobs cronjobs podtemplates'.split(' '),
);
const REVIEWS = /^self(?:subject|user)/;
const CONTROL = new Set(
  'mutatingwebhookconfigurations validatingwebhookconfigurations validatingadmissionpolicies apiservices certificatesigningrequests customresourcedefinitions flowschemas prioritylevelconfigurations'.split(
    ' ',
  ),
);
/** Paths that Kubernetes opens to anybody by its default roles. */
const PUBLIC_PATH = /^\/(?:healthz|livez|readyz|version)(?:\/|$)/;

/** Where every cluster keeps what it is run by. */
const SYSTEM_NAMESPACE = 'kube-system';

export type RequestRisk =
  | 'read'
  | 'review'
  | 'write'
  | 'delete'
  | 'workload-write'
  | 'secret-read'
  | 'secret-write'
  | 'rbac-read'
  | 'rbac-write'
  | 'control-write'
  | 'system-write'
  | 'connect'
  | 'mint'
  | 'public';

/**
 * What is asked, without the object: `patch apps/deployments`, `connect /pods/exec`, `get /metrics`. A watch is a list
 * that stays: informers do both, so they are one; exec and its kin come as get or create by the client's protocol.
 */
export function actionOf(event: K8sAuditEvent): string {
  const { resource } = event;
  if (resource === undefined) return `${event.verb} ${namePattern(event.path ?? '')}`;
  const sub = resource.subresource === undefined ? '' : `/${resource.subresource}`;
  const verb = CONNECTS.has(resource.subresource ?? '') ? 'connect' : event.verb === 'watch' ? 'list' : event.verb;
  const dry = event.dryRun ? ' (dry run)' : '';
  return `${verb} ${resource.group}/${resource.name}${sub}${dry}`;
}

/** What an intruder could gain by such a request: what a user of Kubernetes would fear, whoever asks. */
export function riskOf(event: K8sAuditEvent): RequestRisk {
  const { resource, verb } = event;
  if (resource === undefined) return PUBLIC_PATH.test(event.path ?? '') ? 'public' : verb === 'get' ? 'read' : 'write';
  const reads = verb === 'get' || verb === 'list' || verb === 'watch';
  const { name, subresource = '', group } = resource;
  if (CONNECTS.has(subresource) || subresource === 'ephemeralcontainers') return 'connect';
  if (name === 'serviceaccounts' && subresource === 'token') return 'mint';
  if (name === 'certificatesigningrequests' && subresource === 'approval') return 'mint';
  if (name === 'secrets') return reads ? 'secret-read' : 'secret-write';
  const deletes = verb === 'delete' || verb === 'deletecollection';
  // To take a role away permits nothing to anybody.
  if (group === 'rbac.authorization.k8s.io' && !deletes) return reads ? 'rbac-read' : 'rbac-write';
  if (REVIEWS.test(name)) return 'review';
  if (reads) return 'read';
  if (event.dryRun) return 'write';
  if (deletes) return 'delete';
  if (CONTROL.has(name)) return 'control-write';
  if (resource.namespace === SYSTEM_NAMESPACE && name !== 'leases') return 'system-write';
  return WORKLOADS.has(name) && subresource === '' ? 'workload-write' : 'write';
}

/**
 * The answer as far as it tells about the asker. What is absent, in conflict or failed tells about the cluster: names
 * are learned by themselves, and every controller meets both.
 */
export type Outcome = 'answered' | 'denied' | 'unauthenticated';

export function outcomeOf(event: K8sAuditEvent): Outcome {
  if (event.status === 401) return 'unauthenticated';
  return event.status === 403 ? 'denied' : 'answered';
}

export function isNobody(event: K8sAuditEvent): boolean {
  return event.user.kind === 'anonymous' || event.user.kind === 'unauthenticated';
}

/** Whether the request did what it asked. A status of 0 was not logged: then it is taken to have. */
export function succeeded(event: K8sAuditEvent): boolean {
  return event.status < 400;
}

/**
 * How many nats of surprise such a request must bring before it counts: minus the logarithm of how often an intruder's
 * requests are of this kind, roughly. Reading what is public tells little however new it is; a first secret, exec or
 * token tells much. Chosen from what the requests can do, before any score was seen.
 */
export const COST_NATS: Readonly<Record<RequestRisk, number>> = {
  public: 12,
  read: 9,
  review: 6,
  'rbac-read': 6,
  write: 6,
  delete: 5,
  'workload-write': 5,
  'secret-write': 5,
  'secret-read': 4,
  'rbac-write': 4,
  'control-write': 4,
  'system-write': 3,
  connect: 3,
  mint: 2,
};
/** A refusal is dearer to honest clients than to intruders, who find out what they may by asking. */
export const COST_DENIED_NATS = 5;
/** What is worth stealing a credential for, asked from a network where its owner never was (`user-networks.ts`). */
export const COST_ELSEWHERE_NATS = 1;
/** Requests of nobody in particular. */
export const COST_ANONYMOUS_NATS = 3;
