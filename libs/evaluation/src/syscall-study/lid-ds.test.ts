import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, it } from 'vitest';

import { layoutOf } from './lid-ds.fixture.js';
import { lidDsScenarios, studyLayout } from './layout.js';
import { runLidDs, scoreLidDs } from './lid-ds.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lid-ds-'));
  for (const [path, text] of layoutOf('CVE-2014-0160')) {
    await mkdir(join(folder, path, '..'), { recursive: true });
    await writeFile(join(folder, path), text);
  }
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

it('counts false alarms in a row once, and an attack by what ends after it began', () => {
  const at = (timeUs: number, alarms: boolean): { timeUs: number; alarms: boolean } => ({ timeUs, alarms });
  const scores = scoreLidDs([
    { exploitUs: undefined, windows: [at(1, true), at(2, true), at(3, false), at(4, true)] },
    { exploitUs: 10, windows: [at(9, true), at(10, false)] },
    { exploitUs: 10, windows: [at(9, false), at(10, true), at(11, true)] },
  ]);
  expect([scores.detected.hits, scores.detected.of]).toEqual([1, 2]);
  expect(scores.falseAlarms).toBe(3);
  expect([scores.falseWindows.hits, scores.falseWindows.of]).toEqual([4, 6]);
});

it("reads a scenario in the data set's form and scores it by its protocol", async () => {
  expect(studyLayout(folder)).toBe('lid-ds');
  expect(lidDsScenarios(folder)).toEqual([join(folder, 'CVE-2014-0160')]);
  expect(lidDsScenarios(join(folder, 'CVE-2014-0160', 'test'))).toEqual([]);
  await writeFile(join(folder, 'README'), 'a file beside the scenarios');
  expect(lidDsScenarios(folder)).toHaveLength(1);
  const { rows } = await runLidDs(folder);
  const row = rows.find(({ method }) => method.startsWith('unseen call alone'))!;
  expect([row.detected.hits, row.detected.of, row.falseAlarms]).toEqual([1, 1, 0]);
  const never = rows.find(({ method }) => method.startsWith('never'))!;
  expect([never.detected.hits, never.falseAlarms]).toEqual([0, 0]);
  expect(rows.some(({ method }) => method.startsWith('Plimsoll sequence'))).toBe(true);
}, 60_000);

it('refuses an exploit without a time', async () => {
  const name = join(folder, 'CVE-2014-0160', 'test', 'normal_and_attack', 'attacked.json');
  await writeFile(name, JSON.stringify({ exploit: true, time: {} }));
  await expect(runLidDs(folder)).rejects.toThrow(/an exploit without time/);
});
