import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { PlimsollError } from './errors.js';
import { turnAt, type SyscallBatch } from './syscall-batch.js';
import { decodeSyscallBatch, eachDigest, encodeSyscallBatch, hasResults, mayHold, turnsOf } from './syscall-codec.js';

const batchOf = (calls: readonly (readonly [number, number, number, number])[]): SyscallBatch => {
  const offsets = calls.map(([, , delta]) => delta);
  for (let i = 1; i < offsets.length; i++) offsets[i]! += offsets[i - 1]!;
  return {
    application: 'shop',
    workload: 'db',
    container: 'c-1',
    stream: 'run-1',
    firstOrdinal: 5_000_000_000,
    baseTimeUs: 1_795_455_028_639_988,
    count: calls.length,
    numbers: Uint16Array.from(calls, ([number]) => number),
    threads: Uint32Array.from(calls, ([, thread]) => thread),
    offsetsUs: Uint32Array.from(offsets),
    results: Int32Array.from(calls, ([, , , result]) => result),
    digests: undefined,
    names: new Map([[0xdeadbeef, '/bin/sh']]),
    gaps: [{ startUs: 1, endUs: 2, lost: 3, cause: 'source-drop' }],
    last: true,
  };
};

/** Every field of a decoded batch, those that are laid out when they are asked for too. */
const whole = (batch: SyscallBatch): SyscallBatch => ({
  ...batch,
  threads: batch.threads,
  results: batch.results,
  digests: batch.digests,
});

/** Whose each call is, by the turns and by a search for the turn of each. */
const threadsByTurns = (batch: SyscallBatch): number[] => {
  const { count, ids, of, ends } = turnsOf(batch);
  const threads: number[] = [];
  for (let turn = 0; turn < count; turn++) {
    while (threads.length < ends[turn]!) {
      expect(turnAt(ends, count, threads.length)).toBe(turn);
      threads.push(ids[of[turn]!]!);
    }
  }
  return threads;
};

const named = (batch: SyscallBatch): [number, number][] => {
  const found: [number, number][] = [];
  eachDigest(batch, (digest, at) => found.push([at, digest]));
  return found;
};

/** Messages of schema 1 that an earlier release wrote. */
const FIXED_WIDTH = {
  full: 'CAESBHNob3AaAmRiIgNjLTEqBXJ1bi0xMQDyBSoBAAAAOdDjxMzTgxlDQANKBgAAOwABAVIMBwAAAAcAAAAAKGvuWgwAAAAABQAAAHARAQBiDP7///8AAAAA////f2oMAAAAAO++rd4AAAAAciEJAAAAAAAA8D8RAAAAAAAAAEAYAyILc291cmNlLWRyb3B4AYIBDg3vvq3eEgcvYmluL3No',
  bare: 'CAESBHNob3AaAmRiIgNjLTEqBXJ1bi0xMQDyBSoBAAAAOdDjxMzTgxlDQANKBgAAOwABAVIMBwAAAAcAAAAAKGvuWgwAAAAABQAAAHARAQA=',
};

const codeOf = (read: () => unknown): string => {
  try {
    read();
  } catch (error) {
    if (error instanceof PlimsollError) return error.code;
    throw error;
  }
  return 'none';
};

