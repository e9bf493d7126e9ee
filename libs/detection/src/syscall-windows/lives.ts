import {
  CALL_NUMBERS,
  callNumber,
  hasResults,
  type SyscallBatch,
  type TimeUs,
  turnAt,
  turnsOf,
} from '@plimsoll/contracts';

import type { StateReader, StateWriter } from './bytes.js';
import { ACCEPTS } from './serving.js';

/**
 * Ends and starts of a container's processes. What a process does while it ends, and what its successor does until it
 * serves, is new to whoever learned it at work, and nothing that an attack looks like: windows of that time are not
 * scored. The rule is narrow, so that it cannot be had by an attack on a process that works:
 *
 * - an end is that of a process that was there for ten seconds (it calls `exit_group`, or another waits for it), and
 *   that accepts connections or was not begun by one that does: what a command line starts is no such. The one window
 *   that holds it is passed over.
 * - a start is a program executed within 15 s of such an end, by a process begun after it, and not begun by one that
 *   accepts connections; or, of a workload that serves, in the first 15 s of a container in which nobody accepted any
 *   yet. It lasts until ten seconds after anything in the container accepts a connection, a minute at most.
 *
 * Where a source has no results of calls nothing is passed over, and no start where there are more threads than are
 * kept. State: two numbers a thread, of 512 threads at most.
 */
export interface Lives {
  /** When each thread was first seen, the earliest first; minus infinity where it was there from the beginning. */
  readonly born: Map<number, TimeUs>;
  /** Threads that accepted connections. */
  readonly serving: Set<number>;
  /** Threads that those began, and what they began in turn; `TOO_MANY` is among them once one was not kept. */
  readonly begun: Set<number>;
  /** Threads whose beginning was seen, and was not a server's. */
  readonly others: Set<number>;
  /** When the stream began, when a long-lived process last ended, when its successor began and first accepted: 0 for never. */
  beganUs: TimeUs;
  endedUs: TimeUs;
  startedUs: TimeUs;
  servedUs: TimeUs;
}

const S = 1_000_000;
const MAX_THREADS = 512;
/** No thread's number. */
const TOO_MANY = 0;
const THERE_FROM_BEGINNING_US = 2 * S;
const LONG_LIVED_US = 10 * S;
const SUCCESSION_US = 15 * S;
const MAX_START_US = 60 * S;
const WARMING_US = 10 * S;

const EXIT = callNumber('exit_group');
const WAIT = callNumber('wait4');
const EXECS: readonly number[] = [callNumber('execve'), callNumber('execveat')];
const FORKS: readonly number[] = ['clone', 'clone3', 'fork', 'vfork'].map(callNumber);
/** Calls that lives are read from; all others only show that a thread is there. */
const TELLING = new Uint8Array(CALL_NUMBERS);
for (const call of [EXIT, WAIT, ...EXECS, ...ACCEPTS, ...FORKS]) TELLING[call] = 1;
const IS_ACCEPT = new Uint8Array(CALL_NUMBERS);
for (const call of ACCEPTS) IS_ACCEPT[call] = 1;

export function noLives(): Lives {
  const never = { beganUs: 0, endedUs: 0, startedUs: 0, servedUs: 0 };
  return { born: new Map(), serving: new Set(), begun: new Set(), others: new Set(), ...never };
}

/** Of the threads of the batch at hand, by their index: whether `born` surely holds them. */
let there = new Uint8Array(64);

/**
 * Takes in calls `[from, to)`; `serves`: the workload is known to accept connections, so that whatever begins a
 * container is the start of a server. Cost: a look-up for each thread that calls, and one for each call that tells.
 */
export function watchLives(lives: Lives, batch: SyscallBatch, from: number, to: number, serves: boolean): void {
  if (!hasResults(batch) || from === to) return;
  const { numbers, offsetsUs, baseTimeUs } = batch;
  const { count, threads, ids, of, ends } = turnsOf(batch);
  if (lives.beganUs === 0) lives.beganUs = baseTimeUs + offsetsUs[from]!;
  if (there.length < threads) there = new Uint8Array(2 * threads);
  there.fill(0, 0, threads);
  let last = -1;
  for (let i = from, turn = turnAt(ends, count, from); i < to; turn++) {
    const index = of[turn]!;
    const thread = ids[index]!;
    if (thread !== last && there[index] === 0) {
      if (!lives.born.has(thread)) {
        // Another one may have to go.
        if (lives.born.size >= MAX_THREADS) there.fill(0, 0, threads);
        begin(lives, thread, baseTimeUs + offsetsUs[i]!);
      }
      there[index] = 1;
    }
    last = thread;
    for (const end = Math.min(ends[turn]!, to); i < end; i++) {
      const call = numbers[i]!;
      if (TELLING[call] !== 1) continue;
      tell(lives, call, thread, batch, i, serves);
      if (call === EXIT || call === WAIT) there.fill(0, 0, threads);
    }
  }
}

