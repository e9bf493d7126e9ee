import { callNumber } from '@plimsoll/contracts';
import { describe, expect, it } from 'vitest';

import { benignKeyGroup, callsOf, developmentKeyGroup, randomKeyGroup } from './key-groups.js';
import { publishedKeyGroup, publishedSets } from './published-key-groups.js';

const [read, write, open, exec] = ['read', 'write', 'open', 'execve'].map(callNumber) as [
  number,
  number,
  number,
  number,
];

/** Windows of 1,000 calls: half of them open, the others share `reads` parts read. */
const trace = (...reads: number[]): Uint16Array =>
  Uint16Array.from(
    reads.flatMap((share) => Array.from({ length: 1_000 }, (_, i) => (i % 2 ? open : i < share ? read : write))),
  );

describe('key groups', () => {
  it('takes from benign data what varies, and leaves what is always the same', () => {
    expect(benignKeyGroup([trace(100, 900, 500), trace(300)])).toEqual([read, write].sort((a, b) => a - b));
  });

  it('takes from development attacks what they change', () => {
    const attack = trace(500, 500).map((call, i) => (i % 10 === 0 ? exec : call));
    expect(developmentKeyGroup([trace(500, 500, 520)], [attack], 1)).toEqual([exec]);
  });

  it('draws the same group from the same seed, of calls that there are', () => {
    const calls = callsOf([trace(500)]);
    expect(randomKeyGroup(calls, 2, 5)).toEqual(randomKeyGroup(calls, 2, 5));
    expect(randomKeyGroup(calls, 9, 5)).toEqual(calls);
  });

  it("gives the paper's names as the kernel has them", () => {
    expect(publishedKeyGroup()).toContain(callNumber('fdatasync'));
    expect(publishedKeyGroup()).toHaveLength(19);
  });

  it('has 17 sets for each number of fields, each within the next', () => {
    for (const fields of [1, 2, 3, 4, 5, 6]) {
      const sets = publishedSets(fields);
      expect(sets).toHaveLength(17);
      for (const [i, set] of sets.slice(1).entries()) expect(set).toEqual(expect.arrayContaining(sets[i]!));
    }
    expect(publishedSets(6)[3]).toContain(callNumber('io_submit'));
    expect(publishedSets(1)[10]).toEqual(publishedSets(1)[9]);
    expect(() => publishedSets(7)).toThrow(RangeError);
  });
});
