import { callNames } from '@plimsoll/contracts';

import { HASH_SEED, nextHash } from './name-table.js';

/** Longest text kept for a digest. */
export const MAX_NAME_BYTES = 256;
const MAX_SEEN = 65_536;
const SLOTS = MAX_SEEN * 2;

/** A run of letters, digits and hyphens this long that has digits is taken for a token (a session's file, an upload's). */
const TOKEN_BYTES = 16;
/** A number this long is taken for an id (a process, a port, a year). */
const NUMBER_BYTES = 3;
const STAR = 42;
const HYPHEN = 45;
const QUOTE = 34;

/**
 * Calls whose first path names a program that is run or a file that is opened, made, removed or altered. Calls that
 * only look (`stat`, `access`, `readlink`) are left out: a web server makes hundreds for each request.
 */
const PATH_CALLS =
  'execve execveat open openat openat2 creat unlink unlinkat rename renameat renameat2 link linkat symlink symlinkat ' +
  'mkdir mkdirat rmdir chmod fchmodat chown lchown fchownat truncate mknod mknodat mount umount2 chroot pivot_root ' +
  'init_module finit_module';
/** Calls whose digest is of the address in braces. */
const ADDRESS_CALLS = 'connect bind';

const kinds = new Uint8Array(2_048);
for (const name of PATH_CALLS.split(' ')) kinds[callNames().get(name) ?? 0] = 1;
for (const name of ADDRESS_CALLS.split(' ')) kinds[callNames().get(name) ?? 0] = 2;
kinds[0] = 0;

/** Whether calls of this number name something that is digested. */
export function isNamed(call: number): boolean {
  return kinds[call] !== 0;
}

/**
 * Hashes of what calls name, 32 bits and never 0, with the words for those seen first. Tokens and numbers in a path
 * count as `*`, in the hash and in the words: a session's file has one digest for all sessions, and no session's
 * identity leaves the host. State: 512 KiB; after 65,536 different names no more words are given.
 */
export class PathDigests {
  /** Digests beyond `MAX_SEEN`, for which no words were kept. */
  unnamed = 0;
  private readonly seen = new Uint32Array(SLOTS);
  private seenCount = 0;
  private readonly text = Buffer.alloc(MAX_NAME_BYTES);
  private textBytes = 0;

  constructor(private readonly onName: (digest: number, text: string) => void) {}

  /** The digest of what the arguments in `bytes[start, end)` of `call` name; 0 where they name nothing. */
  digest(call: number, bytes: Buffer, start: number, end: number): number {
    const address = kinds[call] === 2;
    const open = address ? 123 : QUOTE;
    let from = start;
    while (from < end && bytes[from] !== open) from++;
    if (from++ >= end) return 0;
    this.textBytes = 0;
    const hash = this.fold(bytes, from, end, address);
    const mixed = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
    const digest = (mixed ^ (mixed >>> 13)) >>> 0 || 1;
    this.remember(digest);
    return digest;
  }

  /** Hashes up to the closing quote or brace, run by run, and writes the words. */
  private fold(bytes: Buffer, start: number, end: number, address: boolean): number {
    const close = address ? 125 : QUOTE;
    let hash = HASH_SEED;
    let at = start;
    while (at < end) {
      const runStart = at;
      const before = hash;
      let digits = 0;
      let hyphens = 0;
      for (; at < end; at++) {
        const byte = bytes[at]!;
        if (byte >= 48 && byte <= 57) digits++;
        else if (byte === HYPHEN) hyphens++;
        else if (!((byte >= 97 && byte <= 122) || (byte >= 65 && byte <= 90))) break;
        hash = nextHash(hash, byte);
      }
      if (!address && isVariable(at - runStart, digits, hyphens)) {
        hash = nextHash(before, STAR);
        this.write(STAR);
      } else {
        for (let i = runStart; i < at && this.textBytes < MAX_NAME_BYTES; i++) this.write(bytes[i]!);
      }
      if (at >= end || bytes[at] === close) break;
      hash = nextHash(hash, bytes[at]!);
      this.write(bytes[at]!);
      if (bytes[at] === 92 && at + 1 < end) {
        hash = nextHash(hash, bytes[++at]!);
        this.write(bytes[at]!);
      }
      at++;
    }
    return hash;
  }

  private write(byte: number): void {
    if (this.textBytes < MAX_NAME_BYTES) this.text[this.textBytes++] = byte >= 32 && byte < 127 ? byte : 63;
  }

  private remember(digest: number): void {
    let slot = (digest ^ (digest >>> 16)) & (SLOTS - 1);
    while (this.seen[slot] !== 0) {
      if (this.seen[slot] === digest) return;
      slot = (slot + 1) & (SLOTS - 1);
    }
    if (this.seenCount >= MAX_SEEN) {
      this.unnamed++;
      return;
    }
    this.seenCount++;
    this.seen[slot] = digest;
    this.onName(digest, this.text.toString('latin1', 0, this.textBytes));
  }
}

function isVariable(length: number, digits: number, hyphens: number): boolean {
  if (digits === length) return digits >= NUMBER_BYTES;
  return length >= TOKEN_BYTES && digits > 1 && (hyphens === 0 || digits * 5 >= length);
}
