import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { PlimsollError } from './errors.js';
import { decodeSyscallBatch, encodeSyscallBatch, type SyscallBatch } from './syscall-batch.js';

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
      fc.nat(2047),
      fc.nat(0xffffffff),
      fc.nat(100_000),
      fc.integer({ min: -4096, max: 2 ** 31 - 1 }),
    );
    fc.assert(
      fc.property(fc.array(call, { maxLength: 64 }), (calls) => {
        const batch = batchOf(calls);
        expect(decodeSyscallBatch(encodeSyscallBatch(batch))).toEqual(batch);
      }),
    );
  });

  it('reads a buffer that starts at any byte, as a record of a larger fetch does', () => {
    const bytes = encodeSyscallBatch(batchOf([[1, 2, 3, 4]]));
    const shifted = Buffer.concat([Buffer.from([7]), bytes]).subarray(1);
    expect(decodeSyscallBatch(shifted).numbers).toEqual(Uint16Array.of(1));
  });

  it('refuses what it cannot trust, with a reason', () => {
    const good = batchOf([[1, 2, 3, 4]]);
    expect(codeOf(() => decodeSyscallBatch(encodeSyscallBatch({ ...good, count: 2 })))).toBe('bad-message');
    expect(codeOf(() => decodeSyscallBatch(encodeSyscallBatch({ ...good, container: '' })))).toBe('bad-message');
    expect(codeOf(() => decodeSyscallBatch(encodeSyscallBatch({ ...good, baseTimeUs: NaN })))).toBe('bad-message');
    expect(codeOf(() => decodeSyscallBatch(encodeSyscallBatch({ ...good, numbers: Uint16Array.of(2048) })))).toBe(
      'bad-message',
    );
    expect(codeOf(() => decodeSyscallBatch(Uint8Array.of(8, 9)))).toBe('unknown-version');
    const back = {
      ...batchOf([
        [1, 1, 0, 0],
        [1, 1, 0, 0],
      ]),
      offsetsUs: Uint32Array.of(5, 4),
    };
    expect(codeOf(() => decodeSyscallBatch(encodeSyscallBatch(back)))).toBe('bad-message');
  });

  it('answers mutated bytes with a batch or a reason, never anything else', () => {
    const good = encodeSyscallBatch(
      batchOf([
        [1, 2, 3, 4],
        [5, 6, 7, 8],
      ]),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 }), (edits) => {
        const bytes = Uint8Array.from(good);
        for (const [at, value] of edits) bytes[at] = value;
        expect(['none', 'bad-message', 'unknown-version']).toContain(codeOf(() => decodeSyscallBatch(bytes)));
      }),
      { numRuns: 2000 },
    );
  });
});
