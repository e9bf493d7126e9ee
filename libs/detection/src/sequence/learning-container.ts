import { StateReader, StateWriter } from '../syscall-windows/bytes.js';
import {
  readWindowState,
  startWindowState,
  type WindowState,
  writeWindowState,
} from '../syscall-windows/window-state.js';
import { sizesOf, type SequenceOptions } from './options.js';
import type { Tally } from './scanner.js';
import { emptyTally } from './sequence-state.js';
import { ThreadMemory } from './thread-memory.js';

/** Version of `containerText`. */
const CONTAINER_STATE = 3;

/** What learning remembers of one container between its batches: the open window, and what its closed ones gave. */
export interface LearningContainer {
  readonly state: WindowState;
  readonly memory: ThreadMemory;
  /** Of the open window: calls by whether their runs are known, and programs that were not. */
  tally: Tally;
  programs: Set<number>;
  /** Unseen rates of closed calibration windows. */
  readonly rates: number[][];
}

/** A container that nothing was seen of: its threads remember runs of `length` calls. */
export function beginContainer(length: number, options: SequenceOptions): LearningContainer {
  return {
    state: startWindowState(),
    memory: new ThreadMemory(length),
    tally: emptyTally(sizesOf(options).length),
    programs: new Set(),
    rates: [],
  };
}

/** Reads what `containerText` wrote, for runs of `length` calls. Throws `unknown-version` where another release did. */
export function readContainer(text: string, length: number): LearningContainer {
  const reader = new StateReader(Buffer.from(text, 'base64'), CONTAINER_STATE, 'learning');
  const state = readWindowState(reader);
  const memory = new ThreadMemory(length);
  memory.read(reader);
  const kept = reader.uint();
  const tally = { kept, unseen: Uint32Array.from({ length: reader.uint() }, () => reader.uint()) };
  return { state, memory, tally, programs: new Set(), rates: [] };
}

/** A container's position in its stream, as text; programs and rates are kept beside it. */
export function containerText({ state, memory, tally }: LearningContainer): string {
  const writer = new StateWriter(CONTAINER_STATE);
  writeWindowState(writer, state);
  memory.write(writer);
  writer.uint(tally.kept);
  writer.uint(tally.unseen.length);
  for (const count of tally.unseen) writer.uint(count);
  return Buffer.from(writer.finish()).toString('base64');
}
