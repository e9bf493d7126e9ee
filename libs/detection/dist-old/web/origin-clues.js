import { nats, overlapping } from '../chance/clue.js';
import { endpointOf, gapStep, pathOf } from './web-contexts.js';
import { habit, isUnsafe, seen } from './web-state.js';
const REFERER_FORGED = {
    sends: { foreign: 0.6, absent: 0.3, 'same-site': 0.02, same: 0.05, null: 0.03 },
    omits: { foreign: 0.1, absent: 0.86, 'same-site': 0.01, same: 0.02, null: 0.01 },
    unknown: { foreign: 0.5, absent: 0.4, 'same-site': 0.02, same: 0.05, null: 0.03 },
};
const REFERER_PRIOR = {
    sends: { same: 0.98, absent: 0.01, 'same-site': 0.005, foreign: 0.002, null: 0.003 },
    omits: { same: 0.05, absent: 0.94, 'same-site': 0.002, foreign: 0.003, null: 0.005 },
    unknown: { same: 0.8, absent: 0.18, 'same-site': 0.005, foreign: 0.01, null: 0.005 },
};
const ORIGIN_FORGED = {
    sends: { foreign: 0.55, null: 0.28, absent: 0.12, 'same-site': 0.02, same: 0.03 },
    omits: { foreign: 0.1, null: 0.3, absent: 0.57, 'same-site': 0.01, same: 0.02 },
    unknown: { foreign: 0.5, null: 0.25, absent: 0.2, 'same-site': 0.02, same: 0.03 },
};
const ORIGIN_PRIOR = {
    sends: { same: 0.98, absent: 0.008, null: 0.005, 'same-site': 0.005, foreign: 0.002 },
    omits: { same: 0.05, absent: 0.6, null: 0.345, 'same-site': 0.002, foreign: 0.003 },
    unknown: { same: 0.85, absent: 0.1, null: 0.035, 'same-site': 0.005, foreign: 0.01 },
};
const SITE_FORGED = {
    sends: { 'cross-site': 0.9, absent: 0.03, none: 0.01, 'same-site': 0.03, 'same-origin': 0.02, other: 0.01 },
    omits: { 'cross-site': 0.04, absent: 0.95, none: 0.002, 'same-site': 0.002, 'same-origin': 0.004, other: 0.002 },
    unknown: { 'cross-site': 0.6, absent: 0.33, none: 0.01, 'same-site': 0.03, 'same-origin': 0.02, other: 0.01 },
};
const SITE_PRIOR = {
    sends: { 'same-origin': 0.95, 'same-site': 0.02, none: 0.02, absent: 0.005, 'cross-site': 0.003, other: 0.002 },
    omits: { absent: 0.97, 'same-origin': 0.02, 'same-site': 0.002, none: 0.004, 'cross-site': 0.002, other: 0.002 },
    unknown: { 'same-origin': 0.6, absent: 0.35, 'same-site': 0.02, none: 0.02, 'cross-site': 0.008, other: 0.002 },
};
/** Weight of the priors, in requests. */
const PRIOR_REQUESTS = 30;
const NEW_METHOD_FORGED = 0.4;
const NEW_METHOD_PRIOR = 0.002;
const NEW_LEAD_FORGED = 0.75;
/** Of a known lead, how much likelier it is in benign use; a victim may have been anywhere. */
const KNOWN_LEAD_FORGED = 0.25;
/** The headers are set by one browser for one reason; beside the strongest, the others tell half as much. */
const HEADER_SHARE = 0.5;
export function learnOrigin(table, event, state) {
    const endpoint = endpointOf(event);
    table.add(`method|${event.view}|${pathOf(event)}`, event.method);
    if (event.statements.length > 0) {
        table.add(`writes|${event.view}|${pathOf(event)}`, event.statements.some(({ writes }) => writes) ? 'yes' : 'no');
    }
    else if (isUnsafe(event.method))
        table.add(`writes|${event.view}|${pathOf(event)}`, 'unsafe');
    if (event.refererPath !== undefined)
        table.add(`from|${event.view}|${endpoint}`, event.refererPath);
    table.add(`lead|${event.view}|${endpoint}`, state.previous?.endpoint ?? 'none');
    const gap = state.previous === undefined ? 'first' : String(gapStep(event.timeUs - state.previous.timeUs));
    table.add(`gap|${event.view}|${isUnsafe(event.method) ? 'unsafe' : 'safe'}`, gap);
    if (event.fetchMode !== undefined)
        table.add(`mode|${event.view}|${endpoint}`, event.fetchMode);
    if (!changes(table, event))
        return;
    for (const header of headersOf(event, state)) {
        table.add(`${header.kind}|${event.view}|${endpoint}|${header.habit}`, header.value);
        table.add(`${header.kind}|${event.view}|${methodClass(event)}|${header.habit}`, header.value);
    }
}
/** Whether a request changes something: it did so itself, its method says so, or its path did so in learning. */
export function changes(table, event) {
    if (isUnsafe(event.method) || event.statements.some(({ writes }) => writes))
        return true;
    const context = `writes|${event.view}|${pathOf(event)}`;
    const total = table.total(context);
    return event.parameters.length > 0 && total > 0 && table.count(context, 'no') / total < 0.5;
}
export function originClues(table, event, state) {
    if (!changes(table, event) || event.method === 'OPTIONS')
        return [];
    const headers = overlapping(headersOf(event, state).map((header) => headerClue(table, event, header)), HEADER_SHARE);
    const clues = [...headers, ...methodClues(table, event)];
    const lead = leadClue(table, event, state, NEW_LEAD_FORGED, KNOWN_LEAD_FORGED);
    if (lead)
        clues.push({ ...lead, path: 'csrf' });
    return clues;
}
function headersOf(event, state) {
    const headers = [];
    const add = (kind, value, from, forged, priors, words) => {
        if (value === undefined)
            return;
        const usual = habit(from);
        headers.push({ kind, value, habit: usual, forged: forged[usual], prior: priors[usual], words });
    };
    add('referer', event.referer, state.referer, REFERER_FORGED, REFERER_PRIOR, 'Referer');
    // Browsers send Origin with what changes something; that a GET has none says nothing.
    if (isUnsafe(event.method))
        add('origin', event.origin, state.origin, ORIGIN_FORGED, ORIGIN_PRIOR, 'Origin');
    add('site', event.fetchSite, state.fetchSite, SITE_FORGED, SITE_PRIOR, 'Sec-Fetch-Site');
    return headers;
}
function headerClue(table, event, header) {
    const own = `${header.kind}|${event.view}|${endpointOf(event)}|${header.habit}`;
    const wide = `${header.kind}|${event.view}|${methodClass(event)}|${header.habit}`;
    const benign = table.chance(own, header.value, table.chance(wide, header.value, header.prior[header.value] ?? 0.002, PRIOR_REQUESTS), 5);
    const strength = nats(header.forged[header.value] ?? 0.01, benign);
    const usual = table.values(own)[0] ?? table.values(wide)[0];
    const expected = usual === undefined
        ? 'same origin'
        : `${usual[0]} in ${usual[1]} of ${Math.max(table.total(own), usual[1])} learned requests of such clients`;
    return {
        path: 'csrf',
        nats: strength,
        evidence: seen(event, `${header.kind}-of-write`, `${header.words} is ${header.value} on ${endpointOf(event)}, which changes data`, expected, strength),
    };
}
/** A method that the path was never asked with, though it is one that changes something. */
function methodClues(table, event) {
    const context = `method|${event.view}|${pathOf(event)}`;
    if (table.total(context) === 0 || table.count(context, event.method) > 0)
        return [];
    const strength = nats(NEW_METHOD_FORGED, table.chance(context, event.method, NEW_METHOD_PRIOR, 20));
    const usual = table.values(context).map(([method, count]) => `${method} ${count}`);
    return [
        {
            path: 'csrf',
            nats: strength,
            evidence: seen(event, 'new-method', `${event.method} on ${pathOf(event)}`, `learned: ${usual.join(', ')}`, strength),
        },
    ];
}
/** What the session did right before: pages that lead here, or others. Undefined where learning saw too little of the endpoint. */
export function leadClue(table, event, state, whenNew, whenKnown) {
    const endpoint = knownEndpoint(table, event);
    const context = `lead|${event.view}|${endpoint}`;
    if (table.total(context) < 5)
        return undefined;
    const lead = state.previous?.endpoint ?? 'none';
    const known = table.count(context, lead) > 0;
    const strength = known
        ? nats(whenKnown, table.chance(context, lead, 0.01, 1)) // a lead that is rare in benign use excuses little
        : nats(whenNew, table.chanceOfNew(context));
    const usual = table
        .values(context)
        .slice(0, 2)
        .map(([name, count]) => `${name} (${count})`);
    return {
        path: 'csrf',
        nats: known ? Math.min(strength, 0) : strength,
        evidence: seen(event, 'navigation', `${endpointOf(event)} after ${lead}`, `after ${usual.join(' or ')} of ${table.total(context)}`, strength),
    };
}
/** The learned endpoint of this path, whichever method it was learned with. */
function knownEndpoint(table, event) {
    const own = endpointOf(event);
    if (table.total(`lead|${event.view}|${own}`) > 0)
        return own;
    const usual = table.values(`method|${event.view}|${pathOf(event)}`).find(([method]) => isUnsafe(method));
    return usual === undefined ? own : `${usual[0]} ${pathOf(event)}`;
}
function methodClass({ method }) {
    return isUnsafe(method) ? 'unsafe' : 'safe';
}
//# sourceMappingURL=origin-clues.js.map