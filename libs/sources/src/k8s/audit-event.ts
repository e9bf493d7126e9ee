import { identity, parseIsoTime, type K8sAuditEvent, type K8sCredential, type K8sScript } from '@plimsoll/contracts';

import type { SourceContext } from '../source.js';

import { controlOf } from './control-powers.js';
import { grantOf } from './grant-powers.js';
import { isTruncated } from './audit-records.js';
import { kubeletCall } from './kubelet-call.js';
import { at, isDeep, list, record, text, texts, type JsonRecord } from './json-value.js';
import type { PodAddresses } from './pod-addresses.js';
import { podFacts } from './pod-powers.js';
import { configMapScripts, execScripts } from './script-features.js';

const EXTRA = 'authentication.kubernetes.io/';
const POD_MAKERS = new Set(
  'pods deployments daemonsets statefulsets replicasets replicationcontrollers jobs cronjobs podtemplates'.split(' '),
);
const WRITES = new Set(['create', 'update', 'patch']);
/** Paths that every API server has: they say nothing about who asked, so `strict` shows them as they are. */
const KNOWN_PATH =
  /^\/(?:api(?:\/v1)?|apis|openapi\/v[23]|healthz|livez|readyz|metrics|version|logs|debug\/pprof|swagger\.json)?\/?$/;
/** Names of users, groups, roles and images as clusters have them. */
const PLAIN_NAME = /^[\w.:@/-]{1,300}$/;
/** The form that Kubernetes asks of an object's name; RBAC names may hold a colon as well. */
const OBJECT_NAME = /^[a-z0-9](?:[-a-z0-9.:]{0,251}[a-z0-9])?$/;

/**
 * One audit event as the topic carries it. Undefined where `raw` is no audit event: no auditID, stage, verb or time.
 * Bodies are looked at here and nowhere later: the result holds what they permit, their sizes and digests, and no text
 * of theirs. `reused`: another request had its auditID before. Cost: one pass over the bodies; nothing is kept but the addresses that kubelets report.
 */
