import { StateReader, StateWriter } from '../syscall-windows/bytes.js';
import {
  readWindowState,
  startWindowState,
  type WindowState,
  writeWindowState,
} from '../syscall-windows/window-state.js';
import { DEFAULT_SEQUENCE_OPTIONS, lengthOf } from './options.js';
import { type NewProgram, PendingNames } from './programs.js';
import type { Tally } from './scanner.js';
import { readSpots, type Spot, writeSpots } from './spots.js';
import { ThreadMemory } from './thread-memory.js';

/** 2: with the p-values of the open minute; 3: with the lives of processes. */
const VERSION = 3;
const OLDEST = 1;

/** What the detector `sequence` remembers of a container: about 300 bytes, 20 a thread, and what evidence is pending. */
export interface SequenceState extends WindowState {
  /** The profile that `tally` was counted with; another one starts a new count. */
  profileVersion: string;
  memory: ThreadMemory;
  tally: Tally;
  spots: Spot[];
  /** Positions with something unseen that found no room among the spots. */
  moreUnseen: number;
  newPrograms: NewProgram[];
  pendingNames: PendingNames;
  /** Names of the new programs seen so far. */
  programNames: Map<number, string>;
}

export function startSequenceState(): SequenceState {
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

export function emptyTally(sizes: number): Tally {
  return { kept: 0, unseen: new Uint32Array(sizes) };
}

export function encodeSequenceState(state: SequenceState): Uint8Array {
  const writer = new StateWriter(VERSION);
  writeWindowState(writer, state);
  writer.text(state.profileVersion);
  writer.uint(state.memory.length);
  state.memory.write(writer);
  writer.uint(state.tally.kept);
  writer.uint(state.tally.unseen.length);
  for (const count of state.tally.unseen) writer.uint(count);
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

export function decodeSequenceState(bytes: Uint8Array): SequenceState {
  const reader = new StateReader(bytes, VERSION, 'sequence', OLDEST);
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
  for (const [digest, name] of readNames(reader)) pendingNames.restore(digest, name);
  const programNames = new Map(readNames(reader));
  return { ...window, profileVersion, memory, tally, spots, moreUnseen, newPrograms, pendingNames, programNames };
}

function writeNames(writer: StateWriter, names: readonly (readonly [number, string])[]): void {
  writer.uint(names.length);
  for (const [digest, name] of names) {
    writer.uint(digest);
    writer.text(name);
  }
}

function readNames(reader: StateReader): [number, string][] {
  return Array.from({ length: reader.uint() }, () => [reader.uint(), reader.text()]);
}
