import { gzipSync } from 'node:zlib';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { gunzip, isGzip, type PackedEnd } from './gunzip.js';

async function* pieces(bytes: Uint8Array, sizeBytes: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += sizeBytes) {
    await Promise.resolve();
    yield bytes.subarray(at, at + sizeBytes);
  }
}

async function unpack(packed: Uint8Array, sizeBytes: number): Promise<{ bytes: Buffer; truncated: boolean }> {
  const end: PackedEnd = { truncated: false };
  const parts: Uint8Array[] = [];
  for await (const part of gunzip(pieces(packed, sizeBytes), 'trace.gz', end)) parts.push(Uint8Array.from(part));
  return { bytes: Buffer.concat(parts), truncated: end.truncated };
}

describe('gunzip', () => {
  const text = Buffer.from(Array.from({ length: 40_000 }, (_, i) => `line ${i * 7919}\n`).join(''));

  it('knows gzip by its first bytes', () => {
    expect(isGzip(gzipSync('a'))).toBe(true);
    expect(isGzip(Buffer.from('read(3'))).toBe(false);
    expect(isGzip(new Uint8Array(0))).toBe(false);
  });

  it('unpacks whatever the pieces, also several members in one stream', async () => {
    const packed = Buffer.concat([gzipSync(text), gzipSync('tail\n')]);
    for (const sizeBytes of [1_000, 65_536, packed.length]) {
      const { bytes, truncated } = await unpack(packed, sizeBytes);
      expect(truncated).toBe(false);
      expect(bytes.equals(Buffer.concat([text, Buffer.from('tail\n')]))).toBe(true);
    }
  });

  it('gives all that a cut stream still held, and says that it was cut', async () => {
    const packed = gzipSync(text);
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 20, max: packed.length - 1 }),
        fc.integer({ min: 1, max: 70_000 }),
        async (cut, size) => {
          const { bytes, truncated } = await unpack(packed.subarray(0, cut), size);
          expect(truncated).toBe(true);
          expect(text.subarray(0, bytes.length).equals(bytes)).toBe(true);
          expect(bytes.length / text.length).toBeGreaterThan(cut / packed.length - 0.4);
        },
      ),
      { numRuns: 15 },
    );
  });

  it('says near which byte the data is broken', async () => {
    const packed = Buffer.from(gzipSync(text));
    packed.fill(0xff, packed.length >> 1, (packed.length >> 1) + 64);
    await expect(unpack(packed, 4_096)).rejects.toMatchObject({ code: 'unreadable-file' });
    await expect(unpack(packed, 4_096)).rejects.toThrow(/^trace\.gz: the gzip data is broken near byte \d+$/);
  });

  it('ends when its reader leaves early', async () => {
    const packed = gzipSync(text);
    for await (const part of gunzip(pieces(packed, 512), 'trace.gz', { truncated: false })) {
      expect(part.length).toBeGreaterThan(0);
      break;
    }
  });
});
