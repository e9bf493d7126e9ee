import { sum } from '../chance/clue.js';
import { changes, learnOrigin, originClues } from './origin-clues.js';
import { learnParameters, parameterClues } from './parameter-clues.js';
import { learnPlace, placeClues } from './place-clues.js';
import { deliveryOf, firedClues, learnScripts, reflectedScriptClues } from './script-clues.js';
import { learnStatements, statementClue } from './statement-clues.js';
import { endpointOf } from './web-contexts.js';
import { rememberVisit } from './web-state.js';
/** The finding of a request that a script made by itself. */
export const SCRIPT_ACTED = 'script-acted';
const NOTHING = { path: 'unknown', finding: 'unremarkable', score: 0, clues: [] };
/** Takes a benign request into the counts, then into its session's memory. */
export function learnRequest(table, event, state) {
    learnParameters(table, event);
    learnOrigin(table, event, state);
    learnStatements(table, event);
    learnScripts(table, event);
    learnPlace(table, event);
    rememberVisit(state, event, endpointOf(event), undefined);
}
/** Judges a request against the counts and what its session did; alters `state` alone. */
export function judgeRequest(table, event, state) {
    const parameters = parameterClues(table, event);
    const candidates = [
        injection(table, event, parameters),
        scripting(table, event, parameters),
        fired(table, event, state),
        forgery(table, event, state),
        shell(table, event),
    ];
    const best = candidates.reduce((worst, next) => (next.score > worst.score ? next : worst));
    rememberVisit(state, event, endpointOf(event), deliveryOf(table, event));
    return { ...(best.score > 0 ? best : NOTHING), changes: changes(table, event) };
}
function candidate(path, finding, clues) {
    return { path, finding, score: Math.max(sum(clues), 0), clues };
}
/** An attack needs one parameter: the most telling one counts, with what the statements say. */
function injection(table, event, parameters) {
    const statement = statementClue(table, event);
    const clues = strongest(parameters, ({ parameter, sql, shape }) => {
        const sqlSigns = parameter.sql > 0 || /['"`();#]|--/.test(parameter.signs);
        return sqlSigns ? [...sql, asPath(shape, 'sqli')] : [];
    });
    // That nothing became syntax speaks against what the values suggest, and for nothing else.
    if (statement && (statement.nats > 0 || clues.length > 0))
        clues.push(statement);
    return candidate('sqli', 'sql-injection', clues);
}
function scripting(table, event, parameters) {
    const clues = strongest(parameters, ({ parameter, markup, shape }) => parameter.markup > 0 ? [...markup, asPath(shape, 'xss')] : []);
    const reflected = reflectedScriptClues(table, event);
    clues.push(...reflected);
    return candidate('xss', reflected.length > 0 || clues.some(({ evidence }) => evidence.kind === 'reflected')
        ? 'reflected-script'
        : 'script-in-parameter', clues);
}
function fired(table, event, state) {
    return candidate('xss', SCRIPT_ACTED, firedClues(table, event, state));
}
function forgery(table, event, state) {
    return candidate('csrf', 'forged-request', originClues(table, event, state));
}
function shell(table, event) {
    return candidate('web-shell', 'new-program-answers', placeClues(table, event));
}
function strongest(parameters, cluesOf) {
    let best = [];
    for (const parameter of parameters) {
        const clues = cluesOf(parameter);
        if (sum(clues) > sum(best))
            best = clues;
    }
    return best;
}
function asPath(clue, path) {
    return { ...clue, path };
}
//# sourceMappingURL=web-judge.js.map