import { callNames } from '@plimsoll/contracts';

import { indexWithin, matches } from '../bytes/byte-search.js';
import { isNamed, MAX_NAME_BYTES, PathDigests } from '../bytes/path-digest.js';

const MINUS = 45;
const SPACE = 32;

/** Where an argument that names a file stands, by the keys that sysdig prints. */
const PATH_KEYS = ['trusted_exepath=', 'exe=', 'filename=', 'name=', 'oldpath=', 'path='] as const;
const ADDRESS_CALLS: ReadonlySet<number> = new Set(['connect', 'bind'].map((name) => callNames().get(name) ?? -1));

/** The result in a call's arguments, `res=-2(ENOENT)` or `fd=9(<f>/etc/passwd)`, which always stand first; clipped to 32 bits. */
export function sysdigResult(bytes: Buffer, start: number, end: number): number | undefined {
  const prefix = matches(bytes, start, end, 'res=') ? 4 : matches(bytes, start, end, 'fd=') ? 3 : 0;
  return prefix === 0 ? undefined : integerAt(bytes, start + prefix, end);
}

/** The decimal number at `start`, clipped to 32 bits; undefined where there is none. */
export function integerAt(bytes: Buffer, start: number, end: number): number | undefined {
  const negative = bytes[start] === MINUS;
  let at = negative ? start + 1 : start;
  const first = at;
  let value = 0;
  for (; at < end && bytes[at]! >= 48 && bytes[at]! <= 57 && at - first < 20; at++)
    value = value * 10 + bytes[at]! - 48;
  if (at === first) return undefined;
  return Math.max(-0x8000_0000, Math.min(0x7fff_ffff, negative ? -value : value));
}

/** Digests of the paths that calls name in sysdig's arguments, equal to those of the same paths in other sources. */
export class NamedPaths {
  readonly #digests: PathDigests;
  readonly #quoted = Buffer.alloc(MAX_NAME_BYTES * 4 + 2);

  constructor(onName: (digest: number, text: string) => void) {
    this.#digests = new PathDigests(onName);
  }

  /** Whether calls of this number are digested here: those that name a file or a program. */
  wants(call: number): boolean {
    return isNamed(call) && !ADDRESS_CALLS.has(call);
  }

  /** The digest of the path among the arguments in `bytes[start, end)`; 0 where there is none. */
  inArguments(call: number, bytes: Buffer, start: number, end: number): number {
    for (const key of PATH_KEYS) {
      const at = keyAt(bytes, key, start, end);
      if (at < 0) continue;
      const from = at + key.length;
      const space = bytes.indexOf(SPACE, from);
      return this.path(call, bytes, from, space < 0 || space > end ? end : space);
    }
    return 0;
  }

  /** The digest of the path that is `bytes[start, end)` in whole. */
  path(call: number, bytes: Buffer, start: number, end: number): number {
    const length = Math.min(end - start, this.#quoted.length - 2);
    if (length <= 0) return 0;
    this.#quoted[0] = 34;
    bytes.copy(this.#quoted, 1, start, start + length);
    this.#quoted[length + 1] = 34;
    return this.#digests.digest(call, this.#quoted, 0, length + 2);
  }
}

/** Where an argument's key stands: at the beginning or after a space. */
function keyAt(bytes: Buffer, key: string, start: number, end: number): number {
  if (matches(bytes, start, end, key)) return start;
  const found = indexWithin(bytes, ` ${key}`, start, end);
  return found < 0 ? -1 : found + 1;
}
