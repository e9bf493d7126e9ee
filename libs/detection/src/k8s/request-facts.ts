import { identity, type K8sAuditEvent, type K8sControl, type K8sGrant } from '@plimsoll/contracts';

import { homeNamespace, identityClass, namePattern } from './names.js';
import { isNobody, riskOf, succeeded, type RequestRisk } from './request-kind.js';

export type FactGroup = 'grant' | 'pod' | 'script' | 'control' | 'kubelet' | 'token' | 'mint' | 'answer';

/** The facts of one group in one request; a group with no fact in it still counts as a request of that group. */
export interface FactsOfGroup {
  readonly group: FactGroup;
  readonly facts: readonly string[];
}

/** Groups that stand for everybody, or for everybody who has a credential. */
const EVERYONE = new Set([
  'group:system:authenticated',
  'group:system:unauthenticated',
  'group:system:serviceaccounts',
  'system:anonymous',
]);

/** The object that is written, by pattern: what it held before is what the same object may hold again. */
export function objectKey(event: K8sAuditEvent): string {
  const { resource } = event;
  if (resource === undefined) return '';
  return `${resource.group}/${resource.name} ${namePattern(resource.namespace ?? '-')}/${namePattern(resource.object ?? '-')}`;
}

/**
 * Among which requests the facts of a group are counted. Tokens of the cluster's own namespace are of another kind
 * (controllers' tokens belong to no pod) than those of everybody else; that people mint tokens says nothing of pods,
 * nor certificate requests of webhooks.
 */
export function populationOf(event: K8sAuditEvent, group: FactGroup): string {
  if (group === 'control') return `control of ${event.resource?.name ?? ''}`;
  if (group === 'mint') return `mint by ${identityClass(event)}`;
  return group === 'token' && homeNamespace(event.user.name) === 'kube-system' ? 'token of the system' : group;
}

/** What no request tells by itself. */
export interface Beyond {
  /** What a role permits whose content the log showed earlier; undefined where it never did. */
  readonly rolePowers: (role: string) => readonly string[] | undefined;
  /** What the object held in learning: facts, and digests of what is compared for equality. */
  readonly held: ReadonlySet<string> | undefined;
  /** The token was used from another address before (`token-networks.ts`). */
  readonly moved: boolean;
}

/** What the request holds that is dangerous by itself, by groups. */
export function requestFacts(event: K8sAuditEvent, { rolePowers, held, moved }: Beyond): FactsOfGroup[] {
  const groups: FactsOfGroup[] = [];
  if (event.grant !== undefined) groups.push({ group: 'grant', facts: grantFacts(event, event.grant, rolePowers) });
  if (event.control !== undefined) groups.push({ group: 'control', facts: controlFacts(event.control, held) });
  if (event.kubelet !== undefined) {
    groups.push({ group: 'kubelet', facts: event.kubelet === 'other' ? [] : [`kubelet:${event.kubelet}`] });
  }
  if (event.podPowers !== undefined) {
    groups.push({ group: 'pod', facts: event.podPowers.powers.map((power) => `pod:${power}`) });
  }
  if (mayHoldScript(event)) {
    const kinds = (event.scripts ?? []).flatMap((script) =>
      script.where === 'lifecycle' ? [...script.kinds, 'lifecycle'] : script.kinds,
    );
    groups.push({ group: 'script', facts: [...new Set(kinds)].map((kind) => `script:${kind}`) });
  }
  groups.push({ group: 'token', facts: moved ? [...tokenFacts(event), 'token:two-addresses'] : tokenFacts(event) });
  if (asksForToken(event)) groups.push({ group: 'mint', facts: isOwnToken(event) ? [] : ['mint:for-another'] });
  groups.push({ group: 'answer', facts: answerFacts(event) });
  return groups;
}

/** A webhook that always left the cluster is nothing new, one that leaves it for elsewhere is. */
function controlFacts({ powers, targets }: K8sControl, held: ReadonlySet<string> | undefined): string[] {
  const facts = powers.map((power) => `control:${power}`);
  const called = [...(held ?? [])].some((one) => one.startsWith('target:'));
  const another = called && targets.some((target) => held?.has(`target:${target}`) !== true);
  return another ? [...facts, 'control:calls-another'] : facts;
}

