import { PlimsollError } from '@plimsoll/contracts';
export function emptyFusionState() {
    return {
        streamUs: 0,
        atoms: new Map(),
        carries: new Map(),
        families: new Map(),
        coverage: new Map(),
        published: new Map(),
        counts: { accepted: 0, duplicates: 0, late: 0, crowded: 0, superseded: 0 },
        groups: undefined,
    };
}
const VERSION = 2;
export function encodeFusionState(state) {
    const encoded = {
        version: VERSION,
        streamUs: state.streamUs,
        atoms: [...state.atoms.values()].map((atom) => ({ ...atom, ids: [...atom.ids] })),
        carries: [...state.carries.values()],
        families: [...state.families],
        coverage: [...state.coverage],
        published: [...state.published],
        counts: state.counts,
    };
    return Buffer.from(JSON.stringify(encoded));
}
/** Throws `unknown-version` on a state of a release that this one does not know. */
export function decodeFusionState(bytes) {
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
    const encoded = parseEncoded(text);
    return {
        streamUs: encoded.streamUs,
        atoms: new Map(encoded.atoms.map((atom) => [atom.key, { ...atom, ids: new Set(atom.ids) }])),
        carries: new Map(encoded.carries.map((carry) => [carry.id, carry])),
        families: new Map(encoded.families),
        coverage: new Map(encoded.coverage),
        published: new Map(encoded.published),
        counts: encoded.counts,
        groups: undefined,
    };
}
function parseEncoded(text) {
    let value;
    try {
        value = JSON.parse(text);
    }
    catch (cause) {
        throw new PlimsollError('unknown-version', 'fusion state: not JSON', { cause });
    }
    if (!isEncoded(value)) {
        throw new PlimsollError('unknown-version', 'fusion state: of another release');
    }
    return value;
}
/** The state is our own writing: its version says that the rest has this form. */
function isEncoded(value) {
    return typeof value === 'object' && value !== null && 'version' in value && value.version === VERSION;
}
//# sourceMappingURL=fusion-state.js.map