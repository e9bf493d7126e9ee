import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { EVENT_DETECTORS } from '@plimsoll/detection';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { learnProfiles } from './learn-profiles.js';
import { suspectWords } from './prior-suspects.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-suspects-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const INJECTION = encodeURIComponent("zz%') UNION SELECT id,pass,login,4 FROM customers -- ");

/** 200 searches for plain words; where told to, three of them are an injection. */
async function learnedFrom(poisoned: boolean) {
  const lines = Array.from({ length: 200 }, (_, i) => {
    const query = poisoned && i % 70 === 20 ? INJECTION : `word${i % 17}`;
    const time = `29/Nov/2026:08:${String(Math.floor(i / 60)).padStart(2, '0')}:${String(i % 60).padStart(2, '0')}`;
    return `192.0.2.${i % 9} - - [${time} +0000] "GET /search?q=${query} HTTP/1.1" 200 512 "-" "agent"\n`;
  });
  const path = join(folder, 'access.log');
  writeFileSync(path, lines.join(''));
  const where = { application: 'shop', workload: 'web', container: 'web-1' };
  const source = { where, stream: 'access.log', kind: 'access-log' as const, path };
  const logs = EVENT_DETECTORS.map(({ kind, learner }) => ({ type: kind, learner }));
  return learnProfiles({ learn: [[source]], calibrate: [] }, { syscalls: [], logs });
}

it('names what in the learning data would alert before anything is learned, and where', async () => {
  const { suspects } = await learnedFrom(true);
  expect(suspects).toMatchObject([
    { application: 'shop', workload: 'web', kind: 'sql', count: 3, first: { path: '/search', parameter: 'q' } },
  ]);
  expect(suspectWords(suspects[0]!)).toMatch(/3 values .* sql .* q of \/search at 2026-11-29T08:00:20/);
});

it('says nothing of plain data', async () => {
  expect((await learnedFrom(false)).suspects).toEqual([]);
});
