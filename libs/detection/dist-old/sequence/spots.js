/** Spots kept of a window: the first ones, in which an attack begins, and room for evidence of other kinds. */
export const MAX_SPOTS = 16;
/** Calls between two unseen positions of a thread that still belong together. */
export const SPOT_REACH = 16;
export function writeSpots(writer, spots) {
    writer.uint(spots.length);
    for (const spot of spots) {
        writer.double(spot.ordinal);
        writer.double(spot.timeUs);
        writer.uint(spot.thread);
        writer.uint(spot.calls.length);
        for (const call of spot.calls)
            writer.uint(call);
        writer.uint(spot.size);
        writer.uint(spot.positions);
        writer.double(spot.lastOrdinal);
    }
}
export function readSpots(reader) {
    return Array.from({ length: reader.uint() }, () => {
        const ordinal = reader.double();
        const timeUs = reader.double();
        const thread = reader.uint();
        const calls = Array.from({ length: reader.uint() }, () => reader.uint());
        return {
            ordinal,
            timeUs,
            thread,
            calls,
            size: reader.uint(),
            positions: reader.uint(),
            lastOrdinal: reader.double(),
        };
    });
}
//# sourceMappingURL=spots.js.map