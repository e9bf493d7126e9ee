import { gzipSync } from 'node:zlib';

import { describe, expect, it } from 'vitest';

import { MAX_BATCH_BYTES, unpackBatch } from './codecs.js';
import { unpackLz4 } from './lz4-frame.js';
import { unpackSnappy } from './snappy-blocks.js';
import { unpackZstd } from './zstd-frames.js';

const TEXT = 'one two one two one two one two, and more';
const hex = (digits: string): Buffer => Buffer.from(digits, 'hex');
const SNAPPY_BLOCK = hex('291c6f6e652074776f205a0800242c20616e64206d6f7265');

/** `TEXT` as the programs lz4 and zstd pack it, as a block of Snappy, and with snappy-java's frame around it. */
const PACKED = {
  gzip: gzipSync(TEXT),
  lz4: hex('04224d186440a7170000008f6f6e652074776f20080004a02c20616e64206d6f726500000000aadbbfd7'),
  zstd: hex('28b52ffd2429c50000906f6e652074776f202c20616e64206d6f72650100ab0b175732913d'),
  snappy: Buffer.concat([hex('82534e41505059000000000100000001'), hex('00000018'), SNAPPY_BLOCK]),
} as const;
const NAMES = ['gzip', 'lz4', 'zstd', 'snappy'] as const;

describe('codecs', () => {
  it.each(NAMES)('unpack %s', async (name) => {
    expect((await unpackBatch(name, PACKED[name])).toString()).toBe(TEXT);
  });

  it('unpack a bare block of Snappy', () => {
    expect(unpackSnappy(SNAPPY_BLOCK, 100).toString()).toBe(TEXT);
  });

  it.each(NAMES)('name %s where a batch is cut anywhere, and never take a part for the whole', async (name) => {
    const packed = PACKED[name];
    // The last bytes of lz4's and zstd's frames are a checksum of the content, which is not looked at.
    const end = { gzip: packed.length, lz4: packed.length - 4, zstd: packed.length - 4, snappy: packed.length }[name];
    for (let length = name === 'snappy' ? 17 : 0; length < end; length += 1) {
      const failure: unknown = await unpackBatch(name, packed.subarray(0, length)).catch((error: unknown) => error);
      expect(failure, `${length} bytes`).toMatchObject({
        code: 'bad-message',
        message: expect.stringContaining(name) as string,
      });
    }
  });

  it.each(NAMES)('end in time on %s with any byte changed', async (name) => {
    for (let at = 0; at < PACKED[name].length; at += 1) {
      for (const bits of [0xff, 0x01, 0x80]) {
        const packed = Buffer.from(PACKED[name]);
        packed[at]! ^= bits;
        const unpacked = await unpackBatch(name, packed).catch(() => Buffer.alloc(0));
        expect(unpacked.length).toBeLessThanOrEqual(MAX_BATCH_BYTES);
      }
    }
  });

  it('do not unpack more than they may', () => {
    for (const unpack of [() => unpackLz4(PACKED.lz4, 20), () => unpackSnappy(PACKED.snappy, 20)])
      expect(unpack).toThrow(/20/);
    expect(() => unpackZstd(PACKED.zstd, 20)).toThrow(/20 bytes/);
  });

  it('copy what overlaps, and stored blocks', () => {
    // A literal `a`, then a match of 19 that reaches one byte back; then a block stored as it is.
    const packed = hex('04224d1860408205000000' + '1f610100' + '00' + '03000080' + '787978' + '00000000');
    expect(unpackLz4(packed, 100).toString()).toBe(`${'a'.repeat(20)}xyx`);
  });
});
