import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { readdir, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, expect, it } from 'vitest';

import { Spool } from './spool.js';

/** A disk of its own, of 1 MiB; undefined where this user may mount none. */
function smallDisk(): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'plimsoll-test', folder], { stdio: 'ignore' });
    return folder;
  } catch {
    process.stderr.write('No disk may be mounted here: a full one is not tested.\n');
    return undefined;
  }
}

const disk = smallDisk();
afterAll(async () => {
  if (disk === undefined) return;
  execFileSync('umount', [disk]);
  await rmdir(disk);
});

it.skipIf(disk === undefined)(
  'a disk that is full before the spool is: what was promised is kept, and no more is',
  async () => {
    const folder = join(disk!, 'spool');
    const options = { folder, maxBytes: 64 * 1_048_576, announceLoss: () => [] };
    let spool = await Spool.open(options);
    const record = (key: number) => ({ topic: 'logs', key: String(key), value: Buffer.alloc(30_000, key) });
    const promised: string[] = [];
    let refused = 0;
    for (let key = 0; refused < 200; key++) {
      try {
        await spool.append([record(key)]);
        promised.push(String(key));
      } catch (error) {
        expect(error).toMatchObject({
          code: 'unavailable',
          retriable: true,
          message: 'the spool cannot write (ENOSPC)',
        });
        refused += 1;
      }
    }
    expect(promised.length).toBeGreaterThan(20);
    // Each refusal leaves nothing behind that would fill the disk or the memory further.
    expect((await readdir(folder)).length).toBeLessThan(10);
    expect(spool.counts).toEqual({ appended: promised.length, overflowed: 0, damagedBytes: 0 });

    await spool.close();
    spool = await Spool.open(options);
    const kept: string[] = [];
    for (let batch = await spool.peek(100_000); batch; batch = await spool.peek(100_000)) {
      kept.push(...batch.records.map(({ key }) => key));
      // A full disk takes no note of the place either; the records are read on all the same.
      await spool.release(batch).catch((error: unknown) => {
        expect(error).toMatchObject({ code: 'ENOSPC' });
      });
    }
    expect(kept).toEqual(promised);
    await spool.append([record(1)]);
    await spool.close();
  },
);
