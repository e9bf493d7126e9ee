import { z } from 'zod';

import { LogEventBase } from './log-event-base.js';

/** How much the audit policy let the event say. What needs a body is unknown, not absent, at `Metadata`. */
export const K8sAuditLevel = z.enum(['Metadata', 'Request', 'RequestResponse']);
export type K8sAuditLevel = z.infer<typeof K8sAuditLevel>;

/** Whose request it is, by the form of the name and the groups that the API server vouches for. */
export const K8sIdentityKind = z.enum([
  'service-account',
  'node',
  'control-plane',
  'user',
  'anonymous',
  'unauthenticated',
]);
export type K8sIdentityKind = z.infer<typeof K8sIdentityKind>;

const Name = z.string().max(512);
const Word = z.string().max(64);
const Words = z.array(Word).max(48);

/** What authenticated the request: a token with what it is bound to, or a certificate. Never the credential itself. */
export const K8sCredential = z.object({
  /** `JTI=…` of a token, `X509SHA256=…` of a certificate; absent for tokens that have no id. */
  id: z.string().max(256).optional(),
  pod: Name.optional(),
  podUid: z.string().max(64).optional(),
  node: Name.optional(),
});
export type K8sCredential = z.infer<typeof K8sCredential>;

/** A role or binding that the request writes, scored by what it permits. */
export const K8sGrant = z.object({
  kind: z.enum(['role', 'binding']),
  /** Cluster-wide, or within one namespace. */
  cluster: z.boolean(),
  /** The role that is written or bound, `ClusterRole/edit`; absent in a patch of subjects alone. */
  role: Name.optional(),
  /** Who gains, as user names are written in audit events; groups as `group:NAME`. */
  subjects: z.array(Name).max(32),
  /** What the rules permit, in stable words (`grant-powers.ts`); empty for a binding to a role of unknown content. */
  powers: Words,
});
export type K8sGrant = z.infer<typeof K8sGrant>;

/** What a written pod, or a pod template within a workload, allows beyond the ordinary. */
export const K8sPodPowers = z.object({
  /** Stable words (`pod-powers.ts`): `privileged`, `host-path-root`, `capability-sys_admin`. */
  powers: Words,
  /** The pod names a controller as its owner: the template was another's decision. */
  owned: z.boolean(),
  serviceAccount: Name.optional(),
  images: z.array(Name).max(16),
});
export type K8sPodPowers = z.infer<typeof K8sPodPowers>;

/** Program-like content in values of a ConfigMap, in commands, or in lifecycle hooks; kinds only, never the text. */
export const K8sScript = z.object({
  where: z.enum(['data', 'command', 'lifecycle', 'exec']),
  /** Stable words (`script-features.ts`): `pipe-to-shell`, `download`, `reverse-shell`. */
  kinds: Words,
  /** Digest of the text, to compare for equality. */
  digest: z.string().max(32),
});
export type K8sScript = z.infer<typeof K8sScript>;

/** What a written webhook configuration, APIService, resource definition or certificate request lets happen. */
export const K8sControl = z.object({
  /** Stable words (`control-powers.ts`): `mutates-pods`, `calls-outside`, `asks-for-masters`. */
  powers: Words,
  /** Digests of the services and hosts that are called, to compare for equality. */
  targets: z.array(Word).max(16),
});
export type K8sControl = z.infer<typeof K8sControl>;

/**
 * One request to a Kubernetes API server, from its audit log (audit.k8s.io/v1), normalised: stages are merged, bodies
 * are replaced by what they permit, secrets and tokens are gone. `key` is the cluster and user, `container` the cluster.
 */
export const K8sAuditEvent = LogEventBase.extend({
  type: z.literal('k8s-audit'),
  auditId: z.string().max(128),
  stage: z.string().max(64),
  level: K8sAuditLevel,
  verb: z.string().max(64),
  user: z.object({
    name: Name,
    kind: K8sIdentityKind,
    groups: z.array(Name).max(32),
  }),
  /** The user as whom it was to be scored, where that is another. */
  impersonated: Name.optional(),
  credential: K8sCredential.optional(),
  source: z.object({
    /** The last entry of `sourceIPs`: the one that no client can forge. */
    address: z.string().max(64).optional(),
    /** Whether the pod that the token is bound to has this address, by what its kubelet reported; absent where unknown. */
    matchesPod: z.boolean().optional(),
  }),
  /** First product of the user agent: shown, never scored by; absent under `strict`. */
  userAgent: Word.optional(),
  resource: z
    .object({
      group: z.string().max(256),
      name: z.string().max(256),
      subresource: z.string().max(256).optional(),
      namespace: Name.optional(),
      object: Name.optional(),
    })
    .optional(),
  /** Path of a request that is for no resource, without its query; digested under `strict`. */
  path: z.string().max(256).optional(),
  /** The API server left the bodies out, being too long: what the request wrote is unknown. */
  truncated: z.boolean().optional(),
  /** Another request had this auditID before; whoever sends the header `Audit-ID` chooses it. */
  auditIdReused: z.boolean().optional(),
  /** What the object belongs to by its `ownerReferences`, where a body was logged: `deployments/web` in its namespace. */
  owners: z.array(Name).max(8).optional(),
  dryRun: z.boolean(),
  status: z.number().int().min(0).max(999),
  decision: z.enum(['allow', 'forbid']).optional(),
  /** The binding and role by which it was allowed, as the authorizer told. */
  allowedBy: z.object({ binding: Name, role: Name, subject: Name }).optional(),
  /** Id of the token that this request was answered with. */
  issuedCredential: z.string().max(256).optional(),
  requestBytes: z.number().int().nonnegative().optional(),
  responseBytes: z.number().int().nonnegative().optional(),
  /** Objects in the answer, where it is a list. */
  items: z.number().int().nonnegative().optional(),
  /** The answer's body holds secret values. */
  secretsReturned: z.boolean().optional(),
  /** Name or namespace in the body differs from what the path says. */
  bodyMismatch: z.boolean().optional(),
  /** The write left the object as it was, by the times of its managed fields in the answer. */
  unchanged: z.boolean().optional(),
  /** What a request through a node's proxy asks of the kubelet: to run something, to tell what runs, or metrics and the like. */
  kubelet: z.enum(['runs', 'reads', 'other']).optional(),
  control: K8sControl.optional(),
  grant: K8sGrant.optional(),
  podPowers: K8sPodPowers.optional(),
  scripts: z.array(K8sScript).max(8).optional(),
});
export type K8sAuditEvent = z.infer<typeof K8sAuditEvent>;
