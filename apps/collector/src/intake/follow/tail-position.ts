import { createHash } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';

import { z } from 'zod';

/** Bytes of a file's beginning that recognise it: numbers of files are used again after a deletion. */
const HEAD_BYTES = 512;

/** Where reading of a log stands: which file, by numbers and beginning, and how far. Lines before `offset` are done with. */
export const TailPosition = z.object({
  device: z.string().max(32),
  inode: z.string().max(32),
  offset: z.number().int().nonnegative(),
  /** SHA-256 of the first `headBytes` bytes, in hex. */
  head: z.string().length(64),
  headBytes: z.number().int().min(0).max(HEAD_BYTES),
});
export type TailPosition = z.infer<typeof TailPosition>;

/** What tells one file from another that has, or had, the same name. */
export interface FileIdentity {
  readonly device: string;
  readonly inode: string;
}

export function identityOf(stats: BigIntStats): FileIdentity {
  return { device: stats.dev.toString(), inode: stats.ino.toString() };
}

export function sameFile(a: FileIdentity, b: FileIdentity): boolean {
  return a.device === b.device && a.inode === b.inode;
}

/** How a file begins, by at most `HEAD_BYTES` bytes. */
export async function headOf(file: FileHandle, limitBytes = HEAD_BYTES): Promise<{ head: string; headBytes: number }> {
  const wanted = Math.min(limitBytes, HEAD_BYTES);
  const bytes = Buffer.alloc(wanted);
  const { bytesRead } = wanted === 0 ? { bytesRead: 0 } : await file.read(bytes, 0, wanted, 0);
  return { head: createHash('sha256').update(bytes.subarray(0, bytesRead)).digest('hex'), headBytes: bytesRead };
}

/** Whether the file still begins as it did at `position`. */
export async function beginsAs(file: FileHandle, position: Pick<TailPosition, 'head' | 'headBytes'>): Promise<boolean> {
  const { head, headBytes } = await headOf(file, position.headBytes);
  return headBytes === position.headBytes && head === position.head;
}
