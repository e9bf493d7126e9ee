import { callNumber, type SyscallBatch } from '@plimsoll/contracts';
import { describe, expect, it } from 'vitest';

import { StateReader, StateWriter } from './bytes.js';
import { type Lives, noLives, passedOver, readLives, watchLives, writeLives } from './lives.js';

const S = 1_000_000;
const BEGAN = 1_000 * S;
const [KEEPER, SERVER, OTHER, CHILD] = [10, 20, 30, 40] as const;
type Call = readonly [atS: number, thread: number, name: string, result?: number];

function batch(calls: readonly Call[], results = true): SyscallBatch {
  return {
    application: 'shop',
    workload: 'web',
    container: 'web-1',
    stream: 's',
    firstOrdinal: 0,
    baseTimeUs: BEGAN,
    count: calls.length,
    numbers: Uint16Array.from(calls, ([, , name]) => callNumber(name)),
    threads: Uint32Array.from(calls, ([, thread]) => thread),
    offsetsUs: Uint32Array.from(calls, ([atS]) => atS * S),
    results: results ? Int32Array.from(calls, ([, , , result = 0]) => result) : undefined,
    digests: undefined,
    names: new Map(),
    gaps: [],
    last: false,
  };
}

function after(calls: readonly Call[], { results = true, serves = true } = {}): Lives {
  const lives = noLives();
  const given = batch(calls, results);
  // Through bytes in the middle: a state may be stored at any call.
  const half = Math.floor(calls.length / 2);
  watchLives(lives, given, 0, half, serves);
  const writer = new StateWriter(1);
  writeLives(writer, lives);
  const read = readLives(new StateReader(writer.finish(), 1, 'lives'));
  expect(read).toEqual(lives);
  watchLives(read, given, half, calls.length, serves);
  return read;
}

const at = (lives: Lives, fromS: number, toS: number): ReturnType<typeof passedOver> =>
  passedOver(lives, { startUs: BEGAN + fromS * S, endUs: BEGAN + toS * S });
const AT_WORK: readonly Call[] = [
  [0, KEEPER, 'wait4'],
  [1, SERVER, 'accept4', 5],
  [1, OTHER, 'read', 5],
];
const RESTART: readonly Call[] = [
  ...AT_WORK,
  [30, SERVER, 'exit_group'],
  [31, KEEPER, 'clone', CHILD],
  [31, CHILD, 'close'],
  [31, CHILD, 'execve'],
];

describe('lives of processes', () => {
  it('passes over the window in which a long-lived process ends, and no other', () => {
    const lives = after([...AT_WORK, [30, SERVER, 'exit_group']]);
    expect([at(lives, 20, 29), at(lives, 29, 31), at(lives, 31, 40)]).toEqual([undefined, 'end', undefined]);
  });

  it('passes over the start of its successor, until a while after it serves', () => {
    const lives = after(RESTART);
    expect([at(lives, 32, 40), at(lives, 80, 90), at(lives, 92, 95)]).toEqual(['start', 'start', undefined]);
    const served = after([...RESTART, [36, CHILD, 'accept4', 7]]);
    expect([at(served, 40, 45), at(served, 47, 50)]).toEqual(['start', undefined]);
  });

  it('passes over the start of a container that serves nobody yet, and of a successor of what a signal ended', () => {
    expect(
      at(
        after([
          [0, KEEPER, 'read'],
          [1, CHILD, 'execve'],
        ]),
        2,
        9,
      ),
    ).toBe('start');
    const killed: readonly Call[] = [...AT_WORK, [30, KEEPER, 'wait4', SERVER], ...RESTART.slice(-3)];
    expect([at(after(killed), 29, 31), at(after(killed), 32, 40)]).toEqual(['end', 'start']);
  });

  it.each<[string, readonly Call[]]>([
    [
      'a command line that ends',
      [...AT_WORK, [20, SERVER, 'clone', CHILD], [20, CHILD, 'execve'], [21, CHILD, 'exit_group']],
    ],
    [
      'a program that a server starts, though another process ended',
      [...AT_WORK, [30, OTHER, 'exit_group'], [31, SERVER, 'clone', CHILD], [31, CHILD, 'execve']],
    ],
    [
      'a program soon after the stream began, of a server at work',
      [...AT_WORK, [20, SERVER, 'read'], [22, CHILD, 'execve']],
    ],
    [
      'a command line that is waited for',
      [...AT_WORK, [20, SERVER, 'clone', CHILD], [20, CHILD, 'execve'], [21, SERVER, 'wait4', CHILD]],
    ],
    ['a program of unknown parents', [...AT_WORK, [30, OTHER, 'exit_group'], [31, CHILD, 'execve']]],
    [
      'a program long after an end',
      [...AT_WORK, [30, SERVER, 'exit_group'], [60, KEEPER, 'clone', CHILD], [60, CHILD, 'execve']],
    ],
    ['a program of a process that was there before', [...AT_WORK, [30, SERVER, 'exit_group'], [31, OTHER, 'execve']]],
  ])('does not pass over %s', (_, calls) => {
    expect(at(after(calls), 61, 62) ?? at(after(calls), 31, 32) ?? at(after(calls), 20, 22)).toBeUndefined();
  });

  it('passes over no start of a container whose workload serves nobody: a job is its programs', () => {
    const job: readonly Call[] = [
      [0, OTHER, 'execve'],
      [1, OTHER, 'clone', CHILD],
      [1, CHILD, 'execve'],
    ];
    expect(at(after(job, { serves: true }), 0, 5)).toBe('start');
    expect(at(after(job, { serves: false }), 0, 5)).toBeUndefined();
  });

  it('takes no program that the stream shows from its execution on for one that was there long', () => {
    const job: readonly Call[] = [
      [0, KEEPER, 'execve'],
      [0, CHILD, 'close'],
      [1, KEEPER, 'clone', CHILD],
      [1, CHILD, 'execve'],
      [2, CHILD, 'exit_group'],
      [2, KEEPER, 'clone', OTHER],
      [2, OTHER, 'execve'],
      [3, KEEPER, 'exit_group'],
    ];
    expect(at(after(job, { serves: false }), 0, 5)).toBeUndefined();
    const attached = job.slice(1).filter(([, thread, name]) => thread !== CHILD || name !== 'execve');
    expect(at(after(attached, { serves: false }), 0, 5)).toBeUndefined();
  });

  it('passes over nothing where the source has no results', () => {
    expect(at(after(RESTART, { results: false }), 29, 33)).toBeUndefined();
  });

  it('passes over nothing that a command line of a server brought about, however long and however many', () => {
    const shells = Array.from({ length: 600 }, (_, i): Call => [31, CHILD, 'clone', 10_000 + i]);
    const calls: readonly Call[] = [
      ...AT_WORK,
      [30, SERVER, 'clone', CHILD],
      [31, CHILD, 'execve'],
      ...shells,
      ...shells.map(([, , , child]): Call => [32, child!, 'nanosleep']),
      ...shells.map(([, , , child]): Call => [45, child!, 'exit_group']),
      [46, CHILD, 'clone', 20_000],
      [46, 20_000, 'execve'],
    ];
    for (let from = 44; from < 60; from++) expect(at(after(calls), from, from + 1)).toBeUndefined();
  });

  it('stays small', () => {
    const lives = after(
      Array.from({ length: 4_000 }, (_, i): Call => [i, 1_000 + i, i % 2 ? 'accept4' : 'clone', 9_000 + i]),
    );
    expect(
      [lives.born.size, lives.serving.size, lives.begun.size, lives.others.size].every((size) => size <= 512),
    ).toBe(true);
  });
});
