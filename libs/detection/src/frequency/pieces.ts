import { COUNTERS } from './call-counts.js';

/** The pieces of the window that ends with the open one: at most `pieces`, the newest last. */
export function windowPieces(open: Uint32Array, past: readonly Uint32Array[], pieces: number): Uint32Array[] {
  return [...(pieces > 1 ? past.slice(-(pieces - 1)) : []), open];
}

/** Pieces added up. */
export function summed(pieces: readonly Uint32Array[]): Uint32Array {
  const counts = new Uint32Array(COUNTERS);
  for (const piece of pieces) for (let i = 0; i < COUNTERS; i++) counts[i] = counts[i]! + piece[i]!;
  return counts;
}

/** Closes the open piece: it becomes the newest past one. What no window looks back on is forgotten, and its array used again. */
export function closePiece(state: { open: Uint32Array; past: Uint32Array[] }, pieces: number): void {
  state.past.push(state.open);
  const forgotten = state.past.length > pieces - 1 ? state.past.splice(0, state.past.length - (pieces - 1)) : [];
  state.open = forgotten[0]?.fill(0) ?? new Uint32Array(COUNTERS);
}

/** Windows do not reach across a loss or into another stream. */
export function forgetPieces(state: { open: Uint32Array; past: Uint32Array[] }): void {
  state.past = [];
  state.open = new Uint32Array(COUNTERS);
}