function begin(lives: Lives, thread: number, timeUs: TimeUs): void {
  if (lives.born.size >= MAX_THREADS) {
    const oldest = lives.born.keys().next().value!;
    if (lives.serving.has(oldest) || lives.begun.has(oldest)) lives.begun.add(TOO_MANY);
    forget(lives, oldest);
  }
  lives.born.set(thread, timeUs - lives.beganUs < THERE_FROM_BEGINNING_US ? -Infinity : timeUs);
}

function forget(lives: Lives, thread: number): void {
  lives.born.delete(thread);
  lives.serving.delete(thread);
  if (thread !== TOO_MANY) lives.begun.delete(thread);
  lives.others.delete(thread);
}

/** Results are asked for only where something depends on them: they are laid out when they are first asked for. */
function tell(lives: Lives, call: number, thread: number, batch: SyscallBatch, at: number, serves: boolean): void {
  const timeUs = batch.baseTimeUs + batch.offsetsUs[at]!;
  if (call === EXIT) end(lives, thread, timeUs, serves);
  else if (call === WAIT) end(lives, batch.results![at]!, timeUs, serves);
  else if (IS_ACCEPT[call] === 1) {
    note(lives, lives.serving, thread);
    if (lives.startedUs > 0 && lives.servedUs < lives.startedUs && batch.results![at]! >= 0) lives.servedUs = timeUs;
  } else if (FORKS.includes(call)) {
    const result = batch.results![at]!;
    const served = lives.serving.has(thread) || lives.begun.has(thread);
    if (result > 0) note(lives, served ? lives.begun : lives.others, result);
    beginsHere(lives, result, timeUs);
  } else {
    // A program begins with its execution, whatever was there before.
    beginsHere(lives, thread, timeUs);
    if (isSuccessor(lives, thread, timeUs, serves) && timeUs > startsUntil(lives)) lives.startedUs = timeUs;
  }
}

/** A thread that was taken for one that was there before begins in the stream after all: a child may be seen first. */
function beginsHere(lives: Lives, thread: number, timeUs: TimeUs): void {
  if (lives.born.get(thread) === -Infinity) lives.born.set(thread, timeUs);
}

function end(lives: Lives, thread: number, timeUs: TimeUs, serves: boolean): void {
  const bornUs = lives.born.get(thread);
  if (bornUs === undefined) return;
  // What was there before is a server where the workload serves; of a job it may be a moment old.
  const sinceUs = serves ? bornUs : Math.max(bornUs, lives.beganUs);
  const served = !lives.serving.has(thread) && (lives.begun.has(thread) || lives.begun.has(TOO_MANY));
  if (thread !== 0 && !served && timeUs - sinceUs >= LONG_LIVED_US) lives.endedUs = timeUs;
  forget(lives, thread);
}

/** Where one more does not fit, nobody can tell any more who is no server's: nothing is passed over for a successor. */
function note(lives: Lives, threads: Set<number>, thread: number): void {
  if (threads.size < MAX_THREADS - 1) threads.add(thread);
  else if (!threads.has(thread)) lives.begun.add(TOO_MANY);
}

function isSuccessor(lives: Lives, thread: number, timeUs: TimeUs, serves: boolean): boolean {
  if (serves && lives.serving.size === 0 && timeUs - lives.beganUs <= SUCCESSION_US) return true;
  if (lives.endedUs === 0 || timeUs - lives.endedUs > SUCCESSION_US || lives.begun.has(TOO_MANY)) return false;
  return lives.others.has(thread) && lives.born.get(thread)! >= lives.endedUs;
}

function startsUntil({ startedUs, servedUs }: Lives): TimeUs {
  if (startedUs === 0) return 0;
  return servedUs >= startedUs ? Math.min(servedUs + WARMING_US, startedUs + MAX_START_US) : startedUs + MAX_START_US;
}

/** Whether the window `[startUs, endUs)` holds such an end, or part of such a start. */
export function passedOver(lives: Lives, window: { startUs: TimeUs; endUs: TimeUs }): 'end' | 'start' | undefined {
  if (lives.startedUs > 0 && window.endUs > lives.startedUs && window.startUs < startsUntil(lives)) return 'start';
  const { endedUs } = lives;
  return endedUs > 0 && endedUs >= window.startUs && endedUs < window.endUs ? 'end' : undefined;
}

export function writeLives(writer: StateWriter, lives: Lives): void {
  for (const timeUs of [lives.beganUs, lives.endedUs, lives.startedUs, lives.servedUs]) writer.double(timeUs);
  writer.uint(lives.born.size);
  for (const [thread, timeUs] of lives.born) {
    writer.uint(thread);
    writer.double(timeUs);
  }
  for (const threads of [lives.serving, lives.begun, lives.others]) {
    writer.uint(threads.size);
    for (const thread of threads) writer.uint(thread);
  }
}

export function readLives(reader: StateReader): Lives {
  const times = {
    beganUs: reader.double(),
    endedUs: reader.double(),
    startedUs: reader.double(),
    servedUs: reader.double(),
  };
  const born = new Map<number, TimeUs>();
  for (let left = reader.uint(); left > 0; left--) born.set(reader.uint(), reader.double());
  const threads = (): Set<number> => new Set(Array.from({ length: reader.uint() }, () => reader.uint()));
  return { ...times, born, serving: threads(), begun: threads(), others: threads() };
}
