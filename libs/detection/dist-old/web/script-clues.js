import { nats, overlapping } from '../chance/clue.js';
import { changes, leadClue } from './origin-clues.js';
import { endpointOf, gapStep, pathOf } from './web-contexts.js';
import { DELIVERY_SPAN_US, isUnsafe, seen } from './web-state.js';
/**
 * What an injected script does afterwards. Its requests are same-origin and look ordinary; what gives them away is that
 * the session was just served a script that did not belong to the page, and that the write came from that page at once,
 * not by way of the pages that lead to it.
 */
/** Benign chance that a response serves, live, a script that a parameter brought: a field meant for markup. */
const CARRIED_PRIOR = 1e-5;
const MOST_NOVEL_NATS = 5;
const NEW_FROM_FIRED = 0.85;
/** A script may well write from the page that usually leads there. */
const KNOWN_FROM_FIRED = 0.3;
const SOON_FIRED = 0.75;
const SOON_STEP = gapStep(1_000_000);
/** Referer and last visit tell of the same page. */
const PAGE_SHARE = 0.3;
const MOST_SOON_NATS = 3;
/** Chance that a page seen in part alone is served while a parameter's script is about: nearly none before the first attack. */
const AT_LARGE_PRIOR = 0.002;
const MOST_AT_LARGE_NATS = 4;
export function learnScripts(table, event) {
    for (const { digest, from } of event.scripts) {
        table.add(`script|${event.view}|${pathOf(event)}`, digest);
        if (from !== undefined)
            table.add(`carried|${event.view}`, 'yes');
    }
    if (event.view === 'exchange' && (event.contentType ?? '').includes('html')) {
        table.add(`pages|${event.view}|${pathOf(event)}`, 'seen');
        table.add(`carried|${event.view}`, 'page');
        table.add(`at large|${event.view}`, event.scriptAtLarge === true ? 'yes' : 'no');
    }
}
/** The script of a response that least belongs to its page, or undefined where all of them do. */
export function deliveryOf(table, event) {
    let strangest;
    for (const script of event.scripts) {
        if (table.count(`script|${event.view}|${pathOf(event)}`, script.digest) > 0)
            continue;
        const strength = noveltyOf(table, event, script);
        if (strangest === undefined || strength > strangest.nats) {
            strangest = {
                event: event.id,
                timeUs: event.timeUs,
                path: pathOf(event),
                nats: strength,
                ...(script.from === undefined ? {} : { parameter: script.from.parameter }),
            };
        }
    }
    if (strangest !== undefined || event.scriptAtLarge !== true)
        return strangest;
    const strength = nats(0.5, table.chance(`at large|${event.view}`, 'yes', AT_LARGE_PRIOR, 100));
    return { event: event.id, timeUs: event.timeUs, path: pathOf(event), nats: Math.min(strength, MOST_AT_LARGE_NATS) };
}
function noveltyOf(table, event, script) {
    if (script.from !== undefined)
        return nats(0.9, table.chance(`carried|${event.view}`, 'yes', CARRIED_PRIOR, 500));
    const page = `script|${event.view}|${pathOf(event)}`;
    const rendered = table.total(`pages|${event.view}|${pathOf(event)}`);
    if (rendered === 0)
        return 1;
    // Of pages without a script, each rendering was a chance to show one.
    const benign = table.total(page) === 0 ? 1 / (rendered + 2) : table.chanceOfNew(page);
    return Math.min(nats(0.9, benign), MOST_NOVEL_NATS);
}
/** The response serves what this very request sent, as a script. */
export function reflectedScriptClues(table, event) {
    const own = event.scripts.find(({ from }) => from?.event === event.id);
    if (own?.from === undefined)
        return [];
    const strength = nats(0.9, table.chance(`carried|${event.view}`, 'yes', CARRIED_PRIOR, 500));
    const observed = `the response serves the parameter ${JSON.stringify(own.from.parameter)} as a script (${own.kind})`;
    return [
        {
            path: 'xss',
            nats: strength,
            evidence: seen(event, 'script-reflected', observed, 'values are served escaped', strength),
        },
    ];
}
/** Whether a write was made by a script that the session was served. */
export function firedClues(table, event, state) {
    if (!changes(table, event) || (!isUnsafe(event.method) && event.statements.every(({ writes }) => !writes)))
        return [];
    const recent = state.deliveries.filter(({ timeUs }) => event.timeUs >= timeUs && event.timeUs - timeUs <= DELIVERY_SPAN_US);
    const delivery = recent.reduce((worst, next) => (worst === undefined || next.nats >= worst.nats ? next : worst), undefined);
    const clues = overlapping([fromClue(table, event), leadOf(table, event, state)].filter((clue) => clue !== undefined), PAGE_SHARE);
    if (state.previous !== undefined)
        clues.push(soonClue(table, event, state.previous.timeUs));
    if (delivery !== undefined) {
        const source = delivery.parameter === undefined
            ? 'what it never had, or a part that was not seen'
            : `a script that the parameter ${JSON.stringify(delivery.parameter)} brought`;
        clues.push({
            path: 'xss',
            nats: delivery.nats,
            evidence: {
                kind: 'script-served',
                event: delivery.event,
                timeUs: delivery.timeUs,
                observed: `${delivery.path} served this session ${source}, ${Math.round((event.timeUs - delivery.timeUs) / 1000)} ms before it wrote`.slice(0, 2048),
                expected: 'pages serve the scripts that they had in learning',
                score: delivery.nats,
            },
        });
    }
    return clues;
}
function fromClue(table, event) {
    const context = `from|${event.view}|${endpointOf(event)}`;
    if (event.refererPath === undefined || table.total(context) < 5)
        return undefined;
    const known = table.count(context, event.refererPath);
    const strength = known > 0
        ? nats(KNOWN_FROM_FIRED, table.chance(context, event.refererPath, 0.01, 1))
        : nats(NEW_FROM_FIRED, table.chanceOfNew(context));
    const usual = table
        .values(context)
        .slice(0, 2)
        .map(([path, count]) => `${path} (${count})`);
    return {
        path: 'xss',
        nats: strength,
        evidence: seen(event, 'write-from-page', `${endpointOf(event)} came from ${event.refererPath}`, `from ${usual.join(' or ')} of ${table.total(context)}`, strength),
    };
}
function leadOf(table, event, state) {
    const lead = leadClue(table, event, state, NEW_FROM_FIRED, KNOWN_FROM_FIRED);
    return lead && { ...lead, path: 'xss' };
}
/** A script acts within a second of its page; people read first. */
function soonClue(table, event, previousUs) {
    const context = `gap|${event.view}|unsafe`;
    const step = gapStep(event.timeUs - previousUs);
    const soon = table
        .values(context)
        .reduce((n, [value, count]) => n + (value !== 'first' && Number(value) <= SOON_STEP ? count : 0), 0);
    const share = (soon + 1) / (table.total(context) + 4);
    const strength = step <= SOON_STEP ? nats(SOON_FIRED, share) : nats(1 - SOON_FIRED, 1 - share);
    return {
        path: 'xss',
        nats: Math.min(strength, MOST_SOON_NATS),
        evidence: seen(event, 'write-at-once', `${Math.round((event.timeUs - previousUs) / 1000)} ms after the page`, `within a second in ${Math.round(share * 100)} % of learned writes`, strength),
    };
}
//# sourceMappingURL=script-clues.js.map