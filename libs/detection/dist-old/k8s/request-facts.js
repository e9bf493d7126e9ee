import { homeNamespace, identityClass, namePattern } from './names.js';
import { riskOf, succeeded } from './request-kind.js';
/** Groups that stand for everybody, or for everybody who has a credential. */
const EVERYONE = new Set([
    'group:system:authenticated',
    'group:system:unauthenticated',
    'group:system:serviceaccounts',
    'system:anonymous',
]);
/** The object that is written, by pattern: what it held before is what the same object may hold again. */
export function objectKey(event) {
    const { resource } = event;
    if (resource === undefined)
        return '';
    return `${resource.group}/${resource.name} ${namePattern(resource.namespace ?? '-')}/${namePattern(resource.object ?? '-')}`;
}
/**
 * Among which requests the facts of a group are counted. Tokens of the cluster's own namespace are of another kind
 * (controllers' tokens belong to no pod) than those of everybody else; that people mint tokens says nothing of pods.
 */
export function populationOf(event, group) {
    if (group === 'mint')
        return `mint by ${identityClass(event)}`;
    return group === 'token' && homeNamespace(event.user.name) === 'kube-system' ? 'token of the system' : group;
}
/** What the request holds that is dangerous by itself, by groups. */
export function requestFacts(event, { rolePowers, moved }) {
    const groups = [];
    if (event.grant !== undefined)
        groups.push({ group: 'grant', facts: grantFacts(event, event.grant, rolePowers) });
    if (event.podPowers !== undefined) {
        groups.push({ group: 'pod', facts: event.podPowers.powers.map((power) => `pod:${power}`) });
    }
    if (mayHoldScript(event)) {
        const kinds = (event.scripts ?? []).flatMap((script) => script.where === 'lifecycle' ? [...script.kinds, 'lifecycle'] : script.kinds);
        groups.push({ group: 'script', facts: [...new Set(kinds)].map((kind) => `script:${kind}`) });
    }
    groups.push({ group: 'token', facts: moved ? [...tokenFacts(event), 'token:two-addresses'] : tokenFacts(event) });
    if (asksForToken(event))
        groups.push({ group: 'mint', facts: isOwnToken(event) ? [] : ['mint:for-another'] });
    groups.push({ group: 'answer', facts: answerFacts(event) });
    return groups;
}
function grantFacts(event, grant, rolePowers) {
    const powers = grant.powers.length > 0 || grant.role === undefined ? grant.powers : (rolePowers(grant.role) ?? []);
    const facts = powers.map((power) => `grant:${power}`);
    if (powers.length > 0 || !grant.cluster) {
        if (grant.subjects.includes(event.user.name))
            facts.push('grant:to-oneself');
    }
    if (powers.length > 0 && grant.subjects.some((subject) => EVERYONE.has(subject)))
        facts.push('grant:to-everyone');
    return facts;
}
/** Whether the level of the event would have shown a program, had there been one. */
function mayHoldScript(event) {
    if (event.scripts !== undefined || event.resource?.subresource === 'exec')
        return true;
    return event.podPowers !== undefined || (event.resource?.name === 'configmaps' && event.requestBytes !== undefined);
}
function tokenFacts(event) {
    const facts = [];
    if (event.source.matchesPod === false)
        facts.push('token:not-its-pod');
    if (event.user.kind === 'service-account' && event.credential?.pod === undefined)
        facts.push('token:without-pod');
    if (event.impersonated !== undefined && event.impersonated !== event.user.name)
        facts.push('token:impersonation');
    return facts;
}
/** Kubelets ask for the tokens of their pods, the controller manager for its controllers': nobody else has to. */
function asksForToken(event) {
    const { resource, user } = event;
    if (resource?.name !== 'serviceaccounts' || resource.subresource !== 'token')
        return false;
    return event.verb === 'create' && user.kind !== 'node' && user.kind !== 'control-plane';
}
function isOwnToken({ resource, user }) {
    return user.name === `system:serviceaccount:${resource?.namespace ?? ''}:${resource?.object ?? ''}`;
}
function answerFacts(event) {
    const facts = [];
    if (event.secretsReturned === true)
        facts.push('answer:secrets-shown');
    if (event.bodyMismatch === true)
        facts.push('answer:body-mismatch');
    const nobody = event.user.kind === 'anonymous' || event.user.kind === 'unauthenticated';
    if (nobody && succeeded(event) && riskOf(event) !== 'public')
        facts.push('answer:anonymous-allowed');
    return facts;
}
/** A namespace as its relation to the asker: what an identity never seen is judged with. */
export function namespaceRelation(event) {
    const namespace = event.resource?.namespace;
    if (namespace === undefined || namespace === '')
        return 'whole cluster';
    const home = homeNamespace(event.user.name);
    return home === undefined ? 'a namespace' : home === namespace ? 'its own namespace' : "another's namespace";
}
//# sourceMappingURL=request-facts.js.map