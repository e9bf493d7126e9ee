import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { OutgoingRecord } from '@plimsoll/streaming';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';

import { Spool, type SpoolOptions } from './spool.js';

const folders: string[] = [];

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'plimsoll-spool-'));
  folders.push(path);
  return path;
}

afterEach(() => {
  for (const path of folders.splice(0)) rmSync(path, { recursive: true, force: true });
});

function record(name: string, bytes = 10): OutgoingRecord {
  return { topic: 'logs', key: name, value: Buffer.alloc(bytes, name) };
}

/** Announces losses by their names, so that the tests see which records went. */
function named(lost: readonly OutgoingRecord[]): OutgoingRecord[] {
  const names = lost.flatMap(({ key }) => (key.startsWith('lost:') ? key.slice(5).split(',') : [key]));
  return [{ topic: 'logs', key: `lost:${names.join(',')}`, value: new Uint8Array(0) }];
}

function open(path: string, options: Partial<SpoolOptions> = {}): Promise<Spool> {
  return Spool.open({ folder: path, maxBytes: 1_048_576, announceLoss: named, sync: 'never', ...options });
}

async function drain(spool: Spool, maxBytes = 1_000): Promise<string[]> {
  const keys: string[] = [];
  for (let batch = await spool.peek(maxBytes); batch; batch = await spool.peek(maxBytes)) {
    keys.push(...batch.records.map(({ key }) => key));
    await spool.release(batch);
  }
  return keys;
}

