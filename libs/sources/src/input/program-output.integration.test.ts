import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { SourceItem } from '@plimsoll/contracts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { openSource } from '../open-source.js';
import { runSource } from '../run-source.js';
import { collectItems } from '../testing/collect-items.js';
import { tinyScap } from '../testing/tiny-scap.js';

const CONTEXT = { application: 'a', workload: 'w', container: 'c', stream: 's', privacy: 'strict' } as const;
const present = spawnSync('sysdig', ['--version']).status === 0;
if (!present && process.env['CI'] === 'true') throw new Error('the tests of captures need sysdig');

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-scap-'));
  writeFileSync(join(folder, 'capture.scap'), tinyScap());
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

async function all(items: AsyncIterable<SourceItem>): Promise<SourceItem[]> {
  const list: SourceItem[] = [];
  for await (const item of items) list.push(item);
  return list;
}

describe('a program as a source', () => {
  it('is read to its end, and says why it failed', async () => {
    const line = JSON.stringify({ 'evt.type': 'read', 'evt.dir': '<', 'thread.tid': 7 });
    const items = await all(runSource('sysdig-json', ['echo', line], CONTEXT));
    expect(Object.values(collectItems(items).calls)[0]?.names).toEqual(['read']);
    await expect(all(runSource('sysdig-json', ['no-such-program'], CONTEXT))).rejects.toThrow(/installed/);
    await expect(all(runSource('sysdig-json', ['sh', '-c', 'echo no driver >&2; exit 1'], CONTEXT))).rejects.toThrow(
      'sh failed: no driver',
    );
  });

  it('is ended when its reader is', async () => {
    const stop = new AbortController();
    const read = all(runSource('sysdig-json', ['sleep', '57.31'], CONTEXT, stop.signal));
    setTimeout(() => {
      stop.abort();
    }, 100);
    await read;
    expect(spawnSync('ps', ['-eo', 'args'], { encoding: 'utf8' }).stdout).not.toContain('sleep 57.31');
  });
});

describe.skipIf(!present)('a capture of libscap', () => {
  it('is told by sysdig, whether read as a file or from the program', async () => {
    const path = join(folder, 'capture.scap');
    const expected = { names: ['close', 'read', 'close'], threads: [100, 100, 101], results: [0, 4, -9] };
    const file = collectItems(await all(openSource({ workload: 'w', kind: 'sysdig-json', path }, CONTEXT)));
    expect(Object.values(file.calls)[0]).toMatchObject(expected);
    expect(Object.values(file.calls)[0]?.timesUs).toEqual([1, 3, 5].map((us) => 1_795_455_028_000_000 + us));
    const run = collectItems(await all(runSource('sysdig-json', ['sysdig', '-r', path, '-j', '-pc'], CONTEXT)));
    expect(run).toEqual(file);
  });

  it('is refused as another kind, and named', async () => {
    const source = openSource({ workload: 'w', kind: 'strace', path: join(folder, 'capture.scap') }, CONTEXT);
    await expect(all(source)).rejects.toThrow(/sysdig-json/);
  });
});
