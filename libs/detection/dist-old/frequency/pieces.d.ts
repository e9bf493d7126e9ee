/** The pieces of the window that ends with the open one: at most `pieces`, the newest last. */
export declare function windowPieces(open: Uint32Array, past: readonly Uint32Array[], pieces: number): Uint32Array[];
/** Pieces added up. */
export declare function summed(pieces: readonly Uint32Array[]): Uint32Array;
/** Closes the open piece: it becomes the newest past one, and what no window looks back on is forgotten. */
export declare function closePiece(state: {
    open: Uint32Array;
    past: Uint32Array[];
}, pieces: number): void;
/** Windows do not reach across a loss or into another stream. */
export declare function forgetPieces(state: {
    open: Uint32Array;
    past: Uint32Array[];
}): void;
//# sourceMappingURL=pieces.d.ts.map