import { StateReader, StateWriter } from '../syscall-windows/bytes.js';
import { readWindowState, startWindowState, writeWindowState, } from '../syscall-windows/window-state.js';
import { DEFAULT_SEQUENCE_OPTIONS, lengthOf } from './options.js';
import { PendingNames } from './programs.js';
import { readSpots, writeSpots } from './spots.js';
import { ThreadMemory } from './thread-memory.js';
const VERSION = 1;
export function startSequenceState() {
    return {
        ...startWindowState(),
        profileVersion: '',
        memory: new ThreadMemory(lengthOf(DEFAULT_SEQUENCE_OPTIONS)),
        tally: emptyTally(0),
        spots: [],
        moreUnseen: 0,
        newPrograms: [],
        pendingNames: new PendingNames(),
        programNames: new Map(),
    };
}
export function emptyTally(sizes) {
    return { kept: 0, unseen: new Uint32Array(sizes) };
}
export function encodeSequenceState(state) {
    const writer = new StateWriter(VERSION);
    writeWindowState(writer, state);
    writer.text(state.profileVersion);
    writer.uint(state.memory.length);
    state.memory.write(writer);
    writer.uint(state.tally.kept);
    writer.uint(state.tally.unseen.length);
    for (const count of state.tally.unseen)
        writer.uint(count);
    writeSpots(writer, state.spots);
    writer.uint(state.moreUnseen);
    writer.uint(state.newPrograms.length);
    for (const program of state.newPrograms) {
        writer.double(program.ordinal);
        writer.double(program.timeUs);
        writer.uint(program.thread);
        writer.uint(program.digest);
        writer.text(program.name);
    }
    writeNames(writer, [...state.pendingNames.entries()]);
    writeNames(writer, [...state.programNames]);
    return writer.finish();
}
export function decodeSequenceState(bytes) {
    const reader = new StateReader(bytes, VERSION, 'sequence');
    const window = readWindowState(reader);
    const profileVersion = reader.text();
    const memory = new ThreadMemory(reader.uint());
    memory.read(reader);
    const kept = reader.uint();
    const tally = { kept, unseen: Uint32Array.from({ length: reader.uint() }, () => reader.uint()) };
    const spots = readSpots(reader);
    const moreUnseen = reader.uint();
    const newPrograms = Array.from({ length: reader.uint() }, () => ({
        ordinal: reader.double(),
        timeUs: reader.double(),
        thread: reader.uint(),
        digest: reader.uint(),
        name: reader.text(),
    }));
    const pendingNames = new PendingNames();
    for (const [digest, name] of readNames(reader))
        pendingNames.restore(digest, name);
    const programNames = new Map(readNames(reader));
    return { ...window, profileVersion, memory, tally, spots, moreUnseen, newPrograms, pendingNames, programNames };
}
function writeNames(writer, names) {
    writer.uint(names.length);
    for (const [digest, name] of names) {
        writer.uint(digest);
        writer.text(name);
    }
}
function readNames(reader) {
    return Array.from({ length: reader.uint() }, () => [reader.uint(), reader.text()]);
}
//# sourceMappingURL=sequence-state.js.map