import { crc32 } from 'node:zlib';

import type { OutgoingRecord } from '@plimsoll/streaming';

/**
 * A record in a spool's segment: length and CRC-32 of what follows, both 32 bits little-endian, then topic, key and
 * headers, each behind its own 32-bit length, then the value. A frame that was not written to its end is recognised.
 */
const PREFIX_BYTES = 8;

/** Largest frame that is believed: what a length beyond it says is damage. */
export const MAX_FRAME_BYTES = 64 * 1_048_576;

export function encodeFrame({ topic, key, headers, value }: OutgoingRecord): Buffer {
  const texts = [topic, key, headers === undefined ? '' : JSON.stringify(headers)].map((text) => Buffer.from(text));
  const payloadBytes = texts.reduce((sum, text) => sum + 4 + text.length, value.byteLength);
  const frame = Buffer.allocUnsafe(PREFIX_BYTES + payloadBytes);
  let at = PREFIX_BYTES;
  for (const text of texts) {
    at = frame.writeUInt32LE(text.length, at);
    at += text.copy(frame, at);
  }
  frame.set(value, at);
  frame.writeUInt32LE(payloadBytes, 0);
  frame.writeUInt32LE(crc32(frame.subarray(PREFIX_BYTES)), 4);
  return frame;
}

/** What stands at one place of a segment. `cut`: the bytes end within the frame; `damaged`: they are no frame. */
export type FrameAt =
  | { readonly state: 'whole'; readonly endByte: number; readonly record: OutgoingRecord }
  | { readonly state: 'cut'; readonly neededBytes: number }
  | { readonly state: 'damaged' };

export function frameAt(bytes: Buffer, start: number): FrameAt {
  if (start + PREFIX_BYTES > bytes.length) return { state: 'cut', neededBytes: PREFIX_BYTES };
  const payloadBytes = bytes.readUInt32LE(start);
  if (payloadBytes < 12 || payloadBytes > MAX_FRAME_BYTES) return { state: 'damaged' };
  const endByte = start + PREFIX_BYTES + payloadBytes;
  if (endByte > bytes.length) return { state: 'cut', neededBytes: PREFIX_BYTES + payloadBytes };
  const payload = bytes.subarray(start + PREFIX_BYTES, endByte);
  if (crc32(payload) !== bytes.readUInt32LE(start + 4)) return { state: 'damaged' };
  return { state: 'whole', endByte, record: decodePayload(payload) };
}

function decodePayload(payload: Buffer): OutgoingRecord {
  let at = 0;
  const text = (): string => {
    const start = at + 4;
    at = start + payload.readUInt32LE(at);
    return payload.toString('utf8', start, at);
  };
  const [topic, key, headers] = [text(), text(), text()];
  const value = Uint8Array.from(payload.subarray(at));
  if (headers === '') return { topic, key, value };
  return { topic, key, value, headers: JSON.parse(headers) as Record<string, string> };
}