export function auditEvent(
  raw: JsonRecord,
  context: SourceContext,
  pods: PodAddresses,
  reused = false,
): K8sAuditEvent | undefined {
  const auditId = text(raw['auditID'], 128);
  const stage = text(raw['stage'], 64);
  const verb = text(raw['verb'], 64);
  const timeUs = timeOf(raw);
  if (auditId === undefined || stage === undefined || verb === undefined || timeUs === undefined) return undefined;

  const user = userOf(raw['user']);
  const credential = credentialOf(raw['user']);
  const resource = resourceOf(raw['objectRef']);
  const uri = text(raw['requestURI'], 4096) ?? '';
  const truncated = isTruncated(raw);
  const requestObject = raw['requestObject'];
  const responseObject = raw['responseObject'];
  const status = statusOf(raw['responseStatus']);
  const address = text(list(raw['sourceIPs']).at(-1), 64);
  if (resource?.name === 'pods' && resource.subresource === 'status' && status < 300 && user.kind === 'node') {
    pods.learn(requestObject, responseObject, { uid: text(at(raw, 'objectRef', 'uid'), 64) });
  }
  const matchesPod =
    credential?.podUid === undefined || address === undefined ? undefined : pods.matches(credential.podUid, address);

  const agent = context.privacy === 'strict' ? undefined : text(raw['userAgent'], 64)?.split(/[\s/(]/)[0];
  const named = resource?.object ?? text(at(requestObject, 'metadata', 'name'), 512);
  const object = named === undefined ? undefined : literal(named, OBJECT_NAME, context);
  return {
    application: context.application,
    workload: context.workload,
    container: context.container,
    schema: 1,
    id: `${auditId}/${stage}/${ownDigest(raw)}`,
    timeUs,
    stream: context.stream,
    key: keyOf(context.container, user.name),
    type: 'k8s-audit',
    auditId,
    stage,
    // Without its bodies an event says no more than the policy's `Metadata` does.
    level: truncated ? 'Metadata' : levelOf(raw['level']),
    verb,
    user,
    ...given('impersonated', acting(raw)),
    ...given('credential', credential),
    source: { ...given('address', address), ...given('matchesPod', matchesPod) },
    ...given('userAgent', agent),
    ...given('resource', resource === undefined ? undefined : { ...resource, ...given('object', object) }),
    ...given('path', resource === undefined ? pathOf(uri, context) : undefined),
    ...given('truncated', truncated ? true : undefined),
    ...given('auditIdReused', reused ? true : undefined),
    ...given('owners', ownersOf(requestObject, responseObject)),
    dryRun: /[?&]dryRun=/.test(uri),
    status,
    ...given('decision', decisionOf(at(raw, 'annotations', 'authorization.k8s.io/decision'))),
    ...given('allowedBy', allowedByOf(at(raw, 'annotations', 'authorization.k8s.io/reason'))),
    ...given('issuedCredential', text(at(raw, 'annotations', `${EXTRA}issued-credential-id`), 256)),
    ...bodyFacts(requestObject, responseObject, resource),
    ...given('unchanged', (verb === 'update' || verb === 'patch') && isUnchanged(raw) ? true : undefined),
    ...writtenFacts({ verb, uri, resource, body: requestObject, user: acting(raw) ?? user.name }, context),
  };
}

/** What makes the event itself beside its auditID, which a client may choose, and its stage. */
function ownDigest(raw: JsonRecord): string {
  const parts = ['requestReceivedTimestamp', 'stageTimestamp', 'verb', 'requestURI'].map((name) => raw[name]);
  return identity(...[...parts, at(raw, 'user', 'username')].map((part) => text(part, 4_096) ?? '')).slice(0, 16);
}

/** Owners as the bodies name them, by resource: the API names kinds there, and resources everywhere else. */
function ownersOf(...bodies: readonly unknown[]): string[] | undefined {
  const owners = bodies.flatMap((body) => list(at(body, 'metadata', 'ownerReferences')).slice(0, 8));
  const named = owners.flatMap((owner) => {
    const [kind, name] = [text(at(owner, 'kind'), 64), text(at(owner, 'name'), 256)];
    return kind === undefined || name === undefined ? [] : [`${resourceOfKind(kind)}/${name}`];
  });
  return named.length === 0 ? undefined : [...new Set(named)].slice(0, 8);
}

/** The plural that Kubernetes itself guesses (meta.UnsafeGuessKindToResource). */
function resourceOfKind(kind: string): string {
  const word = kind.toLowerCase();
  if (word.endsWith('s')) return `${word}es`;
  return word.endsWith('y') ? `${word.slice(0, -1)}ies` : `${word}s`;
}

type Resource = NonNullable<K8sAuditEvent['resource']>;

/** `{ name: value }`, or nothing where there is no value: optional members stay absent, so equal events have equal bytes. */
function given<Name extends string, Value>(name: Name, value: Value | undefined): { [key in Name]?: Value } {
  return value === undefined ? {} : ({ [name]: value } as { [key in Name]?: Value });
}

function timeOf(raw: JsonRecord): number | undefined {
  for (const name of ['stageTimestamp', 'requestReceivedTimestamp', 'timestamp']) {
    const stamp = text(raw[name], 64);
    const timeUs = stamp === undefined ? undefined : parseIsoTime(stamp);
    if (timeUs !== undefined && timeUs >= 0) return timeUs;
  }
  return undefined;
}

/** A user name is unique within a cluster alone, and a long one is named by its digest. */
function keyOf(cluster: string, user: string): string {
  const key = `${cluster}/${user}`;
  return key.length <= 512 ? key : `${cluster.slice(0, 200)}/${identity(user)}`;
}

function levelOf(value: unknown): K8sAuditEvent['level'] {
  return value === 'Request' || value === 'RequestResponse' ? value : 'Metadata';
}

function userOf(value: unknown): K8sAuditEvent['user'] {
  const groups = texts(at(value, 'groups'), 32, 256);
  const name = text(at(value, 'username'), 512);
  if (name === undefined) return { name: 'unauthenticated', kind: 'unauthenticated', groups };
  return { name, kind: kindOf(name, groups), groups };
}

function kindOf(name: string, groups: readonly string[]): K8sAuditEvent['user']['kind'] {
  if (name === 'system:anonymous' || groups.includes('system:unauthenticated')) return 'anonymous';
  if (name.startsWith('system:serviceaccount:')) return 'service-account';
  if (name.startsWith('system:node:')) return 'node';
  return name.startsWith('system:') ? 'control-plane' : 'user';
}

function credentialOf(user: unknown): K8sCredential | undefined {
  const one = (name: string, max: number): string | undefined =>
    text(list(at(user, 'extra', `${EXTRA}${name}`))[0], max);
  const credential = {
    ...given('id', one('credential-id', 256)),
    ...given('pod', one('pod-name', 256)),
    ...given('podUid', one('pod-uid', 64)),
    ...given('node', one('node-name', 256)),
  };
  return Object.keys(credential).length === 0 ? undefined : credential;
}

function resourceOf(value: unknown): Resource | undefined {
  const name = text(at(value, 'resource'), 256);
  if (name === undefined) return undefined;
  return {
    group: text(at(value, 'apiGroup'), 256) ?? '',
    name,
    ...given('subresource', text(at(value, 'subresource'), 256)),
    ...given('namespace', text(at(value, 'namespace'), 256)),
    ...given('object', text(at(value, 'name'), 512)),
  };
}

function statusOf(value: unknown): number {
  const code = at(value, 'code');
  return typeof code === 'number' && Number.isInteger(code) && code >= 0 && code <= 999 ? code : 0;
}

function pathOf(uri: string, context: SourceContext): string {
  return literal((uri.split('?')[0] ?? '').slice(0, 256), KNOWN_PATH, context);
}

/** Text that the client chose: under `strict` it is shown where it has a form that the API server asks for, else digested. */
function literal(value: string, form: RegExp, context: SourceContext): string {
  return context.privacy === 'strict' && !form.test(value) ? `digest:${identity(value).slice(0, 16)}` : value;
}

function decisionOf(value: unknown): 'allow' | 'forbid' | undefined {
  return value === 'allow' || value === 'forbid' ? value : undefined;
}

/** The RBAC authorizer's sentence, in parts. Names within it hold no quotes: Kubernetes does not allow them there. */
const REASON =
  /^RBAC: allowed by (\w{1,32}) "([^"]{1,400})" of (\w{1,32}) "([^"]{1,400})" to (\w{1,32}) "([^"]{1,400})"$/;

