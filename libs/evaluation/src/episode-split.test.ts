import type { RecordingAt } from '@plimsoll/local-run';
import { expect, it } from 'vitest';

import { redrawnSplit } from './episode-split.js';

const sources = [{ workload: 'db', kind: 'strace' as const, path: 'db' }];
const episode = (name: string, split: 'learn' | 'calibrate' | 'test'): RecordingAt => ({
  folder: '',
  recording: {
    application: 'shop',
    episode: name,
    split,
    sources,
    attacks: name.startsWith('benign') ? [] : [{ path: 'sqli', kind: 'any' }],
  },
});
const RECORDED = [
  ...[1, 2, 3, 4].map((i) => episode(`benign-${i}`, 'learn')),
  ...[5, 6].map((i) => episode(`benign-${i}`, 'calibrate')),
  ...[7, 8, 9].map((i) => episode(`benign-${i}`, 'test')),
  episode('union', 'test'),
];
const names = (seed: number, split: string): string[] =>
  redrawnSplit(RECORDED, seed)
    .filter(({ recording }) => recording.split === split)
    .map(({ recording }) => recording.episode);

it('draws which benign episodes learn, calibrate and test, as many of each, and keeps attacks to the test', () => {
  for (let seed = 1; seed <= 10; seed++) {
    const [learn, calibrate, test] = ['learn', 'calibrate', 'test'].map((split) => names(seed, split));
    expect([learn!.length, calibrate!.length, test!.length]).toEqual([4, 2, 4]);
    expect(new Set([...learn!, ...calibrate!, ...test!]).size).toBe(RECORDED.length);
    expect(test).toContain('union');
  }
  expect(
    new Set(
      Array.from({ length: 10 }, (_, i) =>
        names(i + 1, 'learn')
          .sort()
          .join(' '),
      ),
    ).size,
  ).toBeGreaterThan(5);
  expect(names(3, 'learn')).toEqual(names(3, 'learn'));
});
