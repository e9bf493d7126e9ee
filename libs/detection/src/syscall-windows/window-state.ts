import { P_VALUE_BINS, type PValueCounts, type SyscallBatch, type VerdictState, type Where } from '@plimsoll/contracts';

import { type StateReader, type StateWriter } from './bytes.js';
import { type Lives, noLives, readLives, writeLives } from './lives.js';

/** The window that is open, `[startUs, endUs)`: a run of consecutive calls of one container. */
export interface OpenWindow {
  startUs: number;
  /** One microsecond after the last call so far. */
  endUs: number;
  /** Position of the first call in the stream. */
  startOrdinal: number;
  /** Calls so far; 0 where no window is open. */
  count: number;
}

/** Windows since the last coverage record. */
export interface PendingCoverage {
  startUs: number;
  endUs: number;
  windows: Record<VerdictState, number>;
  count: number;
  /** Of the windows scored. */
  pValues: PValueCounts | undefined;
}

/** What both detectors of calls remember of a container: where it is in its stream, its open window, its coverage. */
export interface WindowState {
  where: Where;
  stream: string;
  /** Position that the next call of the stream has. */
  nextOrdinal: number;
  window: OpenWindow;
  coverage: PendingCoverage;
  lives: Lives;
}

const NO_WHERE: Where = { application: '', workload: '', container: '' };

const STATES: readonly VerdictState[] = ['normal', 'anomalous', 'warming', 'insufficient', 'gap'];

export function startWindowState(): WindowState {
  return {
    where: NO_WHERE,
    stream: '',
    nextOrdinal: 0,
    window: emptyWindow(),
    coverage: emptyCoverage(),
    lives: noLives(),
  };
}

export function emptyWindow(): OpenWindow {
  return { startUs: 0, endUs: 0, startOrdinal: 0, count: 0 };
}

export function emptyCoverage(): PendingCoverage {
  return {
    startUs: 0,
    endUs: 0,
    windows: { normal: 0, anomalous: 0, warming: 0, insufficient: 0, gap: 0 },
    count: 0,
    pValues: undefined,
  };
}

export function whereOf({ application, workload, container }: SyscallBatch): Where {
  return { application, workload, container };
}

export function writeWindowState(writer: StateWriter, state: WindowState): void {
  const { where, window, coverage, lives } = state;
  for (const text of [where.application, where.workload, where.container, state.stream]) writer.text(text);
  for (const number of [state.nextOrdinal, window.startUs, window.endUs, window.startOrdinal]) writer.double(number);
  writer.uint(window.count);
  writeLives(writer, lives);
  writer.double(coverage.startUs);
  writer.double(coverage.endUs);
  for (const name of STATES) writer.uint(coverage.windows[name]);
  writer.double(coverage.count);
  const { pValues } = coverage;
  writer.uint(pValues?.calibratedOn ?? 0);
  if (pValues === undefined) return;
  writer.double(pValues.independence);
  for (const count of pValues.bins) writer.uint(count);
}

export function readWindowState(reader: StateReader): WindowState {
  const where = { application: reader.text(), workload: reader.text(), container: reader.text() };
  const stream = reader.text();
  const nextOrdinal = reader.double();
  const window = {
    startUs: reader.double(),
    endUs: reader.double(),
    startOrdinal: reader.double(),
    count: reader.uint(),
  };
  const lives = reader.version >= LIVES_SINCE ? readLives(reader) : noLives();
  const coverage = { ...emptyCoverage(), startUs: reader.double(), endUs: reader.double() };
  for (const name of STATES) coverage.windows[name] = reader.uint();
  coverage.count = reader.double();
  if (reader.version >= P_VALUES_SINCE) coverage.pValues = readPValues(reader);
  return { where, stream, nextOrdinal, window, coverage, lives };
}

/** States of an earlier version hold no p-values, or no lives. */
const P_VALUES_SINCE = 2;
const LIVES_SINCE = 3;

function readPValues(reader: StateReader): PValueCounts | undefined {
  const calibratedOn = reader.uint();
  if (calibratedOn === 0) return undefined;
  const independence = reader.double();
  return { calibratedOn, independence, bins: Array.from({ length: P_VALUE_BINS }, () => reader.uint()) };
}
