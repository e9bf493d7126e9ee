import { identityClass, identityPattern, namePattern, networkOf } from './names.js';
import { actionOf, outcomeOf } from './request-kind.js';
import { namespaceRelation } from './request-facts.js';
/**
 * What is learned of a request: what is asked, where, of which object, with which answer, by which binding, from where.
 * Contexts go from the user to users of like name to the kind of identity, so that a new replica or node is judged as
 * its kin. The kind of identity counts what its members do in relation to themselves, never a name.
 */
export function observationsOf(event) {
    const user = `u ${event.user.name}`;
    const pattern = identityPattern(event.user.name);
    // A name without a varying part has no kin: asking the same counts twice would double the surprise.
    const kin = pattern === event.user.name ? [] : [`i ${pattern}`];
    const kind = identityClass(event);
    const klass = `k ${kind}`;
    const action = actionOf(event);
    const { resource } = event;
    const same = (contexts, value) => contexts.map((context) => [context, value]);
    const observations = [
        { table: 'kind', places: [['all', kind]] },
        { table: 'who', places: same([klass, 'all'], pattern) },
        { table: 'action', places: same([user, ...kin, klass], action) },
    ];
    const namespace = resource === undefined ? '' : namePattern(resource.namespace ?? '-');
    if (resource !== undefined) {
        observations.push({
            table: 'namespace',
            places: [...same([`${user}\n${action}`, user, ...kin], namespace), [klass, namespaceRelation(event)]],
        });
        if (resource.object !== undefined) {
            const contexts = [`${user}\n${action} ${namespace}`, `${user}\n${resource.group}/${resource.name} ${namespace}`];
            observations.push({ table: 'object', places: same(contexts, namePattern(resource.object)) });
        }
    }
    const answered = [`${user}\n${action} ${namespace}`, `${user}\n${action}`, user, ...kin, klass];
    observations.push({ table: 'outcome', places: same(answered, outcomeOf(event)) });
    if (event.allowedBy !== undefined) {
        const { binding, role } = event.allowedBy;
        const by = `${namePattern(binding)} > ${namePattern(role)}`;
        observations.push({ table: 'via', places: same([user, ...kin, klass], by) });
    }
    const address = event.source.address;
    // A pod's address changes with every roll-out; its network is judged by the node that the token names.
    if (address !== undefined && event.user.kind !== 'service-account') {
        observations.push({ table: 'source', places: same([user, ...kin], networkOf(address)) });
    }
    return observations;
}
/** Where an account's tokens are used that belong to no pod: a controller's, or one that somebody minted. */
export function podlessNetwork(event) {
    const { credential, source, user } = event;
    if (user.kind !== 'service-account' || credential?.pod !== undefined || source.address === undefined)
        return undefined;
    return { table: 'source', places: [[`u ${user.name}`, networkOf(source.address)]] };
}
/** Where pods of a node have their addresses: learned once for each token, judged where no kubelet told the address. */
export function nodeNetwork(event) {
    const { credential, source } = event;
    if (credential?.node === undefined || credential.pod === undefined || source.address === undefined)
        return undefined;
    return { table: 'node', places: [[`n ${credential.node}`, networkOf(source.address)]] };
}
/** The same for a node that nobody has seen: the wide network of all pods. */
export function podNetwork(event) {
    const { credential, source } = event;
    if (credential?.pod === undefined || source.address === undefined)
        return undefined;
    return { table: 'node', places: [['all', networkOf(source.address, true)]] };
}
//# sourceMappingURL=observations.js.map