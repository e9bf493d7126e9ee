import { PlimsollError } from '@plimsoll/contracts';
import { Decompress } from 'fzstd';

import type { PackedEnd } from './gunzip.js';

/** Whether the bytes begin as Zstandard does (RFC 8878). */
export function isZstd(head: Uint8Array): boolean {
  return head[0] === 0x28 && head[1] === 0xb5 && head[2] === 0x2f && head[3] === 0xfd;
}

/** Stored bytes given to the decoder at a time: bounds what one step can unpack to. */
const STEP_BYTES = 1_024;
/** Largest window that is unpacked: what `zstd` uses up to level 19; `--long` asks for more. */
const MAX_WINDOW_BYTES = 8_388_608;

/**
 * Unpacks Zstandard of one or several frames, by fzstd: Node has it only from 22.15 on. What a cut stream still held is
 * given out, then `end.truncated` is set; other broken bytes throw `unreadable-file`. Holds a window of at most 8 MiB.
 */
export async function* unzstd(
  packed: AsyncIterable<Uint8Array>,
  what: string,
  end: PackedEnd,
): AsyncGenerator<Uint8Array> {
  const out: Uint8Array[] = [];
  const seen = { last: false };
  const engine = new Decompress((chunk, last) => {
    seen.last = last === true;
    if (chunk.length > 0) out.push(chunk);
  });
  let readBytes = 0;
  const step = (bytes: Uint8Array, last: boolean): void => {
    try {
      engine.push(bytes, last);
    } catch (cause) {
      throw new PlimsollError('unreadable-file', `${what}: the zstd data is broken near byte ${readBytes}`, { cause });
    }
  };
  for await (const chunk of packed) {
    if (readBytes === 0) refuseLongWindow(chunk, what);
    for (let at = 0; at < chunk.length; at += STEP_BYTES) {
      const piece = chunk.subarray(at, at + STEP_BYTES);
      readBytes += piece.length;
      step(piece, false);
      yield* out.splice(0);
    }
  }
  try {
    engine.push(new Uint8Array(0), true);
  } catch {
    // The last frame is not at its end.
    seen.last = false;
  }
  yield* out.splice(0);
  if (!seen.last) end.truncated = true;
}

/** Of a frame with a window of its own (RFC 8878, 3.1.1.1.2). */
function refuseLongWindow(head: Uint8Array, what: string): void {
  const descriptor = head[4] ?? 0;
  if ((descriptor & 0x20) !== 0) return;
  const window = head[5] ?? 0;
  const base = 2 ** (10 + (window >> 3));
  if (base + (base / 8) * (window & 7) <= MAX_WINDOW_BYTES) return;
  throw new PlimsollError(
    'unreadable-file',
    `${what}: packed with a window over 8 MiB (zstd --long); unpack it first (zstd -dc --long=31 FILE | plimsoll …), and give - as PATH`,
  );
}