function allowedByOf(value: unknown): K8sAuditEvent['allowedBy'] | undefined {
  const match = REASON.exec(text(value, 2048) ?? '');
  if (match === null) return undefined;
  const [, bindingKind, binding, roleKind, role, subjectKind, subject] = match;
  return { binding: `${bindingKind}/${binding}`, role: `${roleKind}/${role}`, subject: `${subjectKind}/${subject}` };
}

function bodyFacts(request: unknown, response: unknown, resource: Resource | undefined) {
  const items = at(response, 'items');
  return {
    ...given('requestBytes', sizeOf(request)),
    ...given('responseBytes', sizeOf(response)),
    ...given('items', Array.isArray(items) ? items.length : undefined),
    ...given('secretsReturned', resource?.name === 'secrets' && holdsSecrets(response) ? true : undefined),
    ...given('bodyMismatch', differs(request, resource) ? true : undefined),
  };
}

/** As whom the request is made, where that is another. */
function acting(raw: JsonRecord): string | undefined {
  return text(at(raw, 'impersonatedUser', 'username'), 512);
}

/** The API server writes whole seconds into managed fields, by its own clock. */
const CLOCK_US = 2_000_000;

/**
 * Whether a write put nothing into the object: the API server gives the fields that a write sets or alters the time of
 * now, and leaves all times as they were where it set none. What only takes something away keeps them too.
 */
