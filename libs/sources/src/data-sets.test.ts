import { join } from 'node:path';

import type { SourceKind } from '@plimsoll/contracts';
import { describe, expect, it } from 'vitest';

import { openSource } from './open-source.js';
import { RECORDINGS, sharedData } from './strace/shared-data.fixture.js';

const CONTEXT = { application: 'a', workload: 'w', container: 'c', stream: 's', privacy: 'balanced' } as const;

async function counted(kind: SourceKind, path: string): Promise<{ traces: number; calls: number }> {
  const traces = new Set<string>();
  let calls = 0;
  for await (const item of openSource({ workload: 'w', kind, path }, CONTEXT)) {
    if (item.type !== 'calls') continue;
    traces.add(item.of?.container ?? '');
    calls += item.calls.count;
  }
  return { traces: traces.size, calls };
}

describe('the bundled recordings', () => {
  it.each(['web.strace.gz', 'db.strace.gz'])('are opened: %s', async (name) => {
    const { traces, calls } = await counted('strace', join(RECORDINGS, 'benign-01', name));
    expect(traces).toBe(1);
    expect(calls).toBeGreaterThan(1_000);
  });
});

const adfaLd = sharedData('adfa-ld/ADFA-LD.zip');
if (adfaLd !== undefined) {
  describe('ADFA-LD', () => {
    it.each([
      ['Training_Data_Master', 501, 183_750],
      ['Validation_Data_Master', 2_624, 1_232_294],
      ['Attack_Data_Master', 439, 191_618],
    ])(
      'has the traces and calls of %s that its description counts',
      { timeout: 60_000 },
      async (name, traces, calls) => {
        expect(await counted('adfa-ld', join(adfaLd, 'ADFA-LD', name))).toEqual({ traces, calls });
      },
    );
  });
}

const hidsDocker = sharedData('hids-docker');
if (hidsDocker !== undefined) {
  describe('hids-docker', () => {
    it.each([
      ['normal', 217_317],
      ['exec', 50_486],
    ])('has the lines of %s that its description counts', { timeout: 60_000 }, async (name, calls) => {
      expect(await counted('hids-docker', join(hidsDocker, name))).toEqual({ traces: 15, calls });
    });
  });
}