describe('a batch of system calls in Protobuf columns', () => {
  it('comes back as it went in', () => {
    const call = fc.tuple(
      fc.oneof(fc.nat(2047), fc.nat(40)),
      fc.oneof(fc.nat(0xffffffff), fc.nat(3)),
      fc.oneof(fc.nat(100_000), fc.nat(200)),
      fc.oneof(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), fc.integer({ min: -100, max: 100 })),
      fc.oneof(fc.nat(0xffffffff), fc.constant(0)),
    );
    fc.assert(
      fc.property(fc.array(call, { maxLength: 600 }), fc.boolean(), fc.boolean(), (calls, withResults, withDigests) => {
        const made = batchOf(calls.map(([number, thread, delta, result]) => [number, thread, delta, result]));
        const digests = Uint32Array.from(calls, ([, , , , digest]) => digest);
        const batch = {
          ...made,
          results: withResults ? made.results : undefined,
          digests: withDigests ? digests : undefined,
        };
        const decoded = decodeSyscallBatch(encodeSyscallBatch(batch));
        expect(hasResults(decoded)).toBe(withResults);
        expect(whole(decoded)).toEqual(batch);
        expect(threadsByTurns(decoded)).toEqual(calls.map(([, thread]) => thread));
        expect(threadsByTurns(batch)).toEqual(calls.map(([, thread]) => thread));
        expect(named(decoded)).toEqual(withDigests ? calls.flatMap(([, , , , digest], i) => (digest === 0 ? [] : [[i, digest]])) : []); // prettier-ignore
        expect(named(batch)).toEqual(named(decoded));
        const marked = new Uint8Array(2_048);
        marked[7] = 1;
        expect(mayHold(decoded, marked)).toBe(calls.some(([number]) => number === 7));
      }),
    );
  });

  it('holds every kind of call at once, and as many threads as calls', () => {
    const batch = batchOf(Array.from({ length: 4_096 }, (_, i) => [i >> 1, i * 1_000_003, i % 300, i % 2]));
    expect(whole(decodeSyscallBatch(encodeSyscallBatch(batch)))).toEqual(batch);
  });

  it('is a few bytes a call', () => {
    const calls = Array.from({ length: 512 }, (_, i) => [i % 23, 1_000 + ((i >> 3) % 4), i % 90, i % 3] as const);
    expect(encodeSyscallBatch(batchOf(calls)).byteLength).toBeLessThan(512 * 3.2);
  });

  it('reads what the release before wrote', () => {
    const full = decodeSyscallBatch(Buffer.from(FIXED_WIDTH.full, 'base64'));
    const batch = {
      ...batchOf([]),
      count: 3,
      numbers: Uint16Array.of(0, 59, 257),
      threads: Uint32Array.of(7, 7, 4_000_000_000),
      offsetsUs: Uint32Array.of(0, 5, 70_000),
      results: Int32Array.of(-2, 0, 2 ** 31 - 1),
      digests: Uint32Array.of(0, 0xdeadbeef, 0),
    };
    expect(full).toEqual(batch);
    expect(hasResults(full)).toBe(true);
    const bare = decodeSyscallBatch(Buffer.from(FIXED_WIDTH.bare, 'base64'));
    const without = { results: undefined, digests: undefined, names: new Map(), gaps: [], last: false };
    expect(bare).toEqual({ ...batch, ...without });
    expect(hasResults(bare)).toBe(false);
  });

  it('reads a buffer that starts at any byte, as a record of a larger fetch does', () => {
    const bytes = encodeSyscallBatch(batchOf([[1, 2, 3, 4]]));
    const shifted = Buffer.concat([Buffer.from([7]), bytes]).subarray(1);
    expect(decodeSyscallBatch(shifted).numbers).toEqual(Uint16Array.of(1));
  });

  it('writes the next batch as it is after one that it refused', () => {
    const next = batchOf([[59, 2, 3, 4]]);
    const refused = { ...batchOf([0, 1].map(() => [59, 2, 3, 4])), numbers: Uint16Array.of(59, 2048) };
    expect(codeOf(() => encodeSyscallBatch(refused))).toBe('bad-message');
    expect(whole(decodeSyscallBatch(encodeSyscallBatch(next)))).toEqual(next);
  });

  it('refuses what it cannot trust, with a reason', () => {
    const good = batchOf([[1, 2, 3, 4]]);
    const readBack = (batch: SyscallBatch) => () => decodeSyscallBatch(encodeSyscallBatch(batch));
    expect(codeOf(readBack({ ...good, count: 2 }))).toBe('bad-message');
    expect(codeOf(readBack({ ...good, count: 0 }))).toBe('bad-message');
    expect(codeOf(readBack({ ...good, count: 65_537 }))).toBe('bad-message');
    expect(codeOf(readBack({ ...good, container: '' }))).toBe('bad-message');
    expect(codeOf(readBack({ ...good, workload: 'w'.repeat(257) }))).toBe('bad-message');
    expect(codeOf(readBack({ ...good, baseTimeUs: NaN }))).toBe('bad-message');
    expect(codeOf(readBack({ ...good, numbers: Uint16Array.of(2048) }))).toBe('bad-message');
    expect(codeOf(readBack({ ...good, threads: Uint32Array.of(2, 2) }))).toBe('bad-message');
    expect(codeOf(readBack({ ...good, results: Int32Array.of(4, 4) }))).toBe('bad-message');
    expect(codeOf(readBack({ ...good, digests: Uint32Array.of(0, 4) }))).toBe('bad-message');
    const two = batchOf([
      [1, 1, 0, 0],
      [1, 1, 0, 0],
    ]);
    expect(codeOf(readBack({ ...two, offsetsUs: Uint32Array.of(5, 4) }))).toBe('bad-message');
    expect(codeOf(() => decodeSyscallBatch(Uint8Array.of(8, 9)))).toBe('unknown-version');
    expect(codeOf(() => decodeSyscallBatch(Uint8Array.of()))).toBe('unknown-version');
  });

  it('takes no call of a message that is cut', () => {
    const good = encodeSyscallBatch(batchOf(Array.from({ length: 40 }, (_, i) => [i, i % 5, i * 9, i - 20])));
    for (let size = 0; size < good.length; size++) {
      let count = 0;
      const read = (): void => {
        ({ count } = decodeSyscallBatch(good.subarray(0, size)));
      };
      expect(['none', 'bad-message', 'unknown-version']).toContain(codeOf(read));
      expect(count).toBe(0);
    }
  });

  it.each(['narrow columns', 'fixed-width columns'])(
    'answers mutated bytes with a batch or a reason, never anything else: %s',
    (form) => {
      const calls = Array.from({ length: 40 }, (_, i) => [i * 7, i % 20, i * 50, i * 3_000 - 60_000] as const);
      const batch = { ...batchOf(calls), digests: Uint32Array.from(calls, (_, i) => (i % 4) * 0x01010101) };
      const good =
        form === 'narrow columns'
          ? encodeSyscallBatch(batch)
          : Uint8Array.from(Buffer.from(FIXED_WIDTH.full, 'base64'));
      const edit = fc.tuple(fc.nat(good.length - 1), fc.nat(255));
      fc.assert(
        fc.property(fc.array(edit, { minLength: 1, maxLength: 8 }), (edits) => {
          const bytes = Uint8Array.from(good);
          for (const [at, value] of edits) bytes[at] = value;
          let read: SyscallBatch | undefined;
          expect(['none', 'bad-message', 'unknown-version']).toContain(
            codeOf(() => {
              read = decodeSyscallBatch(bytes);
            }),
          );
          if (read === undefined) return;
          // What was taken is whole: asking for the rest of it cannot fail any more.
          const { count, numbers, threads, offsetsUs, results, digests } = read;
          for (const column of [numbers, threads, offsetsUs, results, digests]) {
            expect(column?.length ?? count).toBe(count);
          }
          expect(numbers.every((number) => number < 2048)).toBe(true);
          expect(offsetsUs.every((offsetUs, i) => i === 0 || offsetUs >= offsetsUs[i - 1]!)).toBe(true);
        }),
        { numRuns: 3000 },
      );
    },
  );
});