/** What is compared for equality with what the same object held before: the grant as a whole, programs, whom it calls. */
export function digestsOf({ grant, scripts = [], control }: K8sAuditEvent): string[] {
  return [
    ...(grant === undefined ? [] : [grantDigest(grant)]),
    ...scripts.map(({ digest }) => `digest:${digest}`),
    ...(control?.targets ?? []).map((target) => `target:${target}`),
  ];
}

function grantDigest({ kind, role, subjects, powers }: K8sGrant): string {
  return `grant:${identity(kind, role ?? '', ...[...subjects].sort(), 'may', ...powers).slice(0, 16)}`;
}

/** The write put nothing into the object that was not there: it grants, runs and redirects nothing. */
export function changesNothing(event: K8sAuditEvent, held: ReadonlySet<string> | undefined): boolean {
  return event.unchanged === true || (event.grant !== undefined && held?.has(grantDigest(event.grant)) === true);
}

function grantFacts(
  event: K8sAuditEvent,
  grant: NonNullable<K8sAuditEvent['grant']>,
  rolePowers: (role: string) => readonly string[] | undefined,
): string[] {
  const powers = grant.powers.length > 0 || grant.role === undefined ? grant.powers : (rolePowers(grant.role) ?? []);
  const facts = powers.map((power) => `grant:${power}`);
  if (powers.length > 0 || !grant.cluster) {
    if (grant.subjects.includes(event.user.name)) facts.push('grant:to-oneself');
  }
  if (powers.length > 0 && grant.subjects.some((subject) => EVERYONE.has(subject))) facts.push('grant:to-everyone');
  return facts;
}

/** Whether the level of the event would have shown a program, had there been one. */
function mayHoldScript(event: K8sAuditEvent): boolean {
  if (event.scripts !== undefined || event.resource?.subresource === 'exec') return true;
  return event.podPowers !== undefined || (event.resource?.name === 'configmaps' && event.requestBytes !== undefined);
}

function tokenFacts(event: K8sAuditEvent): string[] {
  const facts: string[] = [];
  if (event.source.matchesPod === false) facts.push('token:not-its-pod');
  if (event.user.kind === 'service-account' && event.credential?.pod === undefined) facts.push('token:without-pod');
  if (event.impersonated !== undefined && event.impersonated !== event.user.name) facts.push('token:impersonation');
  return facts;
}

/** Kubelets ask for the tokens of their pods, the controller manager for its controllers': nobody else has to. */
function asksForToken(event: K8sAuditEvent): boolean {
  const { resource, user } = event;
  if (resource?.name !== 'serviceaccounts' || resource.subresource !== 'token') return false;
  return event.verb === 'create' && user.kind !== 'node' && user.kind !== 'control-plane';
}

function isOwnToken({ resource, user }: K8sAuditEvent): boolean {
  return user.name === `system:serviceaccount:${resource?.namespace ?? ''}:${resource?.object ?? ''}`;
}

/** Writes whose body says what they grant or run: too long to be logged, they are written unseen. */
const GRANTS_OR_RUNS: ReadonlySet<RequestRisk> = new Set(['rbac-write', 'workload-write', 'control-write']);

function answerFacts(event: K8sAuditEvent): string[] {
  const facts: string[] = [];
  if (event.secretsReturned === true) facts.push('answer:secrets-shown');
  if (event.bodyMismatch === true) facts.push('answer:body-mismatch');
  if (event.auditIdReused === true) facts.push('answer:audit-id-reused');
  if (event.truncated === true && GRANTS_OR_RUNS.has(riskOf(event))) facts.push('answer:body-withheld');
  if (isNobody(event) && succeeded(event) && riskOf(event) !== 'public') facts.push('answer:anonymous-allowed');
  return facts;
}

/** A namespace as its relation to the asker: what an identity never seen is scored with. */
export function namespaceRelation(event: K8sAuditEvent): string {
  const namespace = event.resource?.namespace;
  if (namespace === undefined || namespace === '') return 'whole cluster';
  const home = homeNamespace(event.user.name);
  return home === undefined ? 'a namespace' : home === namespace ? 'its own namespace' : "another's namespace";
}
