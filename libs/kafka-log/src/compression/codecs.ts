import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';

import { PlimsollError } from '@plimsoll/contracts';
import kafkajs from 'kafkajs';

import { unpackLz4 } from './lz4-frame.js';
import { unpackSnappy } from './snappy-blocks.js';
import { unpackZstd } from './zstd-frames.js';

// CommonJS: Node finds these two by the default export alone.
const { CompressionCodecs, CompressionTypes } = kafkajs;

/** What a batch may unpack to: 64 of the largest that a broker takes by default. */
export const MAX_BATCH_BYTES = 67_108_864;

const gunzipped = promisify(gunzip);

const UNPACK = {
  gzip: (packed: Buffer, maxOutputLength: number) => gunzipped(packed, { maxOutputLength }),
  snappy: unpackSnappy,
  lz4: unpackLz4,
  zstd: unpackZstd,
};

const TYPES = {
  gzip: CompressionTypes.GZIP,
  snappy: CompressionTypes.Snappy,
  lz4: CompressionTypes.LZ4,
  zstd: CompressionTypes.ZSTD,
} as const;

/** Unpacks a batch. Throws `bad-message` with the compression's name where it cannot be read. */
export async function unpackBatch(compression: keyof typeof UNPACK, packed: Buffer): Promise<Buffer> {
  try {
    return await UNPACK[compression](packed, MAX_BATCH_BYTES);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : 'broken';
    // Without the cause: kafkajs would hand that on in place of this error.
    throw new PlimsollError('bad-message', `a batch compressed with ${compression} cannot be read: ${why}`);
  }
}

/** Tells kafkajs, which has gzip alone and without a limit, how to read what brokers and others compress. */
export function registerCodecs(): void {
  for (const compression of ['gzip', 'snappy', 'lz4', 'zstd'] as const) {
    CompressionCodecs[TYPES[compression]] = () => ({
      compress: () => Promise.reject(new PlimsollError('bad-configuration', 'Plimsoll publishes uncompressed')),
      decompress: (packed: Buffer) => unpackBatch(compression, packed),
    });
  }
}
