import { fileURLToPath } from 'node:url';

import { messageTimeUs, type CollectorMessage } from '@plimsoll/pipelines';
import { expect, it } from 'vitest';

import { asIfNow } from './as-if-now.js';
import { findRecordings } from './recording-folder.js';
import { replay, sourcesOf } from './replay.js';

const BUNDLED = fileURLToPath(new URL('../../../recordings/employee', import.meta.url));

it('plays episodes one after the other from now on, each in its own pace, and ends when told to', async () => {
  const all = await findRecordings(BUNDLED);
  const episodes = all.filter(({ recording }) => ['csrf-3-a', 'sqli-bypass-a'].includes(recording.episode));
  const sources = episodes.map(sourcesOf);
  const [first] = sources;
  const recorded: CollectorMessage[] = [];
  for await (const message of replay(first!)) recorded.push(message);

  const beginsMs = 1_800_000_000_000;
  let nowMs = beginsMs;
  const ending = new AbortController();
  const clock = {
    nowMs: () => nowMs,
    sleep: (durationMs: number) => {
      nowMs += durationMs;
      return Promise.resolve();
    },
  };
  const played: CollectorMessage[] = [];
  for await (const message of asIfNow(sources, clock, ending.signal)) {
    expect(messageTimeUs(message)).toBeLessThanOrEqual(nowMs * 1_000 + 1);
    played.push(message);
    if (played.length === recorded.length + 1) ending.abort();
  }
  const since = (messages: readonly CollectorMessage[]): number[] =>
    messages.slice(0, recorded.length).map((message) => messageTimeUs(message) - messageTimeUs(messages[0]!));
  expect(played).toHaveLength(recorded.length + 1);
  expect(messageTimeUs(played[0]!)).toBe(beginsMs * 1_000);
  expect(since(played)).toEqual(since(recorded));
  expect(messageTimeUs(played.at(-1)!)).toBeGreaterThanOrEqual(messageTimeUs(played.at(-2)!));
});
