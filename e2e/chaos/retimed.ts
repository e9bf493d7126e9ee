import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';

import type { ReplaySource } from '@plimsoll/local-run';

/** A recorded source that happens at another time. */
export interface RetimedSource extends ReplaySource {
  /** Whole seconds that every time in it is moved by. */
  readonly shiftS: number;
  /** Event time, moved, at which its episode begins. */
  readonly beginsMs: number;
}

/** Whole lines that belong together, and the event time of the last of them. */
export interface Piece {
  readonly bytes: Buffer;
  readonly timeMs: number;
}

const NEWLINE = 10;
const PIECE_BYTES = 16_384;
const SECONDS_DIGITS = 10;
const ISO_LENGTH = '2026-11-23T18:27:17.252Z'.length;

/**
 * The source's bytes with its times moved, in pieces of some 16 KiB. Only times at the head of a line are moved (what
 * strace writes after the thread, what the access log writes first), digit for digit, so that nothing else changes.
 */
export async function retimed({
  path,
  kind,
  shiftS,
}: Pick<RetimedSource, 'path' | 'kind' | 'shiftS'>): Promise<Piece[]> {
  const bytes = gunzipSync(await readFile(path));
  const move = kind === 'strace' ? moveStrace : moveJson;
  const pieces: Piece[] = [];
  let from = 0;
  let timeMs = 0;
  for (let at = 0; at < bytes.length;) {
    const newline = bytes.indexOf(NEWLINE, at);
    const end = newline < 0 ? bytes.length : newline + 1;
    timeMs = move(bytes, at, shiftS) ?? timeMs;
    at = end;
    if (end - from < PIECE_BYTES && end < bytes.length) continue;
    pieces.push({ bytes: bytes.subarray(from, end), timeMs });
    from = end;
  }
  return pieces;
}

/** `5731  1795458436.046335 read(…`: moves the seconds of the line at `at` and returns its new time. */
function moveStrace(bytes: Buffer, at: number, shiftS: number): number | undefined {
  const head = /^ *(?:\d+ +)?(\d{10})\.(\d{3})/.exec(bytes.toString('latin1', at, at + 48));
  if (head === null) return undefined;
  const [whole, seconds = '', milliseconds = ''] = head;
  const moved = Number(seconds) + shiftS;
  bytes.write(String(moved), at + whole.length - 4 - SECONDS_DIGITS, 'latin1');
  return moved * 1_000 + Number(milliseconds);
}

/** `{"time": "2026-11-23T18:27:17.252Z", …`: likewise. */
function moveJson(bytes: Buffer, at: number, shiftS: number): number | undefined {
  const head = /^\{"time": ?"/.exec(bytes.toString('latin1', at, at + 16));
  if (head === null) return undefined;
  const start = at + head[0].length;
  const movedMs = Date.parse(bytes.toString('latin1', start, start + ISO_LENGTH)) + shiftS * 1_000;
  bytes.write(new Date(movedMs).toISOString(), start, 'latin1');
  return movedMs;
}
