import { open, readFile, truncate } from 'node:fs/promises';

import type { OutgoingRecord } from '@plimsoll/streaming';

import { frameAt } from './spool-frame.js';

/** Frames joined into writes, so that a large batch does not become one large segment. */
export function* parts(frames: readonly Buffer[], maxBytes: number): Generator<Buffer> {
  let held: Buffer[] = [];
  let heldBytes = 0;
  for (const frame of frames) {
    if (heldBytes > 0 && heldBytes + frame.length > maxBytes) {
      yield Buffer.concat(held, heldBytes);
      held = [];
      heldBytes = 0;
    }
    held.push(frame);
    heldBytes += frame.length;
  }
  if (heldBytes > 0) yield Buffer.concat(held, heldBytes);
}

/** The length of the whole frames that a file begins with; what follows them is cut off. */
export async function wholeBytes(path: string): Promise<number> {
  const bytes = await readFile(path);
  let at = 0;
  for (let frame = frameAt(bytes, at); frame.state === 'whole'; frame = frameAt(bytes, at)) at = frame.endByte;
  if (at < bytes.length) await truncate(path, at);
  return at;
}

/** The records of the whole frames that the bytes begin with, and how many bytes those are. */
export function recordsOf(bytes: Buffer): { records: OutgoingRecord[]; endByte: number } {
  const records: OutgoingRecord[] = [];
  let endByte = 0;
  for (let frame = frameAt(bytes, 0); frame.state === 'whole'; frame = frameAt(bytes, endByte)) {
    records.push(frame.record);
    endByte = frame.endByte;
  }
  return { records, endByte };
}

/** `length` bytes of a file from `offset` on, fewer where it ends. */
export async function readAt(path: string, offset: number, length: number): Promise<Buffer> {
  const file = await open(path);
  try {
    const bytes = Buffer.allocUnsafe(length);
    let filled = 0;
    while (filled < length) {
      const { bytesRead } = await file.read(bytes, filled, length - filled, offset + filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return bytes.subarray(0, filled);
  } finally {
    await file.close();
  }
}
