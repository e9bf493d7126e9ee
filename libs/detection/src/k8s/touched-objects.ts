import { identity, type K8sAuditEvent, type TouchedObjects } from '@plimsoll/contracts';

import { succeeded } from './request-kind.js';
import { push, type K8sState } from './state.js';

const CHANGES = new Set(['create', 'update', 'patch', 'delete', 'deletecollection']);
/** What everybody writes all the time and nothing follows from. */
const CHATTER = new Set(['events', 'leases', 'tokenreviews', 'subjectaccessreviews', 'selfsubjectaccessreviews']);
const MEMORY_US = 300_000_000;
const MAX_CHANGED = 16;
const MAX_FOLLOWED = 32;

/** What makes objects of a kind and names them after itself, with a hyphen and a word of its own choice. */
const MAKERS: ReadonlyMap<string, readonly string[]> = new Map([
  ['pods', ['replicasets', 'statefulsets', 'daemonsets', 'jobs']],
  ['replicasets', ['deployments']],
  ['jobs', ['cronjobs']],
  ['endpointslices', ['services']],
  ['controllerrevisions', ['statefulsets', 'daemonsets']],
]);

/**
 * What may own the object, by its name: the answer to a deletion is a bare Status for all but pods, so the log does not
 * tell the owner of what the garbage collector deletes.
 */
function makersOf(owned: string): string[] {
  const [kind = '', object = ''] = owned.split('/');
  const end = object.lastIndexOf('-');
  return end <= 0 ? [] : (MAKERS.get(kind) ?? []).map((maker) => `${maker}/${object.slice(0, end)}`);
}

/** Remembers what a request changed, and what it may follow from: 48 digests of the last five minutes at most. */
export function rememberObjects(state: K8sState, event: K8sAuditEvent): void {
  const { resource, verb, timeUs, owners = [] } = event;
  if (resource === undefined || !CHANGES.has(verb) || !succeeded(event) || event.dryRun) return;
  if (CHATTER.has(resource.name) || resource.subresource === 'status') return;
  const { name, object = '' } = resource;
  // The API server says of a namespace itself that it lies in the namespace of its own name.
  const namespace = name === 'namespaces' ? '' : (resource.namespace ?? '');
  const digest = (kind: string, within: string, named: string): string =>
    identity('object', event.container, kind, within, named);
  const own = digest(name, namespace, object);
  // A new object that the API server gives its name has none yet; a collection that is deleted has none either.
  if (object !== '' || verb === 'deletecollection') rememberOne(state.changed, own, timeUs, MAX_CHANGED);
  // Of a collection only the collection is named: what belongs to it is every object of its kind and namespace.
  const around = [digest(name, namespace, ''), ...(namespace === '' ? [] : [digest('namespaces', '', namespace)])];
  const direct = owners.length > 0 ? owners : makersOf(`${name}/${object}`);
  const above = [...direct, ...direct.flatMap(makersOf)].map((owner) => {
    const slash = owner.indexOf('/');
    return digest(owner.slice(0, slash), namespace, owner.slice(slash + 1));
  });
  for (const one of new Set([own, ...around, ...above])) rememberOne(state.followed, one, timeUs, MAX_FOLLOWED);
}

function rememberOne(known: [string, number][], digest: string, timeUs: number, max: number): void {
  const place = known.findIndex(([one]) => one === digest);
  if (place !== -1) known.splice(place, 1);
  push(known, [digest, timeUs], max);
}

/** What a verdict tells of the objects behind it, and, where it `mayFollow`, on whose change; undefined where there are none. */
export function touchedObjects(state: K8sState, mayFollow: boolean, timeUs: number): TouchedObjects | undefined {
  const lately = (known: readonly (readonly [string, number])[]): string[] =>
    known.filter(([, at]) => at >= timeUs - MEMORY_US).map(([digest]) => digest);
  const changed = lately(state.changed);
  const follows = mayFollow ? lately(state.followed) : [];
  return changed.length + follows.length === 0 ? undefined : { changed, follows };
}
