import { nats, overlapping, sum } from '../chance/clue.js';
/** Benign chance of a mark in an application of which nothing is known, and its chance in an injected statement. */
const MARKS = {
    'comment-tail': { prior: 2e-5, attack: 0.5, words: 'a comment hides the rest of the statement' },
    stacked: { prior: 5e-5, attack: 0.05, words: 'a second statement follows in the same text' },
    union: { prior: 3e-4, attack: 0.2, words: 'a second select is joined on' },
    'constant-comparison': { prior: 1e-3, attack: 0.3, words: 'constants are compared with each other' },
    'schema-table': { prior: 5e-4, attack: 0.1, words: "the database's own tables are read" },
    'time-function': { prior: 5e-5, attack: 0.1, words: 'the statement waits' },
    'file-access': { prior: 5e-5, attack: 0.03, words: "the server's files are reached" },
    'sub-select': { prior: 5e-3, attack: 0.2, words: 'a select stands within' },
    'open-literal': { prior: 5e-3, attack: 0.1, words: 'a literal is not closed' },
    'comment-inside': { prior: 5e-3, attack: 0.05, words: 'a comment stands inside' },
    'conditional-comment': { prior: 5e-3, attack: 0.02, words: 'a conditional comment stands inside' },
};
const PRIOR_STATEMENTS = 500;
/** Marks of one statement come together: beside the strongest, the others tell a third. */
const MARK_SHARE = 0.35;
const NEW_OUTLINE_INJECTED = 0.9;
const NEW_COLUMN_INJECTED = 0.4;
const NEW_FUNCTION_INJECTED = 0.3;
const MOST_NOVEL_NATS = 7;
/** A statement that no learned one begins like, from a client that asked nothing learned: another program. */
const OTHER_CLIENT_SHARE = 0.25;
export function learnStatement(table, event) {
    table.add('outline', event.outline);
    table.add('fingerprint', event.fingerprint);
    table.add('user', event.user ?? '');
    for (const mark of event.marks)
        table.add('mark', mark);
    table.add('mark', 'statement');
    for (const name of event.functions)
        table.add('function', name);
    for (const column of event.columnsWritten)
        table.add(`column|${event.outline}`, column);
    if (event.response?.kind === 'error')
        table.add('failed', 'yes');
}
export function judgeStatement(table, event, state) {
    const known = table.count('outline', event.outline) > 0;
    const begins = known ? 'inside' : beginning(table, event.outline);
    const marks = markClues(table, event);
    const novel = [
        outlineClue(table, event, known, begins),
        ...columnClues(table, event),
        ...functionClues(table, event),
    ];
    // A quote too many changes the outline too: one fact, and more often a name with an apostrophe than an attack.
    const broken = marks.filter(({ evidence }) => evidence.kind === 'open-literal');
    const clues = [
        ...overlapping(marks.filter((mark) => !broken.includes(mark)), MARK_SHARE),
        ...overlapping([...broken, ...novel.filter((found) => found !== undefined)], MARK_SHARE),
    ];
    const other = anotherClient(table, event, state, begins);
    const score = Math.max(sum(clues), 0) * (other ? OTHER_CLIENT_SHARE : 1);
    const injected = begins !== 'apart' && clues.length > 0;
    return {
        path: injected ? 'sqli' : 'unknown',
        finding: injected ? 'injected-statement' : 'new-statement',
        score,
        clues,
        known: known && clues.length === 0,
    };
}
/** A backup, a console, a migration: an account never seen, or a connection that asked nothing learned and begins otherwise. */
function anotherClient(table, event, state, begins) {
    if (event.user !== undefined && table.total('user') > 0 && table.count('user', event.user) === 0)
        return true;
    return state.known === 0 && (begins === 'apart' || (begins === 'table' && state.unknown >= 2));
}
function markClues(table, event) {
    if (table.count('fingerprint', event.fingerprint) > 0)
        return [];
    // A closed literal that a broken one left open fails: its quotes are a user's apostrophe more often than an attack.
    const clues = event.marks.flatMap((mark) => {
        const about = MARKS[mark];
        if (about === undefined)
            return [];
        const benign = chanceOfMark(table, mark, about.prior);
        const strength = nats(about.attack, benign);
        const times = table.count('mark', mark);
        return strength <= 0
            ? []
            : [
                clue(event, mark, `${about.words}: ${event.fingerprint}`, `in ${times} of ${table.count('mark', 'statement')} learned statements`, strength),
            ];
    });
    return clues;
}
/** Chance that a statement bears the mark, drawn towards what applications in general do. */
function chanceOfMark(table, mark, prior) {
    return (table.count('mark', mark) + PRIOR_STATEMENTS * prior) / (table.count('mark', 'statement') + PRIOR_STATEMENTS);
}
function outlineClue(table, event, known, begins) {
    if (known)
        return undefined;
    const strength = Math.min(nats(NEW_OUTLINE_INJECTED, table.chanceOfNew('outline')), MOST_NOVEL_NATS);
    const where = begins === 'inside'
        ? ', which leaves a learned one after a literal'
        : begins === 'table'
            ? ', which leaves a learned one after its table'
            : '';
    const usual = table
        .values('outline')
        .slice(0, 2)
        .map(([outline]) => outline);
    return clue(event, 'new-outline', `a statement never learned${where}: ${event.outline}`, `${table.total('outline')} learned statements, such as: ${usual.join(' — ')}`, strength);
}
/** A column that statements of this outline never wrote. */
function columnClues(table, event) {
    const context = `column|${event.outline}`;
    if (table.total(context) === 0)
        return [];
    const added = event.columnsWritten.filter((column) => table.count(context, column) === 0);
    if (added.length === 0)
        return [];
    const strength = Math.min(nats(NEW_COLUMN_INJECTED, table.chanceOfNew(context)), MOST_NOVEL_NATS);
    const usual = table
        .values(context)
        .slice(0, 8)
        .map(([name]) => name);
    return [
        clue(event, 'new-column', `writes ${added.slice(0, 8).join(', ')}`, `such statements write ${usual.join(', ')}`, strength),
    ];
}
function functionClues(table, event) {
    const added = event.functions.filter((name) => table.count('function', name) === 0);
    if (added.length === 0)
        return [];
    const share = (table.total('function') + 1) / (table.count('mark', 'statement') + 20);
    const strength = Math.min(nats(NEW_FUNCTION_INJECTED, Math.min(share, 0.2)), MOST_NOVEL_NATS);
    return [
        clue(event, 'new-function', `calls ${added.slice(0, 8).join(', ')}`, `${table.values('function').length} functions learned`, strength),
    ];
}
/** How far a new outline goes along with a learned one: past a literal, past its table, or not at all. */
function beginning(table, outline) {
    const tokens = outline.split(' ');
    let furthest = 'apart';
    for (const [learned] of table.values('outline')) {
        const other = learned.split(' ');
        let i = 0;
        let literal = false;
        let place = false;
        while (i < tokens.length && tokens[i] === other[i]) {
            const token = tokens[i];
            if (token.startsWith('?') || (token === '*' && tokens[i - 1] === 'set'))
                literal = true;
            if (i > 0 && /^(?:from|update|into|join)$/.test(tokens[i - 1]))
                place = true;
            i++;
        }
        if (literal && place)
            return 'inside';
        if (place)
            furthest = 'table';
    }
    return furthest;
}
function clue(event, kind, observed, expected, strength) {
    return {
        path: 'sqli',
        nats: strength,
        evidence: {
            kind,
            event: event.id,
            timeUs: event.timeUs,
            observed: observed.slice(0, 2048),
            expected: expected.slice(0, 2048),
            score: strength,
        },
    };
}
//# sourceMappingURL=sql-judge.js.map