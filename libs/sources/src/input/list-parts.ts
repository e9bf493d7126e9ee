import { createReadStream } from 'node:fs';
import { open, readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { stdin } from 'node:process';

import { PlimsollError } from '@plimsoll/contracts';

import type { SourcePart } from './source-part.js';
import { isZip, zipEntries } from './zip-archive.js';

/** Files taken from one folder with all that lies under it. */
const MAX_FILES = 200_000;
const READ_BYTES = 131_072;

/**
 * The files behind a path in name order: the path's own file, the files of a folder and its folders, of a zip archive,
 * of a folder within one (`set.zip/Training`), or standard input for `-`. Hidden files are passed over; so are
 * symbolic links, which may lead anywhere, and `onLink` is told of them.
 */
export async function listParts(path: string, onLink: (name: string) => void = () => undefined): Promise<SourcePart[]> {
  if (path === '-') return [standardInput()];
  const kind = await kindOf(path);
  if (kind === 'folder') return inFolder(path, onLink);
  if (kind === 'zip') return inArchive(path, '', '');
  if (kind === 'file') return [filePart(path, basename(path), (await stat(path)).size)];
  const archive = await archiveAbove(path);
  if (archive !== undefined) return inArchive(archive, path.slice(archive.length + 1), '');
  throw new PlimsollError('missing-file', `${path}: no such file or folder`);
}

type Kind = 'folder' | 'zip' | 'file' | 'absent';

async function kindOf(path: string): Promise<Kind> {
  try {
    const found = await stat(path);
    if (found.isDirectory()) return 'folder';
    return found.isFile() && isZip(await headOf(path)) ? 'zip' : 'file';
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return 'absent';
    throw unreadable(path, error);
  }
}

async function headOf(path: string): Promise<Uint8Array> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

async function inFolder(folder: string, onLink: (name: string) => void): Promise<SourcePart[]> {
  const parts: SourcePart[] = [];
  for (const name of await filesUnder(folder, onLink)) {
    const path = join(folder, name);
    if ((await kindOf(path)) === 'zip') parts.push(...(await inArchive(path, '', `${name}/`)));
    else parts.push(filePart(path, name, (await stat(path)).size));
  }
  return parts;
}

async function filesUnder(folder: string, onLink: (name: string) => void): Promise<string[]> {
  const names: string[] = [];
  const waiting = [''];
  for (let below = waiting.pop(); below !== undefined; below = waiting.pop()) {
    const entries = await readdir(join(folder, below), { withFileTypes: true }).catch((error: unknown) => {
      throw unreadable(join(folder, below), error);
    });
    for (const entry of entries) {
      if (isHidden(entry.name)) continue;
      const name = below === '' ? entry.name : `${below}/${entry.name}`;
      if (entry.isDirectory()) waiting.push(name);
      else if (entry.isFile()) names.push(name);
      else if (entry.isSymbolicLink()) onLink(name);
    }
    if (names.length + waiting.length > MAX_FILES) {
      throw new PlimsollError(
        'too-large',
        `${folder}: more than ${MAX_FILES} files in one folder; name a file, or a narrower folder`,
      );
    }
  }
  return names.sort(byName);
}

async function inArchive(archive: string, within: string, prefix: string): Promise<SourcePart[]> {
  const folder = within === '' || within.endsWith('/') ? within : `${within}/`;
  const found = (await zipEntries(archive))
    .filter(({ name }) => name === within || name.startsWith(folder))
    .filter(({ name }) => !name.split('/').some(isHidden))
    .sort((a, b) => byName(a.name, b.name));
  if (found.length === 0) throw new PlimsollError('missing-file', `${archive}: holds no file ${within}`.trimEnd());
  return found.map((entry) => ({
    name: `${prefix}${entry.name}`,
    title: `${archive}/${entry.name}`,
    sizeBytes: entry.packedBytes,
    async *read(onBytes) {
      const share = entry.packedBytes / Math.max(1, entry.unpackedBytes);
      for await (const chunk of entry.read()) {
        onBytes(chunk.length * share);
        yield chunk;
      }
    },
  }));
}

/** The archive whose path is the beginning of this one, if any. */
async function archiveAbove(path: string): Promise<string | undefined> {
  for (let above = dirname(path); above !== dirname(above); above = dirname(above)) {
    const kind = await kindOf(above);
    if (kind === 'zip') return above;
    if (kind !== 'absent') return undefined;
  }
  return undefined;
}

function filePart(path: string, name: string, sizeBytes: number): SourcePart {
  return {
    name,
    title: path,
    path,
    sizeBytes,
    async *read(onBytes) {
      try {
        for await (const chunk of createReadStream(path, { highWaterMark: READ_BYTES })) {
          onBytes((chunk as Buffer).length);
          yield chunk as Buffer;
        }
      } catch (error) {
        throw unreadable(path, error);
      }
    },
  };
}

function standardInput(): SourcePart {
  return {
    name: '-',
    title: 'standard input',
    sizeBytes: 0,
    async *read(onBytes) {
      for await (const chunk of stdin) {
        const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : (chunk as Buffer);
        onBytes(bytes.length);
        yield bytes;
      }
    },
  };
}

function isHidden(name: string): boolean {
  return name.startsWith('.') || name === '__MACOSX';
}

function byName(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function unreadable(path: string, cause: unknown): PlimsollError {
  if (cause instanceof PlimsollError) return cause;
  const { code } = cause as NodeJS.ErrnoException;
  if (code === 'ENOENT') return new PlimsollError('missing-file', `${path}: no such file or folder`, { cause });
  const why =
    code === 'EACCES' || code === 'EPERM' ? 'no permission to read it' : `cannot be read (${code ?? 'error'})`;
  return new PlimsollError('unreadable-file', `${path}: ${why}`, { cause });
}
