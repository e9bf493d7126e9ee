import type { AskedUpload } from '@plimsoll/contracts';

import { RecentMap } from '../../bytes/recent-map.js';

interface Uploaded {
  /** The file's name, and the same without its ending: what a server stores it as may have lost either. */
  readonly names: readonly string[];
  readonly source: AskedUpload;
}

const MAX_UPLOADS = 64;
/** Shorter names stand in many an address. */
const LEAST_NAME = 4;
/** Names that were asked for, the latest; longer ones are nobody's address. */
const MAX_ASKED = 4_096;
const MAX_NAME = 64;

/**
 * Names of uploaded files that hold a program, to tell a request that asks for one: a web shell is uploaded, then
 * called. A name without its ending that was asked for before the file came is another thing's (`login`). State: at most
 * 64 names of uploads and 4,096 that were asked for, the oldest first out. They never leave the collector.
 */
export class UploadedPrograms {
  readonly #uploads: Uploaded[] = [];
  readonly #asked = new RecentMap<string, true>(MAX_ASKED);

  remember(name: string, source: AskedUpload): void {
    const file = name.slice(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1).toLowerCase();
    const stem = file.replace(/\..*$/, '');
    const names = [file, ...(this.#asked.get(stem) === true ? [] : [stem])].filter((one) => one.length >= LEAST_NAME);
    if (names.length === 0) return;
    this.#uploads.push({ names, source });
    if (this.#uploads.length > MAX_UPLOADS) this.#uploads.shift();
  }

  /** The newest upload that the path, or a value, ends in. `parts` are segments of the path and values of parameters. */
  askedBy(parts: readonly string[]): AskedUpload | undefined {
    const asked = new Set(parts.map((part) => part.slice(part.lastIndexOf('/') + 1).toLowerCase()));
    for (const name of asked) if (name.length >= LEAST_NAME && name.length <= MAX_NAME) this.#asked.set(name, true);
    return this.#uploads.findLast(({ names }) => names.some((name) => asked.has(name)))?.source;
  }
}
