import { StateReader, StateWriter } from '../syscall-windows/bytes.js';
import { readWindowState, startWindowState, writeWindowState, } from '../syscall-windows/window-state.js';
import { COUNTERS } from './call-counts.js';
const VERSION = 1;
export function startFrequencyState() {
    return { ...startWindowState(), profileVersion: '', open: new Uint32Array(COUNTERS), past: [] };
}
export function encodeFrequencyState(state) {
    const writer = new StateWriter(VERSION);
    writeWindowState(writer, state);
    writer.text(state.profileVersion);
    writeCounts(writer, state.open);
    writer.uint(state.past.length);
    for (const counts of state.past)
        writeCounts(writer, counts);
    return writer.finish();
}
export function decodeFrequencyState(bytes) {
    const reader = new StateReader(bytes, VERSION, 'frequency');
    const window = readWindowState(reader);
    const profileVersion = reader.text();
    const open = readCounts(reader);
    return { ...window, profileVersion, open, past: Array.from({ length: reader.uint() }, () => readCounts(reader)) };
}
/** Most counters are zero: places and counts of the others. */
function writeCounts(writer, counts) {
    let used = 0;
    for (const count of counts)
        if (count > 0)
            used++;
    writer.uint(used);
    counts.forEach((count, place) => {
        if (count === 0)
            return;
        writer.uint(place);
        writer.uint(count);
    });
}
function readCounts(reader) {
    const counts = new Uint32Array(COUNTERS);
    const used = reader.uint();
    for (let i = 0; i < used; i++) {
        const place = reader.uint();
        counts[place] = reader.uint();
    }
    return counts;
}
//# sourceMappingURL=frequency-state.js.map