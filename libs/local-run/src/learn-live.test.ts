import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { EVENT_DETECTORS } from '@plimsoll/detection';
import type { CollectorMessage, GroupProgress } from '@plimsoll/pipelines';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { learnLive } from './learn-live.js';
import { replay } from './replay.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-live-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** 400 requests, with a pause in the middle, as a stream that is still going on gives them. */
async function* requests(between: Promise<unknown>): AsyncGenerator<CollectorMessage> {
  const lines = Array.from({ length: 400 }, (_, i) => {
    const time = `29/Nov/2026:08:${String(Math.floor(i / 60)).padStart(2, '0')}:${String(i % 60).padStart(2, '0')}`;
    return `192.0.2.${i % 9} - - [${time} +0000] "GET /search?q=word${i % 17} HTTP/1.1" 200 512 "-" "agent"\n`;
  });
  const path = join(folder, 'access.log');
  writeFileSync(path, lines.join(''));
  const where = { application: 'shop', workload: 'web', container: 'web-1' };
  let given = 0;
  for await (const message of replay([{ where, stream: 'access.log', kind: 'access-log', path }])) {
    if (given++ === 200) await between;
    yield message;
  }
}

it('tells while it learns how far each profile would be if learning ended now, and learns the same', async () => {
  const learners = { syscalls: [], logs: EVENT_DETECTORS.map(({ kind, learner }) => ({ type: kind, learner })) };
  const told: GroupProgress[][] = [];
  let goOn = (): void => undefined;
  const between = new Promise<void>((resolve) => (goOn = resolve));
  const live = await learnLive([requests(between)], learners, {
    everyMs: 20,
    onProgress: (groups) => {
      told.push([...groups]);
      if (groups.some(({ events }) => events > 0)) goOn();
    },
  });
  const first = told.find((groups) => groups.length > 0)!;
  const web = first.find(({ detector }) => detector === 'web')!;
  expect(web).toMatchObject({ application: 'shop', workload: 'web', stage: 'learning' });
  // Of what has come the last 30 % calibrate.
  expect(web.events).toBe(140);
  const atOnce = await learnLive([requests(Promise.resolve())], learners);
  expect(live.profiles.map(({ version }) => version)).toEqual(atOnce.profiles.map(({ version }) => version));
});
