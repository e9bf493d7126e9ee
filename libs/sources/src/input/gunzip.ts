import { createGunzip } from 'node:zlib';

import { PlimsollError } from '@plimsoll/contracts';

const OUTPUT_CHUNK_BYTES = 131_072;

/** Whether the bytes begin as gzip does (RFC 1952). */
export function isGzip(head: Uint8Array): boolean {
  return head[0] === 0x1f && head[1] === 0x8b;
}

/** How a packed stream ended: with its last member's trailer, or cut off within one. */
export interface PackedEnd {
  truncated: boolean;
}

/**
 * Unpacks gzip of one or several members. Everything that a cut stream still held is given out, then `end.truncated`
 * is set; bytes that are no gzip throw `unreadable-file` with their offset in the packed stream. Holds two chunks.
 */
export async function* gunzip(
  packed: AsyncIterable<Uint8Array>,
  what: string,
  end: PackedEnd,
): AsyncGenerator<Uint8Array> {
  const engine = createGunzip({ chunkSize: OUTPUT_CHUNK_BYTES });
  let failure: Error | undefined;
  let wake: () => void = () => undefined;
  engine.on('readable', () => {
    wake();
  });
  engine.on('end', () => {
    wake();
  });
  engine.on('error', (error) => {
    failure = error;
    wake();
  });
  async function* outputUntil(done: () => boolean): AsyncGenerator<Uint8Array> {
    for (;;) {
      for (let out = engine.read() as Buffer | null; out; out = engine.read() as Buffer | null) yield out;
      if (failure) throw failure;
      if (done()) return;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  }
  try {
    for await (const chunk of packed) {
      let taken = false;
      engine.write(chunk, () => {
        taken = true;
        wake();
      });
      yield* outputUntil(() => taken);
    }
    // All that could be unpacked is out by now: an unexpected end loses nothing that the engine held.
    engine.end();
    yield* outputUntil(() => engine.readableEnded);
  } catch (error) {
    if (error !== failure) throw error;
    if ((error as NodeJS.ErrnoException).code === 'Z_BUF_ERROR') end.truncated = true;
    else throw brokenGzip(what, engine.bytesWritten, error);
  } finally {
    engine.destroy();
  }
}

function brokenGzip(what: string, atByte: number, cause: unknown): PlimsollError {
  return new PlimsollError('unreadable-file', `${what}: the gzip data is broken near byte ${atByte}`, { cause });
}