function isUnchanged(raw: JsonRecord): boolean {
  const received = parseIsoTime(text(raw['requestReceivedTimestamp'], 64) ?? '');
  const times = list(at(raw['responseObject'], 'metadata', 'managedFields')).map((entry) =>
    parseIsoTime(text(at(entry, 'time'), 64) ?? ''),
  );
  if (received === undefined || times.length === 0 || raw['requestObject'] === undefined) return false;
  return times.every((time) => time !== undefined && time + CLOCK_US < received);
}

/** Unknown where it is nested so deeply that measuring it would end the stack: clients choose how deep. */
function sizeOf(body: unknown): number | undefined {
  return body === undefined || isDeep(body) ? undefined : Buffer.byteLength(JSON.stringify(body));
}

function holdsSecrets(response: unknown): boolean {
  const objects = [response, ...list(at(response, 'items')).slice(0, 16)];
  return objects.some((object) => Object.keys(record(at(object, 'data')) ?? {}).length > 0);
}

/** A body that names another object or namespace than the path it was sent to. */
function differs(request: unknown, resource: Resource | undefined): boolean {
  if (resource === undefined || resource.subresource !== undefined || Array.isArray(request)) return false;
  const name = text(at(request, 'metadata', 'name'), 512);
  const namespace = text(at(request, 'metadata', 'namespace'), 512);
  return (
    (name !== undefined && resource.object !== undefined && name !== resource.object) ||
    (namespace !== undefined && resource.namespace !== undefined && namespace !== resource.namespace)
  );
}

interface Write {
  readonly verb: string;
  readonly uri: string;
  readonly resource: Resource | undefined;
  readonly body: unknown;
  /** As whom it is written. */
  readonly user: string;
}

/** What a write permits, or an exec runs. Status and scale subresources carry specs that another wrote: not theirs. */
function writtenFacts({ verb, uri, resource, body, user }: Write, context: SourceContext) {
  if (resource === undefined) return {};
  if (resource.subresource === 'exec') return scriptsOf(execScripts(commandOf(uri)));
  if (resource.name === 'nodes' && resource.subresource === 'proxy') {
    return { kubelet: kubeletCall(uri), ...scriptsOf(execScripts(commandOf(uri))) };
  }
  if (!WRITES.has(verb) || body === undefined) return {};
  const plain = (name: string): string => literal(name, PLAIN_NAME, context);
  if (resource.group === 'rbac.authorization.k8s.io') {
    const { name, namespace, object } = resource;
    const grant = grantOf({ resource: name, namespace, object }, body);
    if (grant === undefined) return {};
    const role = grant.role === undefined ? {} : { role: plain(grant.role) };
    return { grant: { ...grant, ...role, subjects: grant.subjects.map(plain) } };
  }
  if (resource.subresource === undefined || resource.subresource === 'approval') {
    const { name, object, subresource } = resource;
    const control = controlOf({ resource: name, object, subresource, user, body });
    if (control !== undefined) return { control };
  }
  if (resource.name === 'configmaps') return scriptsOf(configMapScripts(body));
  if (resource.subresource !== undefined && resource.subresource !== 'ephemeralcontainers') return {};
  if (!POD_MAKERS.has(resource.name)) return {};
  const facts = podFacts(body);
  if (facts === undefined) return {};
  const account = facts.powers.serviceAccount;
  const podPowers = {
    ...facts.powers,
    images: facts.powers.images.map(plain),
    ...given('serviceAccount', account === undefined ? undefined : plain(account)),
  };
  return { podPowers, ...scriptsOf(facts.scripts) };
}

function scriptsOf(scripts: readonly K8sScript[]): { scripts?: K8sScript[] } {
  return scripts.length === 0 ? {} : { scripts: [...scripts] };
}

/** The command of an exec stands in the query, one `command` a word; a kubelet's `run` has it whole, as `cmd`. */
function commandOf(uri: string): string[] {
  const query = uri.indexOf('?');
  const parameters = new URLSearchParams(query === -1 ? '' : uri.slice(query + 1));
  return [...parameters.getAll('command'), ...parameters.getAll('cmd')].slice(0, 64);
}
