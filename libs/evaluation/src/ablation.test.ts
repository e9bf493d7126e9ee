import { join } from 'node:path';

import { findRecordings, replay, sourcesOf } from '@plimsoll/local-run';
import type { CollectorMessage } from '@plimsoll/pipelines';
import { describe, expect, it } from 'vitest';

import { ABLATIONS } from './ablation.js';

const FOLDER = join(import.meta.dirname, '../../../recordings/board/stored+reflected-b');

async function messages(
  alter?: (message: CollectorMessage) => CollectorMessage | undefined,
): Promise<CollectorMessage[]> {
  const [recording] = await findRecordings(FOLDER);
  const all: CollectorMessage[] = [];
  for await (const message of replay(sourcesOf(recording!), alter && { alter })) all.push(message);
  return all;
}

describe('what is taken away to see what it is worth', () => {
  it('is there, and nothing else goes', async () => {
    const whole = await messages();
    expect(ABLATIONS[0]!.without).toBe('nothing');
    expect(await messages(ABLATIONS[0]!.alter)).toEqual(whole);
    for (const { without, alter } of ABLATIONS.slice(1)) {
      const kept = whole.map(alter);
      const altered = kept.filter((message, i) => message !== undefined && changed(message, whole[i]!));
      const left = kept.filter((message) => message === undefined).length;
      expect(altered.length + left, without).toBeGreaterThan(0);
      if (altered.length > 0) expect(left, without).toBe(0);
    }
  }, 60_000);
});

function changed(message: CollectorMessage, from: CollectorMessage): boolean {
  return message !== from && JSON.stringify(message) !== JSON.stringify(from);
}
