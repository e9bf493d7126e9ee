import { StateReader, StateWriter } from '../syscall-windows/bytes.js';
import {
  readWindowState,
  startWindowState,
  type WindowState,
  writeWindowState,
} from '../syscall-windows/window-state.js';
import { COUNTERS } from './call-counts.js';

/** 2: with the p-values of the open minute; 3: with the lives of processes. */
const VERSION = 3;
const OLDEST = 1;

/** What the detector `frequency` remembers of a container: the counts of its last pieces, 1–2 kB. */
export interface FrequencyState extends WindowState {
  profileVersion: string;
  /** Counts of the open piece. */
  open: Uint32Array;
  /** Counts of complete pieces, the newest last. */
  past: Uint32Array[];
}

export function startFrequencyState(): FrequencyState {
  return { ...startWindowState(), profileVersion: '', open: new Uint32Array(COUNTERS), past: [] };
}

export function encodeFrequencyState(state: FrequencyState): Uint8Array {
  const writer = new StateWriter(VERSION);
  writeWindowState(writer, state);
  writer.text(state.profileVersion);
  writeCounts(writer, state.open);
  writer.uint(state.past.length);
  for (const counts of state.past) writeCounts(writer, counts);
  return writer.finish();
}

export function decodeFrequencyState(bytes: Uint8Array): FrequencyState {
  const reader = new StateReader(bytes, VERSION, 'frequency', OLDEST);
  const window = readWindowState(reader);
  const profileVersion = reader.text();
  const open = readCounts(reader);
  return { ...window, profileVersion, open, past: Array.from({ length: reader.uint() }, () => readCounts(reader)) };
}

const used = new Uint16Array(COUNTERS);

/** Most counters are zero: which are not, and their counts. */
export function writeCounts(writer: StateWriter, counts: Uint32Array): void {
  let size = 0;
  for (let counter = 0; counter < COUNTERS; counter++) if (counts[counter]! > 0) used[size++] = counter;
  writer.uint(size);
  for (let i = 0; i < size; i++) {
    writer.uint(used[i]!);
    writer.uint(counts[used[i]!]!);
  }
}

export function readCounts(reader: StateReader): Uint32Array {
  const counts = new Uint32Array(COUNTERS);
  const used = reader.uint();
  for (let i = 0; i < used; i++) {
    const counter = reader.uint();
    counts[counter] = reader.uint();
  }
  return counts;
}
