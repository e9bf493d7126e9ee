import { PlimsollError } from '@plimsoll/contracts';
import { openPromise, type Entry, type ZipFile } from 'yauzl';

/** Files in one archive: bounds what a hostile archive costs. */
const MAX_ENTRIES = 200_000;

/** Whether the bytes begin as a zip archive does. */
export function isZip(head: Uint8Array): boolean {
  return head[0] === 0x50 && head[1] === 0x4b && head[2] === 0x03 && head[3] === 0x04;
}

/** One file in an archive; `name` is its path within, with slashes. */
export interface ZipEntry {
  readonly name: string;
  readonly packedBytes: number;
  readonly unpackedBytes: number;
  read(): AsyncGenerator<Uint8Array>;
}

/** The files of an archive, in the order of its directory. Throws `unreadable-file` where it cannot be read. */
export async function zipEntries(path: string): Promise<ZipEntry[]> {
  const zip = await opened(path);
  try {
    const entries: ZipEntry[] = [];
    for await (const entry of zip.eachEntry()) {
      if (entries.length === MAX_ENTRIES) {
        throw new PlimsollError('too-large', `${path}: more than ${MAX_ENTRIES} files in one archive`);
      }
      if (entry.fileName.endsWith('/')) continue;
      entries.push({
        name: entry.fileName,
        packedBytes: entry.compressedSize,
        unpackedBytes: entry.uncompressedSize,
        read: () => readEntry(path, entry),
      });
    }
    return entries;
  } catch (error) {
    throw broken(path, error);
  } finally {
    zip.close();
  }
}

/** An archive is opened anew for each file: a folder may hold a thousand archives, and a process fewer descriptors. */
async function* readEntry(path: string, entry: Entry): AsyncGenerator<Uint8Array> {
  const zip = await opened(path);
  try {
    for await (const chunk of await zip.openReadStreamPromise(entry)) yield chunk as Buffer;
  } catch (error) {
    throw broken(`${path}/${entry.fileName}`, error);
  } finally {
    zip.close();
  }
}

async function opened(path: string): Promise<ZipFile> {
  try {
    return await openPromise(path, { lazyEntries: true, autoClose: false });
  } catch (error) {
    throw broken(path, error);
  }
}

function broken(path: string, cause: unknown): PlimsollError {
  if (cause instanceof PlimsollError) return cause;
  const why = cause instanceof Error ? cause.message : 'unknown reason';
  return new PlimsollError('unreadable-file', `${path}: the zip archive cannot be read (${why})`, { cause });
}
