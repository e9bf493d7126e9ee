import { COUNTERS } from './call-counts.js';
/** The pieces of the window that ends with the open one: at most `pieces`, the newest last. */
export function windowPieces(open, past, pieces) {
    return [...(pieces > 1 ? past.slice(-(pieces - 1)) : []), open];
}
/** Pieces added up. */
export function summed(pieces) {
    const counts = new Uint32Array(COUNTERS);
    for (const piece of pieces)
        for (let i = 0; i < COUNTERS; i++)
            counts[i] = counts[i] + piece[i];
    return counts;
}
/** Closes the open piece: it becomes the newest past one, and what no window looks back on is forgotten. */
export function closePiece(state, pieces) {
    state.past.push(state.open);
    if (state.past.length > pieces - 1)
        state.past.splice(0, state.past.length - (pieces - 1));
    state.open = new Uint32Array(COUNTERS);
}
/** Windows do not reach across a loss or into another stream. */
export function forgetPieces(state) {
    state.past = [];
    state.open = new Uint32Array(COUNTERS);
}
//# sourceMappingURL=pieces.js.map