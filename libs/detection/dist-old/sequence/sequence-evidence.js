import { callName } from '@plimsoll/contracts';
import { bagKey, runKey } from './trails.js';
/** Evidence of unseen bags and n-grams, strangest first: smaller sizes are stranger, and so are longer stretches. */
export function spotEvidence(state, model) {
    const ranked = [...state.spots].sort((one, other) => strangeness(other, model) - strangeness(one, model) || one.ordinal - other.ordinal);
    return ranked.map((spot) => evidenceOf(spot, state.stream, model));
}
function strangeness(spot, model) {
    return spot.positions / model.known.sizes[spot.size].size;
}
function evidenceOf(spot, stream, model) {
    const size = model.known.sizes[spot.size];
    const names = spot.calls.map(callName);
    const thread = spot.thread === 0 ? '' : ` on thread ${spot.thread}`;
    const order = size.kind === 'bag' ? (names.length === 1 ? 'call' : 'calls together') : 'calls in this order';
    const stretch = spot.positions > 1 ? `, and ${spot.positions - 1} more unseen in the calls that follow` : '';
    return {
        kind: size.kind === 'bag' ? 'unseen-bag' : 'unseen-ngram',
        event: `${stream}#${spot.ordinal}`,
        timeUs: spot.timeUs,
        observed: `${names.join(', ')}: ${order}${thread}, never seen${stretch}`,
        expected: `${nearestKnown(spot.calls, size, model)} (${model.calls} benign calls learned)`,
        score: strangeness(spot, model),
    };
}
/** The learned bag or n-gram of the same size that differs in one call, the most frequent of them, in words. */
function nearestKnown(calls, { kind, size, table }, model) {
    if (size === 1)
        return `one of ${model.known.calls.size} calls`;
    let best = [];
    let times = 0;
    for (let place = 0; place < calls.length; place++) {
        for (const call of model.known.calls.keys()) {
            const candidate = calls.with(place, call);
            const [a, b] = kind === 'bag' ? bagKey(candidate) : runKey(candidate);
            const count = table.count(a, b);
            if (count <= times)
                continue;
            best = candidate;
            times = count;
        }
    }
    if (times === 0)
        return `no known ${kind} of ${size} differs in one call only`;
    return `nearest known: ${best.map(callName).join(', ')}, ${times} times`;
}
export function programEvidence(program, stream, model) {
    return {
        kind: 'new-program',
        event: `${stream}#${program.ordinal}`,
        timeUs: program.timeUs,
        observed: `executes ${JSON.stringify(program.name)}${program.thread === 0 ? '' : ` on thread ${program.thread}`}`,
        expected: `one of the ${model.programs.size} programs that this workload is known to execute`,
        score: -Math.log10(model.newProgram),
    };
}
//# sourceMappingURL=sequence-evidence.js.map