describe('Spool', () => {
  it('gives records back in order, with headers, and is empty again', async () => {
    const path = folder();
    const spool = await open(path, { sync: 'always' });
    expect(spool.empty).toBe(true);
    await spool.append([{ topic: 'alerts', key: 'a', value: Buffer.from('x'), headers: { ce_id: '1' } }]);
    await spool.append([record('b'), record('c')]);
    expect(spool.empty).toBe(false);
    const batch = await spool.peek(1_000);
    expect(batch?.records[0]).toEqual({
      topic: 'alerts',
      key: 'a',
      value: Uint8Array.from(Buffer.from('x')),
      headers: { ce_id: '1' },
    });
    expect(batch?.records.map(({ key }) => key)).toEqual(['a', 'b', 'c']);
    await spool.release(batch!);
    expect(spool.empty).toBe(true);
    expect(readdirSync(path)).toEqual(['place.json']);
    await spool.append([record('d')]);
    expect(await drain(spool)).toEqual(['d']);
    await spool.close();
  });

  it('gives the same batch until it is released', async () => {
    const spool = await open(folder());
    await spool.append(['a', 'b', 'c'].map((name) => record(name, 400)));
    expect((await spool.peek(500))?.records.map(({ key }) => key)).toEqual(['a', 'b']);
    expect((await spool.peek(500))?.records.map(({ key }) => key)).toEqual(['a', 'b']);
    await spool.release((await spool.peek(500))!);
    expect((await spool.peek(500))?.records.map(({ key }) => key)).toEqual(['c']);
    await spool.close();
  });

  it('drops the oldest segment when full and announces it before the rest, once and on disk', async () => {
    const path = folder();
    const spool = await open(path, { maxBytes: 4_000, segmentBytes: 1_000 });
    const names = Array.from({ length: 30 }, (_, i) => `r${i}`);
    for (const name of names) await spool.append([record(name, 200)]);
    expect(spool.counts.overflowed).toBeGreaterThan(0);
    expect(spool.sizeBytes).toBeLessThanOrEqual(4_000);
    await spool.close();
    const again = await open(path, { maxBytes: 4_000, segmentBytes: 1_000 });
    const [lost = '', ...kept] = await drain(again);
    expect([...lost.slice(5).split(','), ...kept]).toEqual(names);
    await again.close();
  });

  it('refuses what it could never hold, and says when the disk refuses', async () => {
    const path = folder();
    const spool = await open(path, { maxBytes: 4_000 });
    await expect(spool.append([record('big', 3_000)])).rejects.toMatchObject({ code: 'too-large' });
    rmSync(path, { recursive: true });
    await expect(spool.append([record('a')])).rejects.toMatchObject({ code: 'unavailable', retriable: true });
    await spool.close();
  });

  it('passes over damage, counts it, and gives what follows in other segments', async () => {
    const path = folder();
    const spool = await open(path, { segmentBytes: 500 });
    for (let i = 0; i < 6; i++) await spool.append([record(`r${i}`, 300)]);
    await spool.close();
    const [, second = ''] = readdirSync(path).sort();
    const bytes = readFileSync(join(path, second));
    bytes[100] = bytes[100]! ^ 0xff;
    writeFileSync(join(path, second), bytes);
    const again = await open(path, { segmentBytes: 500 });
    expect(await drain(again)).toEqual(['r0', 'r2', 'r3', 'r4', 'r5']);
    expect(again.counts.damagedBytes).toBe(bytes.length);
    await again.close();
  });

  it('has after a crash all that was promised, whatever the last write left behind', { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 600 }), { minLength: 1, maxLength: 25 }),
        fc.nat(),
        fc.nat(3),
        async (sizes, tear, released) => {
          const path = folder();
          const spool = await open(path, { segmentBytes: 1_500 });
          for (const [i, size] of sizes.entries()) await spool.append([record(`r${i}`, size)]);
          for (let i = 0; i < released; i++) {
            const batch = await spool.peek(700);
            if (batch) await spool.release(batch);
          }
          const waiting = await keysIn(spool, path);
          // The image of a crash within the write of one record more: any part of its frame may be there.
          await spool.append([record('torn', 100)]);
          const image = folder();
          cpSync(path, image, { recursive: true });
          await spool.close();
          const last = join(image, readdirSync(image).filter((name) => name.endsWith('.spool')).sort().at(-1)!); // prettier-ignore
          const frameBytes = 8 + 12 + 'logs'.length + 'torn'.length + 100;
          truncateSync(last, statSync(last).size - 1 - (tear % frameBytes));
          const again = await open(image, { segmentBytes: 1_500 });
          expect(await drain(again)).toEqual(waiting);
          await again.append([record('next')]);
          expect(await drain(again)).toEqual(['next']);
          await again.close();
        },
      ),
      { numRuns: 20 },
    );
  });

  it('keeps order and loses nothing unannounced, whatever is done to it', { timeout: 60_000 }, async () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant('append' as const), size: fc.integer({ min: 0, max: 900 }) }),
      fc.record({ do: fc.constant('drain' as const), size: fc.integer({ min: 1, max: 3_000 }) }),
      fc.record({ do: fc.constant('reopen' as const), size: fc.constant(0) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const path = folder();
        const options = { maxBytes: 5_000, segmentBytes: 1_000 };
        let spool = await open(path, options);
        const appended: string[] = [];
        const seen: string[] = [];
        const take = async (maxBytes: number): Promise<boolean> => {
          const batch = await spool.peek(maxBytes);
          if (!batch) return false;
          seen.push(...batch.records.flatMap(({ key }) => (key.startsWith('lost:') ? key.slice(5).split(',') : [key])));
          await spool.release(batch);
          return true;
        };
        for (const { do: action, size } of steps) {
          if (action === 'append') {
            appended.push(`r${appended.length}`);
            await spool.append([record(appended.at(-1)!, size)]);
          } else if (action === 'drain') await take(size);
          else {
            await spool.close();
            spool = await open(path, options);
          }
          expect(spool.sizeBytes).toBeLessThanOrEqual(options.maxBytes);
        }
        while (await take(1_000));
        expect(seen).toEqual(appended);
        await spool.close();
      }),
      { numRuns: 30 },
    );
  });
});

/** What is in the spool, from a copy. */
async function keysIn(spool: Spool, path: string): Promise<string[]> {
  const image = folder();
  cpSync(path, image, { recursive: true });
  const copy = await open(image);
  expect(copy.sizeBytes).toBe(spool.sizeBytes);
  const keys = await drain(copy);
  await copy.close();
  return keys;
}
