import type { K8sAuditEvent } from '@plimsoll/contracts';

import type { TableName } from './model.js';
import type { InContext } from './novelty-table.js';
import { identityClass, identityPattern, namePattern, networkOf } from './names.js';
import { actionOf, isNobody, outcomeOf } from './request-kind.js';
import { namespaceRelation } from './request-facts.js';

/** One categorical observation of a request, in the contexts it is scored in, finest first. */
export interface Observation {
  readonly table: TableName;
  readonly contexts: readonly InContext[];
}

/**
 * What is learned of a request: what is asked, where, of which object, with which answer, by which binding.
 * Contexts go from the user to users of like name to the kind of identity, so that a new replica or node is scored as
 * its kin. The kind of identity counts what its members do in relation to themselves, never a name.
 *
 * A node asks for what the pods on it need, and may not ask for more (Node authorizer): which these are, whoever made
 * them and the scheduler chose. So its namespaces and objects tell nothing, and its actions count as those of its kin.
 */
export function observationsOf(event: K8sAuditEvent): Observation[] {
  const pattern = identityPattern(event.user.name);
  const alone = pattern === event.user.name;
  const own = `u ${event.user.name}`;
  const user = event.user.kind === 'node' && !alone ? `i ${pattern}` : own;
  // A name without a varying part has no kin: asking the same counts twice would double the surprise.
  const kin = alone || user !== own ? [] : [`i ${pattern}`];
  const kind = identityClass(event);
  const klass = `k ${kind}`;
  const action = actionOf(event);
  const { resource } = event;
  const same = (contexts: readonly string[], value: string): InContext[] => contexts.map((context) => [context, value]);
  const observations: Observation[] = [
    { table: 'kind', contexts: [['all', kind]] },
    { table: 'who', contexts: same([klass, 'all'], pattern) },
    { table: 'action', contexts: same([user, ...kin, klass], action) },
  ];
  const namespace = resource === undefined ? '' : namePattern(resource.namespace ?? '-');
  if (resource !== undefined && event.user.kind !== 'node') {
    observations.push({
      table: 'namespace',
      contexts: [...same([`${user}\n${action}`, user, ...kin], namespace), [klass, namespaceRelation(event)]],
    });
    if (resource.object !== undefined) {
      const contexts = [`${user}\n${action} ${namespace}`, `${user}\n${resource.group}/${resource.name} ${namespace}`];
      observations.push({ table: 'object', contexts: same(contexts, namePattern(resource.object)) });
    }
  }
  const answered = [`${user}\n${action} ${namespace}`, `${user}\n${action}`, user, ...kin, klass];
  observations.push({ table: 'outcome', contexts: same(answered, outcomeOf(event)) });
  if (event.allowedBy !== undefined) {
    const { binding, role } = event.allowedBy;
    const by = `${namePattern(binding)} > ${namePattern(role)}`;
    observations.push({ table: 'via', contexts: same([user, ...kin, klass], by) });
  }
  const address = event.source.address;
  if (address !== undefined && isNobody(event)) {
    observations.push({ table: 'source', contexts: same([own], networkOf(address)) });
  }
  return observations;
}

/**
 * Where somebody's credential is used that no pod has: his networks, those of users of like name, those of his kind. A
 * pod's address changes with every roll-out; its network is scored by the node that the token names.
 */
export function userNetwork(event: K8sAuditEvent): Observation | undefined {
  const { source, user } = event;
  if (source.address === undefined || user.kind === 'service-account' || isNobody(event)) return undefined;
  const network = networkOf(source.address);
  const contexts = [`u ${user.name}`, `i ${identityPattern(user.name)}`, `k ${identityClass(event)}`];
  return { table: 'source', contexts: contexts.map((context) => [context, network]) };
}

/** Where an account's tokens are used that belong to no pod: a controller's, or one that somebody minted. */
export function podlessNetwork(event: K8sAuditEvent): Observation | undefined {
  const { credential, source, user } = event;
  if (user.kind !== 'service-account' || credential?.pod !== undefined || source.address === undefined)
    return undefined;
  return { table: 'source', contexts: [[`u ${user.name}`, networkOf(source.address)]] };
}

/** Where pods of a node have their addresses: learned once for each token, scored where no kubelet told the address. */
export function nodeNetwork(event: K8sAuditEvent): Observation | undefined {
  const { credential, source } = event;
  if (credential?.node === undefined || credential.pod === undefined || source.address === undefined) return undefined;
  return { table: 'node', contexts: [[`n ${credential.node}`, networkOf(source.address)]] };
}

/** The same for a node that nobody has seen: the wide network of all pods. */
export function podNetwork(event: K8sAuditEvent): Observation | undefined {
  const { credential, source } = event;
  if (credential?.pod === undefined || source.address === undefined) return undefined;
  return { table: 'node', contexts: [['all', networkOf(source.address, true)]] };
}
