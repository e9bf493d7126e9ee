import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, URL } from 'node:url';

import { findRecordings } from '@plimsoll/local-run';
import { expect, it, onTestFinished } from 'vitest';

import { episodeContents } from './episode-contents.js';
import { runManifest } from './manifest.js';

const PYTHON = ['/usr/bin/python3', '/usr/local/bin/python3'].find((path) => existsSync(path));
const TESTBED = fileURLToPath(new URL('../../../../testbed', import.meta.url));
const RECORDING = fileURLToPath(new URL('../../../../recordings/shop/shop-csrf-a', import.meta.url));

function planned(condition: string, episode: string, seed: number, hashSeed: number): string {
  const program = `from paper.plan import episode_plan, text_of; print(text_of(episode_plan("${condition}", "${episode}", "test", 14, ${seed})))`;
  const env = { PYTHONDONTWRITEBYTECODE: '1', PYTHONHASHSEED: String(hashSeed) };
  return execFileSync(PYTHON!, ['-c', program], { cwd: TESTBED, env, encoding: 'utf8' });
}

it.skipIf(PYTHON === undefined)('plans who does what when, with which fields, from the seed alone', () => {
  for (const [condition, episode] of [
    ['editors', 'stored'],
    ['readers', 'update-3'],
  ] as const) {
    const plan = planned(condition, episode, 1, 1);
    expect(planned(condition, episode, 1, 2)).toBe(plan);
    expect(planned(condition, episode, 2, 1)).not.toBe(plan);
  }
  const { steps } = JSON.parse(planned('readers', 'update-3', 1, 1)) as { steps: { do: string; form?: object }[] };
  expect(steps.filter((step) => step.do === 'update').length).toBeGreaterThan(10);
  expect(steps.some((step) => step.do === 'save')).toBe(false);
});

it.skipIf(PYTHON === undefined)('lets as many people work in episodes without an attacker as in those with one', () => {
  for (const episode of ['benign-1', 'benign-5', 'benign-7', 'update-development', 'union', 'forged']) {
    const { steps } = JSON.parse(planned('lookers', episode, 1, 1)) as { steps: { client: string }[] };
    expect(new Set(steps.map((step) => step.client)).size, episode).toBe(5);
  }
});

it('names the plan of an episode in the manifest by its hash', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'planned-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await cp(RECORDING, join(folder, 'one'), { recursive: true });
  const file = join(folder, 'one', 'recording.json');
  await writeFile(file, JSON.stringify({ ...JSON.parse(await readFile(file, 'utf8')), plan: 'plan.json' }));
  await writeFile(join(folder, 'one', 'plan.json'), '{}\n');
  const { plans } = await runManifest(1, {}, await episodeContents(await findRecordings(folder)));
  expect(plans).toEqual({ 'shop/csrf-a': createHash('sha256').update('{}\n').digest('hex') });
});
