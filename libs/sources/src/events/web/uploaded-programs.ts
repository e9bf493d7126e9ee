import type { AskedUpload } from '@plimsoll/contracts';

interface Uploaded {
  /** The file's name, and the same without its ending: what a server stores it as may have lost either. */
  readonly names: readonly string[];
  readonly source: AskedUpload;
}

const MAX_UPLOADS = 64;
/** Shorter names stand in many an address. */
const LEAST_NAME = 4;

/**
 * Names of uploaded files that hold a program, to tell a request that asks for one: a web shell is uploaded, then
 * called. State: at most 64 names, the oldest first out. They never leave the collector.
 */
export class UploadedPrograms {
  readonly #uploads: Uploaded[] = [];

  remember(name: string, source: AskedUpload): void {
    const file = name.slice(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1).toLowerCase();
    const names = [file, file.replace(/\..*$/, '')].filter((one) => one.length >= LEAST_NAME);
    if (names.length === 0) return;
    this.#uploads.push({ names, source });
    if (this.#uploads.length > MAX_UPLOADS) this.#uploads.shift();
  }

  /** The newest upload that the path, or a value, ends in. `parts` are segments of the path and values of parameters. */
  askedBy(parts: readonly string[]): AskedUpload | undefined {
    if (this.#uploads.length === 0) return undefined;
    const asked = new Set(parts.map((part) => part.slice(part.lastIndexOf('/') + 1).toLowerCase()));
    return this.#uploads.findLast(({ names }) => names.some((name) => asked.has(name)))?.source;
  }
}
